// Formatting that is misnested or goes on in the next block: the list of active formatting elements
// and the adoption agency algorithm (HTML standard, 13.2.4.3 and 13.2.6.4.7).
#include <algorithm>

#include "formats/html/tree/builder.hpp"

namespace formats {

namespace {

constexpr std::size_t longest_list = 128;
constexpr std::size_t free_clones = 1000, clones_a_node = 3;
constexpr std::size_t equal_at_most = 3;  // "Noah's Ark"

}  // namespace

void TreeBuilder::add_formatting(NodeId id, Tag tag) {
    if (stack_.back().id != id) return;  // nested too deep
    auto same = [&](const Formatting& other) {
        auto mine = document_.attributes(id), held = document_.attributes(other.id);
        if (other.tag != tag || mine.size() != held.size()) return false;
        return std::all_of(mine.begin(), mine.end(), [&](const Attribute& attribute) {
            return document_.attribute(other.id, attribute.name) == attribute.value;
        });
    };
    std::size_t equal = 0, earliest = 0;
    for (auto i = formatting_.size(); i > 0 && formatting_[i - 1].id; --i) {
        if (!same(formatting_[i - 1])) continue;
        ++equal;
        earliest = i - 1;
    }
    if (equal >= equal_at_most)
        formatting_.erase(formatting_.begin() + static_cast<long>(earliest));
    formatting_.push_back({id, tag});
    if (formatting_.size() > longest_list) formatting_.erase(formatting_.begin());
}

NodeId TreeBuilder::clone(NodeId id) {
    ++clones_;
    auto node = document_.nodes_[id];
    node.parent = node.first_child = node.last_child = node.next = node.previous = 0;
    return make(node);
}

void TreeBuilder::reconstruct() {
    auto is_open = [&](const Formatting& entry) {
        return !entry.id || std::any_of(stack_.rbegin(), stack_.rend(), [&](const Open& open) {
            return open.id == entry.id;
        });
    };
    if (formatting_.empty() || is_open(formatting_.back())) return;
    auto from = formatting_.size() - 1;
    while (from > 0 && !is_open(formatting_[from - 1])) --from;
    for (; from < formatting_.size(); ++from) {
        auto made = document_.nodes_.size() - std::min(clones_, document_.nodes_.size());
        if (is_full() || clones_ > free_clones + clones_a_node * made) return;
        auto& entry = formatting_[from];
        auto id = clone(entry.id);
        auto to = location(stack_.back().id);
        link(id, to.parent, to.before);
        push({.id = id, .tag = entry.tag});
        entry.id = id;
    }
}

void TreeBuilder::clear_to_marker() {
    while (!formatting_.empty()) {
        auto entry = formatting_.back();
        formatting_.pop_back();
        if (!entry.id) return;
    }
}

// One more than the place of the last such element after the last marker, or 0.
std::size_t TreeBuilder::find_formatting(Tag tag) const {
    for (auto i = formatting_.size(); i > 0 && formatting_[i - 1].id; --i)
        if (formatting_[i - 1].tag == tag) return i;
    return 0;
}

// The outermost special element above that place of the stack, or 0.
std::size_t TreeBuilder::furthest_block(std::size_t above) const {
    for (auto i = above + 1; i < stack_.size(); ++i)
        if (is_special(stack_[i])) return i;
    return 0;
}

// Steps 14: copies what is between the formatting element and the block, so that the copies hold
// the block; returns the outermost.
NodeId TreeBuilder::adopt_between(std::size_t element, std::size_t block, std::size_t& bookmark) {
    auto block_id = stack_[block].id;
    auto last = block_id;
    int count = 0;
    for (auto at = block; --at > element;) {
        ++count;
        auto id = stack_[at].id;
        auto entry = std::find_if(formatting_.begin(), formatting_.end(), [&](const auto& held) {
            return held.id == id;
        });
        auto place = static_cast<std::size_t>(entry - formatting_.begin());
        if (entry != formatting_.end() && count > 3) {
            formatting_.erase(entry);
            if (place < bookmark) --bookmark;
            entry = formatting_.end();
        }
        if (entry == formatting_.end()) {
            stack_.erase(stack_.begin() + static_cast<long>(at));
            continue;
        }
        auto copy = clone(id);
        entry->id = stack_[at].id = copy;
        if (last == block_id) bookmark = place + 1;
        if (document_.nodes_[last].parent) document_.remove(last);
        link(last, copy, 0);
        last = copy;
    }
    return last;
}

void TreeBuilder::adopt(Tag tag, std::string_view name) {
    auto in_list = [&](NodeId id) {
        return std::any_of(formatting_.begin(), formatting_.end(), [&](const Formatting& entry) {
            return entry.id == id;
        });
    };
    if (current() == tag && !in_list(stack_.back().id)) return pop();
    for (int round = 0; round < 8; ++round) {
        auto found = find_formatting(tag);
        if (!found) return end_any(tag, name);
        auto listed = found - 1;
        auto id = formatting_[listed].id;
        auto open = std::find_if(stack_.begin(), stack_.end(), [&](const Open& held) {
            return held.id == id;
        });
        if (open == stack_.end()) {
            formatting_.erase(formatting_.begin() + static_cast<long>(listed));
            return;
        }
        auto element = static_cast<std::size_t>(open - stack_.begin());
        for (auto i = stack_.size() - 1; i > element; --i)
            if (bounds(stack_[i], Scope::plain)) return;
        auto block = furthest_block(element);
        if (!block) {
            pop_through(element + 1);
            formatting_.erase(formatting_.begin() + static_cast<long>(listed));
            return;
        }
        auto common = stack_[element - 1].id;
        auto block_id = stack_[block].id;
        auto bookmark = listed;
        auto last = adopt_between(element, block, bookmark);
        if (document_.nodes_[last].parent) document_.remove(last);
        auto to = location(common);
        link(last, to.parent, to.before);
        auto copy = clone(id);
        while (auto child = document_.nodes_[block_id].first_child) {
            document_.remove(child);
            link(child, copy, 0);
        }
        link(copy, block_id, 0);
        auto old = std::find_if(formatting_.begin(), formatting_.end(), [&](const auto& entry) {
            return entry.id == id;
        });
        if (static_cast<std::size_t>(old - formatting_.begin()) < bookmark) --bookmark;
        formatting_.erase(old);
        formatting_.insert(formatting_.begin() + static_cast<long>(bookmark), {copy, tag});
        drop(id);
        auto after = std::find_if(stack_.begin(), stack_.end(), [&](const Open& held) {
            return held.id == block_id;
        });
        stack_.insert(after + 1, Open{.id = copy, .tag = tag});
    }
}

}  // namespace formats
