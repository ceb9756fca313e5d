// Drawings and formulas within a page (HTML standard, 13.2.6.5): their elements are none of HTML's,
// whatever their names, until an HTML block ends them or an integration point takes HTML in.
#include <algorithm>

#include "base/text/ascii.hpp"
#include "formats/html/tree/builder.hpp"

namespace formats {

namespace {

// Start tags that end a drawing.
bool breaks_out(Tag tag) {
    using enum Tag;
    static constexpr Tag all[] = {
        b,     big,   blockquote, body,   br,   center, code,  dd, div,  dl,   dt,
        em,    embed, h1,         h2,     h3,   h4,     h5,    h6, head, hr,   i,
        img,   li,    listing,    menu,   meta, nobr,   ol,    p,  pre,  ruby, s,
        small, span,  strong,     strike, sub,  sup,    table, tt, u,    ul,   var,
    };
    return std::find(std::begin(all), std::end(all), tag) != std::end(all);
}

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

void TreeBuilder::leave_foreign() {
    while (in_foreign() && !stack_.back().takes_html && !stack_.back().takes_text) pop();
}

void TreeBuilder::start_foreign(const StartTag& tag) {
    bool font = tag.tag == Tag::font && (has_attribute(tag, "color") ||
                                         has_attribute(tag, "face") || has_attribute(tag, "size"));
    if (font || breaks_out(tag.tag)) {
        leave_foreign();
        return start_by(mode_, tag);
    }
    insert_foreign(tag, stack_.back().space);
}

void TreeBuilder::insert_foreign(const StartTag& tag, Space space) {
    Node node;
    node.kind = Node::Kind::element;
    node.tag = tag.tag;
    node.text = tag.name;
    node.first_attribute = static_cast<std::uint32_t>(tag.first);
    node.attribute_count = static_cast<std::uint16_t>(tag.count);
    Open open{.id = insert_node(node), .space = space};
    if (space == Space::svg) {
        open.takes_html = open.bounds = is_one_of(tag.name, {"foreignobject", "desc", "title"});
    } else {
        open.takes_text = is_one_of(tag.name, {"mi", "mo", "mn", "ms", "mtext"});
        open.bounds = open.takes_text || tag.name == "annotation-xml";
        auto encoding = base::to_lower(attribute(tag, "encoding"));
        open.takes_html = tag.name == "annotation-xml" &&
                          is_one_of(encoding, {"text/html", "application/xhtml+xml"});
    }
    if (!tag.self_closing) push(open);
}

void TreeBuilder::end_foreign(Tag tag, std::string_view name) {
    if (tag == Tag::br || tag == Tag::p) {
        leave_foreign();
        return end_by(mode_, tag, name);
    }
    for (auto i = stack_.size(); i > 1; --i) {
        const auto& open = stack_[i - 1];
        if (open.space == Space::html) return end_by(mode_, tag, name);
        if (document_.nodes_[open.id].text == name) return pop_through(i);
    }
}

}  // namespace formats
