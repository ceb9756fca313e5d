// Everything is measured bottom-up in one pass: a node's number is larger than its parent's, so
// going backwards sums up children before parents. Striking a part changes only what its ancestors
// hold, and only these are measured again.
//
// Names are believed up to a point: whatever an element is called, it stays if it holds so much of
// the page's running text that it cannot stand beside the content (holds_page). Pages do put their
// article into an <aside>, or into something called "sidebar".
#include "crawler/extract/article/article_draft.hpp"

#include <algorithm>
#include <array>
#include <functional>

#include "base/text/ascii.hpp"

namespace crawler {

namespace {

bool is_unseen(const formats::Node& node) {
    return node.kind == formats::Node::Kind::comment ||
           (node.kind == formats::Node::Kind::element &&
            formats::has_trait(node.tag, formats::is_invisible));
}

// Elements that stand beside the content by their meaning.
bool is_margin(formats::Tag tag, bool with_forms) {
    using enum formats::Tag;
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

bool hides(std::string_view given) {
    auto style = base::to_lower(given);
    std::erase(style, ' ');
    return style.find("display:none") != style.npos ||
           style.find("visibility:hidden") != style.npos;
}

// What a byte is to the count of letters.
enum ByteKind : std::uint8_t { letter = 1, space = 2, comma = 4 };  // comma: may begin one
constexpr auto byte_kinds = [] {
    std::array<std::uint8_t, 256> all{};
    for (unsigned c = 0; c < 256; ++c) {
        if ((c & 0xc0) != 0x80) all[c] = letter;
        if (base::is_space(static_cast<char>(c))) all[c] = space;
    }
    for (unsigned c : {0x2cU, 0xd8U, 0xe0U, 0xe3U, 0xefU}) all[c] = letter | comma;
    return all;
}();

void count(std::string_view text, Measure& own) {
    std::uint32_t letters = 0;
    unsigned gap = space;
    for (std::size_t i = 0; i < text.size(); ++i) {
        unsigned kind = byte_kinds[static_cast<unsigned char>(text[i])];
        letters += (kind | (kind & ~gap) >> 1) & letter;
        gap = kind & space;
        if (kind & comma) own.commas += begins_comma(text.substr(i));
    }
    if (gap && letters) --letters;
    own.letters = own.own_letters = letters;
}

bool begins_block(const formats::Node& node) {
    return node.kind == formats::Node::Kind::element &&
           formats::has_trait(node.tag, formats::is_block) && node.tag != formats::Tag::br;
}

void add(Measure& to, const Measure& from, const formats::Node& child) {
    to.letters += from.letters;
    to.commas += from.commas;
    if (!begins_block(child)) to.own_letters += from.own_letters;
    if (child.kind == formats::Node::Kind::text) return;
    to.link_letters += from.link_letters;
    to.paragraphs += from.paragraphs;
    to.items += from.items;
    to.images += from.images;
    to.inputs += from.inputs;
    to.prose += from.prose;
}

double density_of(const Measure& own) {
    return own.letters ? static_cast<double>(own.link_letters) / own.letters : 0;
}

}  // namespace

ArticleDraft::ArticleDraft(const formats::Document& document)
    : document_(document),
      struck_(document.size()),
      sign_of_(document.size()),
      signs_(1),
      whole_(document.size()) {
    measure_whole();
}

// A node's number is larger than its parent's, so one pass backwards sums up.
void ArticleDraft::measure_whole() {
    measures_.assign(document_.size(), {});
    for (auto id = static_cast<formats::NodeId>(document_.size() - 1); id > 0; --id) {
        const auto& at = node(id);
        if (is_unseen(at)) continue;
        auto& own = measures_[id];
        if (at.kind != formats::Node::Kind::text) {
            complete(id, own);
        } else if (!is_unseen(node(at.parent))) {
            count(at.text, own);
        }
        whole_[id] = {own.letters, own.prose};
        add(measures_[at.parent], own, at);
    }
}

// What the element itself adds to the sum of what it holds.
void ArticleDraft::complete(formats::NodeId id, Measure& own) const {
    using enum formats::Tag;
    auto tag = node(id).tag;
    switch (tag) {
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
    if (formats::has_trait(tag, formats::TagTrait::is_block) && own.own_letters >= 80 &&
        density_of(own) < 0.3)
        own.prose += own.own_letters;
}

void ArticleDraft::strike_foreign(Rule rule) {
    rule_ = rule;
    if (struck_any_) measure_whole();
    struck_any_ = true;
    std::vector<formats::NodeId> holders;  // of what is struck
    formats::NodeMarks known(document_.size());
    for (formats::NodeId id = 1; id < document_.size(); ++id) {
        const auto& at = node(id);
        bool with_parent = at.parent && struck_[at.parent];
        bool unseen = is_unseen(at);
        bool foreign =
            with_parent || unseen || (at.kind == formats::Node::Kind::element && is_foreign(id));
        struck_[id] = foreign;
        if (!foreign) continue;
        measures_[id] = {};
        if (with_parent || unseen) continue;
        for (auto above = at.parent; above && !known[above]; above = node(above).parent) {
            known[above] = true;
            holders.push_back(above);
        }
    }
    measure_again(holders);
}

// Only what holds something that is struck holds less than it did.
void ArticleDraft::measure_again(std::vector<formats::NodeId>& holders) {
    std::sort(holders.begin(), holders.end(), std::greater<>());
    for (auto id : holders) {
        Measure own;
        for (auto child = node(id).first_child; child; child = node(child).next)
            if (!struck_[child]) add(own, measures_[child], node(child));
        complete(id, own);
        measures_[id] = own;
    }
}

void ArticleDraft::strike_subtree(formats::NodeId root) {
    struck_[root] = true;
    for (auto id = document_.following(root, root); id; id = document_.following(id, root))
        struck_[id] = true;
}

// So much of the page's running text that it can not stand beside the content.
bool ArticleDraft::holds_page(formats::NodeId id, unsigned tenths) const {
    if (rule_ == Rule::strict) return false;
    auto all = whole_[document_.body()].prose;
    return whole_[id].prose >= 200 &&
           std::uint64_t{whole_[id].prose} * 10 >= std::uint64_t{all} * tenths;
}

const ArticleDraft::Signs& ArticleDraft::signs(formats::NodeId id) {
    if (sign_of_[id]) return signs_[sign_of_[id]];
    sign_of_[id] = static_cast<std::uint32_t>(signs_.size());
    auto& signs = signs_.emplace_back();
    std::string_view class_names, name, style;
    for (const auto& [key, said] : document_.attributes(id)) {
        if (key == "class") {
            class_names = said;
        } else if (key == "id") {
            name = said;
        } else if (key == "style") {
            style = said;
        } else if (key == "role") {
            signs.foreign_role = is_foreign_role(said);
        } else if (key == "hidden") {
            signs.hidden = true;
        } else if (key == "aria-hidden" || key == "aria-modal") {
            signs.hidden = signs.hidden || said == "true";
        }
    }
    signs.verdict = judge_class(class_names, name);
    if (signs.hidden) {
        signs.hidden = class_names.find("fallback-image") == class_names.npos;
    } else if (!style.empty()) {
        signs.hidden = hides(style);
    }
    return signs;
}

bool ArticleDraft::is_foreign(formats::NodeId id) {
    bool by_name = rule_ != Rule::by_meaning;
    using enum formats::Tag;
    const auto& at = node(id);
    if (at.tag == html || at.tag == body) return false;
    if (at.tag == head || at.tag == input || at.tag == button || at.tag == figcaption) return true;
    if (at.attribute_count == 0) return is_margin(at.tag, by_name) && !holds_page(id, 6);
    const auto& said = signs(id);
    if (is_margin(at.tag, by_name) && (verdict(id).comments || !holds_page(id, 6))) return true;
    if (said.hidden) return !holds_page(id, 8);  // a page that scripts are to uncover
    if (said.foreign_role && !holds_page(id, 6)) return true;
    return by_name && is_foreign_by_name(id);
}

bool ArticleDraft::is_foreign_by_name(formats::NodeId id) const {
    using enum formats::Tag;
    constexpr std::uint32_t byline_letters = 300, inline_letters = 60, weak_prose = 120;
    auto tag = node(id).tag;
    const auto& verdict = signs_[sign_of_[id]].verdict;
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

double ArticleDraft::link_density(formats::NodeId id) const {
    return density_of(measures_[id]);
}

bool ArticleDraft::is_inside(formats::NodeId id, formats::NodeId ancestor) const {
    while (id && id != ancestor) id = node(id).parent;
    return id == ancestor;
}

bool ArticleDraft::has_heading(formats::NodeId root) const {
    for (auto id = document_.following(root, root); id; id = document_.following(id, root))
        if (formats::has_trait(node(id).tag, formats::is_heading)) return true;
    return false;
}

bool ArticleDraft::in_code_or_figure(formats::NodeId id) const {
    for (int level = 0; id && level < 4; id = node(id).parent, ++level)
        if (node(id).tag == formats::Tag::code || node(id).tag == formats::Tag::pre ||
            node(id).tag == formats::Tag::figure)
            return true;
    return false;
}

bool ArticleDraft::fills_parent(formats::NodeId id) const {
    return measures_[node(id).parent].letters == measures_[id].letters;
}

std::string ArticleDraft::line_of(formats::NodeId id) const {
    return base::collapse_spaces(document_.visible_text(id, &struck_));
}

}  // namespace crawler
