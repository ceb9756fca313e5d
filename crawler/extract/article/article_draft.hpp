#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "crawler/extract/article/class_words.hpp"
#include "formats/html/document.hpp"

namespace crawler {

// What an element's subtree holds, struck parts left out. Letters are code points, a run of white
// space counts as one.
struct Measure {
    std::uint32_t letters = 0;
    std::uint32_t link_letters = 0;
    std::uint32_t commas = 0;
    std::uint32_t paragraphs = 0, items = 0, images = 0, inputs = 0;
    std::uint32_t own_letters = 0;  // of text not inside a nested block
    std::uint32_t prose = 0;        // letters of blocks that read like running text
};

// A page on which the article is looked for: what is struck out, and how much each element holds.
class ArticleDraft {
public:
    explicit ArticleDraft(const formats::Document& document);

    // Strikes what is never content: scripts, hidden parts, navigation, forms, asides and, unless
    // `by_meaning`, elements whose names say so. If not `strict`, no element goes that holds most
    // of the page's running text, whatever it is called. Forgets what was struck before.
    enum class Rule { strict, lenient, by_meaning };
    void strike_foreign(Rule rule);
    void strike_subtree(formats::NodeId root);

    const formats::Document& document() const { return document_; }
    const formats::Node& node(formats::NodeId id) const { return document_[id]; }
    std::string_view value(formats::NodeId id, std::string_view name) const {
        return document_.attribute(id, name).value_or("");
    }
    bool struck(formats::NodeId id) const { return struck_[id]; }
    formats::NodeMarks take_struck() { return std::move(struck_); }
    // What its names say; nothing where the last rule went by meaning.
    const ClassVerdict& verdict(formats::NodeId id) const {
        static constexpr ClassVerdict none;
        return rule_ == Rule::by_meaning ? none : signs_[sign_of_[id]].verdict;
    }
    const Measure& measure(formats::NodeId id) const { return measures_[id]; }
    // What it held before anything was struck.
    struct Whole {
        std::uint32_t letters = 0, prose = 0;
    };
    const Whole& whole(formats::NodeId id) const { return whole_[id]; }

    double link_density(formats::NodeId id) const;
    bool is_inside(formats::NodeId id, formats::NodeId ancestor) const;
    bool is_block(formats::NodeId id) const {
        return formats::has_trait(node(id).tag, formats::TagTrait::is_block);
    }
    bool has_heading(formats::NodeId root) const;
    bool in_code_or_figure(formats::NodeId id) const;
    // All that its parent holds.
    bool fills_parent(formats::NodeId id) const;
    // Its text with spaces collapsed, struck parts left out.
    std::string line_of(formats::NodeId id) const;

private:
    // What the attributes of an element say of its place, whatever the rule.
    struct Signs {
        ClassVerdict verdict;
        bool hidden = false;
        bool foreign_role = false;
    };

    const Signs& signs(formats::NodeId id);
    bool is_foreign(formats::NodeId id);
    bool is_foreign_by_name(formats::NodeId id) const;
    bool holds_page(formats::NodeId id, unsigned tenths) const;
    void measure_whole();
    void measure_again(std::vector<formats::NodeId>& holders);
    void complete(formats::NodeId id, Measure& own) const;

    const formats::Document& document_;
    formats::NodeMarks struck_;
    std::vector<std::uint32_t> sign_of_;  // per node, into signs_
    std::vector<Signs> signs_;            // the first is that of elements that say nothing
    std::vector<Whole> whole_;
    std::vector<Measure> measures_;
    bool struck_any_ = false;  // measures_ are not those of the whole page
    Rule rule_ = Rule::strict;
};

// The elements that hold the article's text, in document order; none if nothing reads like prose.
std::vector<formats::NodeId> choose_parts(const ArticleDraft& draft);

// Strikes what is clutter inside the parts: link lists, teasers, the headline, notes about the
// page, what follows a heading such as "Related". May put the paragraphs of a lead that stand
// between the headline and the first part before it.
void trim_parts(ArticleDraft& draft, std::vector<formats::NodeId>& parts);

// Strikes the lines about the text before its first and behind its last paragraph: who wrote it and
// when, whose it is, where it is filed, what to read or sign next.
void strike_ends(ArticleDraft& draft, const std::vector<formats::NodeId>& parts);

}  // namespace crawler
