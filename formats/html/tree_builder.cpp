// The tree of a page from its tags (HTML standard, 13.2.6).
//
// The standard has 23 insertion modes; pages of the wild need few of them. What is kept: head and
// body that need not be written, tables with foster parenting, forms that do not nest, drawings
// with their own rules, and misnested formatting, whose element here goes when the blocks inside of
// it have gone (the standard would copy it). Depth is limited, for whatever walks a tree
// recursively.
#include "formats/html/tree_builder.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/text/ascii.hpp"

namespace formats {

namespace {

constexpr std::size_t depth_limit = 512;

bool blank(std::string_view text) {
    return std::all_of(text.begin(), text.end(), base::is_space);
}

}  // namespace

TreeBuilder::TreeBuilder(Document& document) : document_(document) {
    document_.nodes_.emplace_back();
    auto element = [&](Tag tag) {
        Node node;
        node.kind = Node::Kind::element;
        node.tag = tag;
        node.text = name_of(tag);
        return node;
    };
    document_.html_ = append(0, 0, element(Tag::html));
    document_.head_ = append(document_.html_, 0, element(Tag::head));
    document_.body_ = append(document_.html_, 0, element(Tag::body));
    base_ = document_.head_;
}

NodeId TreeBuilder::append(NodeId parent, NodeId before, const Node& made) {
    auto& nodes = document_.nodes_;
    auto id = static_cast<NodeId>(nodes.size());
    auto& node = nodes.emplace_back(made);
    node.place = place_;
    node.parent = parent;
    node.next = before;
    node.previous = before ? nodes[before].previous : nodes[parent].last_child;
    if (node.previous) {
        nodes[node.previous].next = id;
    } else if (id) {
        nodes[parent].first_child = id;
    }
    if (before) {
        nodes[before].previous = id;
    } else {
        nodes[parent].last_child = id;
    }
    return id;
}

NodeId TreeBuilder::insert(Tag tag, std::string_view name, std::size_t first, std::size_t count) {
    Node node;
    node.kind = Node::Kind::element;
    node.tag = tag;
    node.text = name;
    node.first_attribute = static_cast<std::uint32_t>(first);
    node.attribute_count = static_cast<std::uint16_t>(count);
    if (is_table_context(current()) && !fits_table(tag)) {  // foster parenting: before the table
        auto table = std::find_if(stack_.rbegin(), stack_.rend(), [](const Open& open) {
            return open.tag == Tag::table;
        });
        if (table != stack_.rend())
            return append(document_.nodes_[table->id].parent, table->id, node);
    }
    return append(stack_.empty() ? base_ : stack_.back().id, 0, node);
}

NodeId TreeBuilder::open(Tag tag, std::string_view name, std::size_t first, std::size_t count) {
    auto id = insert(tag, name, first, count);
    if (stack_.size() < depth_limit) {
        stack_.push_back({id, tag, false});
        if (tag == Tag::svg || tag == Tag::math) ++foreign_;
    }
    return id;
}

// What may stand directly inside a table; everything else goes before it.
bool TreeBuilder::fits_table(Tag tag) {
    return has_trait(tag, is_table_part) ||
           contains({Tag::script, Tag::style, Tag::template_, Tag::form, Tag::input}, tag);
}

void TreeBuilder::merge_attributes(NodeId id, std::size_t first, std::size_t count) {
    auto& node = document_.nodes_[id];
    if (node.attribute_count || !count) return;
    node.first_attribute = static_cast<std::uint32_t>(first);
    node.attribute_count = static_cast<std::uint16_t>(count);
}

void TreeBuilder::need_body() {
    if (has_body_) return;
    has_body_ = true;
    where_ = Place::inside;
    stack_.clear();
    foreign_ = 0;
    base_ = document_.body_;
}

void TreeBuilder::pop() {
    auto tag = stack_.back().tag;
    if ((tag == Tag::svg || tag == Tag::math) && foreign_) --foreign_;
    stack_.pop_back();
    if (!stack_.empty() && stack_.back().closing) pop();
}

void TreeBuilder::pop_through(std::size_t index) {
    while (stack_.size() >= index) pop();
}

std::size_t TreeBuilder::in_scope(Tag tag, std::initializer_list<Tag> extra) const {
    for (auto i = stack_.size(); i > 0; --i) {
        auto open = stack_[i - 1].tag;
        if (open == tag) return i;
        if (has_trait(open, is_scope) || contains(extra, open)) return 0;
    }
    return 0;
}

std::size_t TreeBuilder::in_table_scope(std::initializer_list<Tag> tags) const {
    for (auto i = stack_.size(); i > 0; --i) {
        auto open = stack_[i - 1].tag;
        if (contains(tags, open)) return i;
        if (open == Tag::table || open == Tag::template_) return 0;
    }
    return 0;
}

bool TreeBuilder::in_head(Tag tag, std::string_view name, std::size_t first, std::size_t count) {
    if (!has_trait(tag, is_metadata)) return false;
    while (!stack_.empty() && current() != Tag::noscript && current() != Tag::template_) pop();
    if (has_trait(tag, is_void)) {
        insert(tag, name, first, count);
    } else {
        open(tag, name, first, count);
    }
    return true;
}

bool TreeBuilder::start(
    Tag tag,
    std::string_view name,
    std::size_t first,
    std::size_t count,
    bool self_closing
) {
    if (tag == Tag::html) {
        if (where_ == Place::before_html) where_ = Place::before_head;
        merge_attributes(document_.html_, first, count);
        return false;
    }
    where_ = Place::inside;
    if (tag == Tag::head) {
        if (!has_body_) merge_attributes(document_.head_, first, count);
        return false;
    }
    if (tag == Tag::body) {
        need_body();
        merge_attributes(document_.body_, first, count);
        return false;
    }
    bool raw = has_trait(tag, is_raw);
    if (!has_body_) {
        bool in_template = current() == Tag::template_;
        if (in_head(tag, name, first, count)) return raw;
        if (!in_template) need_body();
    }
    if (in_foreign() && !has_trait(tag, ends_p)) {
        if (self_closing) {
            insert(tag, name, first, count);
        } else {
            open(tag, name, first, count);
        }
        return false;
    }
    if (in_foreign()) {  // HTML blocks end an unfinished drawing
        while (in_foreign() && current() != Tag::other && !has_trait(current(), is_special)) pop();
        while (in_foreign()) pop();
    }
    if (has_trait(tag, is_table_part) && !in_table_scope({Tag::table}) && !in_scope(Tag::template_))
        return false;
    if (tag == Tag::frameset || tag == Tag::frame) return false;
    bool in_template = tag == Tag::form && in_scope(Tag::template_);
    if (tag == Tag::form && form_ && !in_template) return false;  // forms do not nest
    before_start(tag);
    if (name == "image") {
        tag = Tag::img;
        name = "img";
    }
    bool foreign = tag == Tag::svg || tag == Tag::math;
    if (has_trait(tag, is_void) || (foreign && self_closing)) {
        insert(tag, name, first, count);
        return false;
    }
    auto depth = stack_.size();
    auto id = open(tag, name, first, count);
    if (tag == Tag::form && !in_template) form_ = id;
    return raw && stack_.size() > depth;
}

void TreeBuilder::end_table_part(Tag tag) {
    if (auto at = in_table_scope({tag})) pop_through(at);
}

// What is still open inside of the form goes on beside it.
void TreeBuilder::end_form() {
    auto id = std::exchange(form_, 0);
    auto at =
        std::find_if(stack_.begin(), stack_.end(), [&](const Open& open) { return open.id == id; });
    if (!id || at == stack_.end()) return;
    if (at + 1 == stack_.end()) return pop();
    if (in_scope(Tag::form)) stack_.erase(at);
}

void TreeBuilder::end(Tag tag, std::string_view name) {
    using enum Tag;
    if (!has_body_) {
        if (tag == Tag::head) {
            stack_.clear();
            where_ = Place::after_head;
            return;
        }
        if (!stack_.empty() && current() == tag) pop();
        return;
    }
    if (tag == html || tag == body) {
        where_ = tag == html ? Place::after_html : Place::after_body;
        return;
    }
    where_ = Place::inside;
    if (tag == p) {
        if (auto at = in_scope(p, {button})) return pop_through(at);
        insert(p, "p", 0, 0);
        return;
    }
    if (tag == br) {
        insert(br, "br", 0, 0);
        return;
    }
    if (has_trait(tag, is_table_part) || tag == table) return end_table_part(tag);
    if (has_trait(tag, is_heading)) {
        for (auto i = stack_.size(); i > 0; --i) {
            if (has_trait(stack_[i - 1].tag, is_heading)) return pop_through(i);
            if (has_trait(stack_[i - 1].tag, is_scope)) return;
        }
        return;
    }
    if (tag == form && !in_scope(template_)) return end_form();
    if (has_trait(tag, is_special)) {
        auto at = tag == li ? in_scope(tag, {ol, ul}) : in_scope(tag);
        if (at) pop_through(at);
        return;
    }
    for (auto i = stack_.size(); i > 0; --i) {
        auto& open = stack_[i - 1];
        if (open.tag == tag && (tag != other || document_.nodes_[open.id].text == name)) {
            return pop_through(i);
        }
        if (has_trait(open.tag, is_special)) {
            if (!has_trait(tag, is_formatting)) return;
            // Misnested: the element goes as soon as the blocks opened inside it have gone.
            if (auto at = in_scope(tag)) stack_[at - 1].closing = true;
            return;
        }
    }
}

void TreeBuilder::text(std::string_view text) {
    if (text.empty()) return;
    bool is_blank = blank(text);
    bool inside_head = !has_body_ && !stack_.empty() && current() != Tag::noscript;
    if (!has_body_ && !inside_head) {
        if (is_blank) return;
        need_body();
    }
    if (!is_blank) where_ = Place::inside;
    Node node;
    node.kind = Node::Kind::text;
    node.text = text;
    if (!is_blank && is_table_context(current())) {
        auto table = std::find_if(stack_.rbegin(), stack_.rend(), [](const Open& open) {
            return open.tag == Tag::table;
        });
        if (table != stack_.rend()) {
            append(document_.nodes_[table->id].parent, table->id, node);
            return;
        }
    }
    append(stack_.empty() ? base_ : stack_.back().id, 0, node);
}

// Outside of head and body comments stand where they are in the page.
void TreeBuilder::comment(std::string_view text) {
    Node node;
    node.kind = Node::Kind::comment;
    node.text = text;
    switch (where_) {
        case Place::before_html:
            append(0, document_.html_, node);
            break;
        case Place::before_head:
            append(document_.html_, document_.head_, node);
            break;
        case Place::after_head:
            append(document_.html_, document_.body_, node);
            break;
        case Place::after_body:
            append(document_.html_, 0, node);
            break;
        case Place::after_html:
            append(0, 0, node);
            break;
        case Place::inside:
            append(stack_.empty() ? base_ : stack_.back().id, 0, node);
    }
}

void TreeBuilder::finish() {
    stack_.clear();
}

}  // namespace formats
