// The tree of a page from its tags: the nodes and the stack of open elements (HTML standard,
// 13.2.4 and 13.2.6.1). modes.cpp tells by the insertion mode what a token does there, head.cpp,
// body.cpp, table.cpp and foreign.cpp do it, formatting.cpp mends formatting that is misnested.
//
// Differences from the standard: what a template holds are its children; nesting is limited, for
// whatever walks a tree recursively; so are the copies of formatting elements, of which a page of
// a megabyte could ask for a gigabyte. Nodes are never freed: one that is taken out stays without a
// parent.
#include "formats/html/tree/builder.hpp"

#include <algorithm>

#include "base/text/ascii.hpp"

namespace formats {

namespace {

constexpr std::size_t depth_limit = 512;
constexpr std::size_t merged_attributes = 200;

bool is_table_context(Tag tag) {
    using enum Tag;
    return tag == table || tag == tbody || tag == thead || tag == tfoot || tag == tr;
}

Node element(Tag tag) {
    Node node;
    node.kind = Node::Kind::element;
    node.tag = tag;
    node.text = name_of(tag);
    return node;
}

}  // namespace

TreeBuilder::TreeBuilder(Document& document) : document_(document) {
    make({});
    document_.html_ = make(element(Tag::html));
    document_.head_ = make(element(Tag::head));
    document_.body_ = make(element(Tag::body));
}

NodeId TreeBuilder::make(const Node& made) {
    auto id = static_cast<NodeId>(document_.nodes_.size());
    document_.nodes_.push_back(made);
    document_.nodes_.back().place = place_;
    return id;
}

// Puts a node that has no place under `parent`: before `before`, or last if that is 0.
void TreeBuilder::link(NodeId id, NodeId parent, NodeId before) {
    auto& nodes = document_.nodes_;
    auto& node = nodes[id];
    node.parent = parent;
    node.next = before;
    node.previous = before ? nodes[before].previous : nodes[parent].last_child;
    (node.previous ? nodes[node.previous].next : nodes[parent].first_child) = id;
    (before ? nodes[before].previous : nodes[parent].last_child) = id;
}

// The appropriate place for inserting a node.
TreeBuilder::Location TreeBuilder::location(NodeId target) const {
    if (!fosters_ || !is_table_context(document_.nodes_[target].tag)) return {target, 0};
    for (auto i = stack_.size(); i > 0; --i) {
        const auto& open = stack_[i - 1];
        if (open.tag == Tag::template_) return {open.id, 0};
        if (open.tag != Tag::table) continue;
        if (auto parent = document_.nodes_[open.id].parent) return {parent, open.id};
        return {stack_[i - 2].id, 0};
    }
    return {document_.html_, 0};
}

NodeId TreeBuilder::insert_node(const Node& node) {
    auto id = make(node);
    auto to = location(stack_.back().id);
    link(id, to.parent, to.before);
    return id;
}

NodeId TreeBuilder::insert(const StartTag& tag) {
    auto node = element(tag.tag);
    node.text = tag.name;
    node.first_attribute = static_cast<std::uint32_t>(tag.first);
    node.attribute_count = static_cast<std::uint16_t>(tag.count);
    auto id = insert_node(node);
    push({.id = id, .tag = tag.tag});
    return id;
}

NodeId TreeBuilder::insert(Tag tag) {
    return insert({tag, name_of(tag), 0, 0, false});
}

void TreeBuilder::insert_void(const StartTag& tag) {
    auto depth = stack_.size();
    insert(tag);
    stack_.resize(depth);
}

void TreeBuilder::insert_raw(const StartTag& tag) {
    auto depth = stack_.size();
    insert(tag);
    raw_ = stack_.size() > depth;
    if (!raw_) return;
    return_mode_ = mode_;
    mode_ = Mode::text;
}

void TreeBuilder::insert_text(std::string_view text) {
    if (text.empty()) return;
    Node node;
    node.kind = Node::Kind::text;
    node.text = text;
    insert_node(node);
}

void TreeBuilder::merge_attributes(NodeId id, const StartTag& tag) {
    auto& node = document_.nodes_[id];
    auto& all = document_.attributes_;
    if (node.attribute_count == 0) {
        node.first_attribute = static_cast<std::uint32_t>(tag.first);
        node.attribute_count = static_cast<std::uint16_t>(tag.count);
        return;
    }
    auto given = std::vector<Attribute>(
        all.begin() + static_cast<long>(tag.first),
        all.begin() + static_cast<long>(tag.first + tag.count)
    );
    std::erase_if(given, [&](const Attribute& attribute) {
        return document_.attribute(id, attribute.name).has_value();
    });
    if (given.empty() || node.attribute_count + given.size() > merged_attributes) return;
    auto first = all.size();
    for (std::size_t i = 0; i < node.attribute_count; ++i) {
        auto held = all[node.first_attribute + i];
        all.push_back(held);
    }
    all.insert(all.end(), given.begin(), given.end());
    node.first_attribute = static_cast<std::uint32_t>(first);
    node.attribute_count = static_cast<std::uint16_t>(all.size() - first);
}

bool TreeBuilder::has_attribute(const StartTag& tag, std::string_view name) const {
    const auto* begin = document_.attributes_.data() + tag.first;
    return std::any_of(begin, begin + tag.count, [&](const Attribute& attribute) {
        return attribute.name == name;
    });
}

std::string_view TreeBuilder::attribute(const StartTag& tag, std::string_view name) const {
    for (auto i = tag.first; i < tag.first + tag.count; ++i)
        if (document_.attributes_[i].name == name) return document_.attributes_[i].value;
    return {};
}

// What is nested too deep becomes a sibling of what follows.
void TreeBuilder::push(const Open& open) {
    if (!is_full()) stack_.push_back(open);
}

bool TreeBuilder::is_full() const {
    return stack_.size() >= depth_limit;
}

void TreeBuilder::pop_through(std::size_t place) {
    stack_.resize(place - 1);
}

void TreeBuilder::pop_to(std::initializer_list<Tag> tags) {
    while (stack_.size() > 1 && !is_current(tags)) pop();
}

void TreeBuilder::drop(NodeId id) {
    std::erase_if(stack_, [&](const Open& open) { return open.id == id; });
}

bool TreeBuilder::is_current(std::initializer_list<Tag> tags) const {
    return std::find(tags.begin(), tags.end(), current()) != tags.end();
}

bool TreeBuilder::bounds(const Open& open, Scope scope) const {
    using enum Tag;
    auto tag = open.tag;
    if (scope == Scope::table) return tag == html || tag == table || tag == template_;
    if (open.space != Space::html) return open.bounds;
    return has_trait(tag, is_scope) || (scope == Scope::list_item && (tag == ol || tag == ul)) ||
           (scope == Scope::button && tag == button);
}

// One more than the place of the innermost open `tag` that no boundary hides, or 0.
std::size_t TreeBuilder::in_scope(Tag tag, Scope scope) const {
    for (auto i = stack_.size(); i > 0; --i) {
        const auto& open = stack_[i - 1];
        if (open.tag == tag && open.space == Space::html) return i;
        if (bounds(open, scope)) return 0;
    }
    return 0;
}

bool TreeBuilder::is_special(const Open& open) const {
    return open.space == Space::html ? has_trait(open.tag, formats::is_special) : open.bounds;
}

std::size_t TreeBuilder::find_open(Tag tag) const {
    for (auto i = stack_.size(); i > 0; --i)
        if (stack_[i - 1].tag == tag) return i;
    return 0;
}

void TreeBuilder::close_implied(Tag except) {
    while (has_trait(current(), has_implied_end) && current() != except) pop();
}

void TreeBuilder::close_all_implied() {
    while (has_trait(current(), has_implied_end | is_table_part) && current() != Tag::col) pop();
}

void TreeBuilder::close_p() {
    if (auto at = in_scope(Tag::p, Scope::button)) pop_through(at);
}

// The mode that the open elements ask for.
void TreeBuilder::reset_mode() {
    using enum Tag;
    for (auto i = stack_.size(); i > 0; --i) {
        switch (stack_[i - 1].tag) {
            case td:
            case th:
                if (i == 1) break;
                mode_ = Mode::in_cell;
                return;
            case tr:
                mode_ = Mode::in_row;
                return;
            case tbody:
            case thead:
            case tfoot:
                mode_ = Mode::in_table_body;
                return;
            case caption:
                mode_ = Mode::in_caption;
                return;
            case colgroup:
                mode_ = Mode::in_column_group;
                return;
            case table:
                mode_ = Mode::in_table;
                return;
            case template_:
                mode_ = template_modes_.empty() ? Mode::in_body : template_modes_.back();
                return;
            case head:
                mode_ = Mode::in_head;
                return;
            case body:
                mode_ = Mode::in_body;
                return;
            case frameset:
                mode_ = Mode::in_frameset;
                return;
            case html:
                mode_ =
                    document_.nodes_[document_.head_].parent ? Mode::after_head : Mode::before_head;
                return;
            default:
                break;
        }
    }
    mode_ = Mode::in_body;
}

}  // namespace formats
