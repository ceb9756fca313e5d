#include "crawler/article_draft.hpp"

#include <algorithm>

#include "crawler/characters.hpp"

namespace crawler {

namespace {

bool is_unseen(const Node& node) {
    return node.kind == Node::Kind::comment ||
           (node.kind == Node::Kind::element && has_trait(node.tag, is_invisible));
}

// Elements that stand beside the content by their meaning.
bool is_margin(Tag tag, bool with_forms) {
    using enum Tag;
    switch (tag) {
        case nav:
        case footer:
        case aside:
        case label:
        case menu:
        case dialog:
        case fieldset:
            return true;
        case form:
            return with_forms;
        default:
            return false;
    }
}

// A comma, in any of the scripts that have one.
bool begins_comma(std::string_view text) {
    if (text[0] == ',') return true;
    constexpr std::string_view wide[] = {
        "\xe3\x80\x81", "\xe3\x80\x82", "\xef\xbc\x8c", "\xd8\x8c", "\xe0\xa5\xa4"};
    if (static_cast<unsigned char>(text[0]) < 0xd8) return false;
    return std::any_of(std::begin(wide), std::end(wide), [&](std::string_view mark) {
        return text.starts_with(mark);
    });
}

void add(Measure& to, const Measure& from, const Node& child) {
    to.letters += from.letters;
    to.link_letters += from.link_letters;
    to.commas += from.commas;
    to.paragraphs += from.paragraphs;
    to.items += from.items;
    to.images += from.images;
    to.inputs += from.inputs;
    to.prose += from.prose;
    bool block =
        child.kind == Node::Kind::element && has_trait(child.tag, is_block) && child.tag != Tag::br;
    if (!block) to.own_letters += from.own_letters;
}

}  // namespace

ArticleDraft::ArticleDraft(const Document& document)
    : document_(document),
      struck_(document.size()),
      verdicts_(document.size()),
      measures_(document.size()) {
    count_texts();
    measure_all();
    whole_ = measures_;
}

void ArticleDraft::count_texts() {
    counts_.resize(document_.size());
    for (NodeId id = 1; id < document_.size(); ++id) {
        if (!document_.is_text(id) || is_unseen(node(node(id).parent))) continue;
        auto text = node(id).text;
        auto& [letters, commas] = counts_[id];
        bool gap = true;
        for (std::size_t i = 0; i < text.size(); ++i) {
            if (is_space(text[i])) {
                letters += gap ? 0 : 1;
                gap = true;
                continue;
            }
            gap = false;
            if ((static_cast<unsigned char>(text[i]) & 0xc0) == 0x80) continue;
            ++letters;
            if (begins_comma(text.substr(i))) ++commas;
        }
        if (gap && letters) --letters;
    }
}

// A node's number is larger than its parent's, so one pass backwards sums up.
void ArticleDraft::measure_all() {
    std::fill(measures_.begin(), measures_.end(), Measure{});
    for (auto id = static_cast<NodeId>(document_.size() - 1); id > 0; --id) {
        if (struck_[id] || is_unseen(node(id))) continue;
        const auto& at = node(id);
        auto& own = measures_[id];
        if (at.kind == Node::Kind::text) {
            own.letters = own.own_letters = counts_[id].first;
            own.commas = counts_[id].second;
        } else {
            using enum Tag;
            switch (at.tag) {
                case p:
                    ++own.paragraphs;
                    break;
                case li:
                    ++own.items;
                    break;
                case img:
                    ++own.images;
                    break;
                case input:
                case textarea:
                case select:
                case button:
                    ++own.inputs;
                    break;
                case a:  // an anchor of the page itself counts less
                    own.link_letters =
                        value(id, "href").starts_with('#') ? own.letters * 3 / 10 : own.letters;
                    break;
                default:
                    break;
            }
            if (has_trait(at.tag, TagTrait::is_block) && own.own_letters >= 80 &&
                link_density(id) < 0.3)
                own.prose += own.own_letters;
        }
        add(measures_[at.parent], own, at);
    }
}

void ArticleDraft::strike_foreign(Rule rule) {
    rule_ = rule;
    std::fill(struck_.begin(), struck_.end(), false);
    for (NodeId id = 1; id < document_.size(); ++id) {
        const auto& at = node(id);
        struck_[id] = (at.parent && struck_[at.parent]) || is_unseen(at) ||
                      (at.kind == Node::Kind::element && is_foreign(id));
    }
    measure_all();
}

void ArticleDraft::strike_subtree(NodeId root) {
    struck_[root] = true;
    for (auto id = document_.following(root, root); id; id = document_.following(id, root))
        struck_[id] = true;
}

// So much of the page's running text that it can not stand beside the content.
bool ArticleDraft::holds_page(NodeId id, unsigned tenths) const {
    if (rule_ == Rule::strict) return false;
    auto all = whole_[document_.body()].prose;
    return whole_[id].prose >= 200 &&
           std::uint64_t{whole_[id].prose} * 10 >= std::uint64_t{all} * tenths;
}

bool ArticleDraft::is_foreign(NodeId id) {
    bool by_name = rule_ != Rule::by_meaning;
    using enum Tag;
    const auto& at = node(id);
    if (at.tag == html || at.tag == body) return false;
    if (at.tag == head || at.tag == input || at.tag == button || at.tag == figcaption) return true;
    bool named = by_name && at.attribute_count > 0;
    verdicts_[id] = named ? judge_class(value(id, "class"), value(id, "id")) : ClassVerdict{};
    if (is_margin(at.tag, by_name) && (verdicts_[id].comments || !holds_page(id, 6))) return true;
    if (at.attribute_count == 0) return false;
    if (is_hidden(id)) return !holds_page(id, 8);  // a page that scripts are to uncover
    if (is_foreign_role(value(id, "role")) && !holds_page(id, 6)) return true;
    return named && is_foreign_by_name(id);
}

bool ArticleDraft::is_foreign_by_name(NodeId id) const {
    using enum Tag;
    constexpr std::uint32_t byline_letters = 300, inline_letters = 60, weak_prose = 120;
    auto tag = node(id).tag;
    const auto& verdict = verdicts_[id];
    const auto& whole = whole_[id];
    bool whole_article = tag == article || tag == main;
    if (verdict.byline && !whole_article && whole.letters < byline_letters) return true;
    if (!verdict.foreign && !verdict.unlikely) return false;
    if (verdict.foreign && !whole_article && !holds_page(id, 4)) return true;
    if (!verdict.unlikely || verdict.likely) return false;
    bool in_table = tag == table || tag == tbody || tag == tr || tag == td;
    if (whole_article || in_table || tag == a || in_code_or_figure(id)) return false;
    if (!is_block(id) && tag != other && whole.letters > inline_letters) return false;
    if (verdict.weak && whole.prose >= weak_prose && whole.prose * 10 >= whole.letters * 7)
        return false;
    return verdict.comments || !holds_page(id, 4);
}

bool ArticleDraft::is_hidden(NodeId id) const {
    if (document_.attribute(id, "hidden") || value(id, "aria-hidden") == "true" ||
        value(id, "aria-modal") == "true")
        return value(id, "class").find("fallback-image") == std::string_view::npos;
    auto given = value(id, "style");
    if (given.empty()) return false;
    auto style = to_lower(given);
    std::erase(style, ' ');
    return style.find("display:none") != style.npos ||
           style.find("visibility:hidden") != style.npos;
}

double ArticleDraft::link_density(NodeId id) const {
    const auto& own = measures_[id];
    return own.letters ? static_cast<double>(own.link_letters) / own.letters : 0;
}

bool ArticleDraft::is_inside(NodeId id, NodeId ancestor) const {
    while (id && id != ancestor) id = node(id).parent;
    return id == ancestor;
}

bool ArticleDraft::has_heading(NodeId root) const {
    for (auto id = document_.following(root, root); id; id = document_.following(id, root))
        if (has_trait(node(id).tag, is_heading)) return true;
    return false;
}

bool ArticleDraft::in_code_or_figure(NodeId id) const {
    for (int level = 0; id && level < 4; id = node(id).parent, ++level)
        if (node(id).tag == Tag::code || node(id).tag == Tag::pre || node(id).tag == Tag::figure)
            return true;
    return false;
}

bool ArticleDraft::fills_parent(NodeId id) const {
    return measures_[node(id).parent].letters == measures_[id].letters;
}

std::string ArticleDraft::line_of(NodeId id) const {
    return collapse_spaces(document_.visible_text(id, &struck_));
}

}  // namespace crawler
