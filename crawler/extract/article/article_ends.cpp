// What stands at the two ends of the text, inside the element that holds it: the byline and the
// date before the first paragraph; behind the last one who wrote it, who owns it, where it is
// filed, what the reader should do next. Such lines have no names and no headings to know them by,
// only their first words and their place. So they are taken from the ends inwards, and only until
// something stands there that may belong to the text.
#include <algorithm>

#include "base/text/ascii.hpp"
#include "crawler/extract/article/article_date.hpp"
#include "crawler/extract/article/article_draft.hpp"
#include "crawler/extract/article/article_marks.hpp"

namespace crawler {

namespace {

using formats::NodeId;
using formats::Tag;

class EndTrimmer {
public:
    EndTrimmer(ArticleDraft& draft, const std::vector<NodeId>& parts)
        : draft_(draft), document_(draft.document()), parts_(parts) {
        for (auto part : parts_) gather(part);
    }

    void run() {
        std::size_t first = 0, last = lines_.size();
        while (first < last && opens(lines_[first])) ++first;
        while (last > first && closes(lines_[last - 1])) --last;
        std::uint32_t before = 0, amid = 0, behind = 0;
        for (std::size_t i = 0; i < lines_.size(); ++i)
            (i < first ? before : i < last ? amid : behind) += draft_.measure(lines_[i]).letters;
        // An end that is much of the text is no end: a list, a page of links.
        if (before * 3 < amid) strike(0, first);
        if (behind * 3 < amid) strike(last, lines_.size());
    }

private:
    // The blocks that hold texts, in order; one with loose text beside blocks stands for the place
    // where nothing more is taken.
    void gather(NodeId part) {
        for (auto id = part; id; id = document_.following(id, part, draft_.struck(id))) {
            if (draft_.struck(id) || !document_.is_text(id)) continue;
            auto text = document_[id].text;
            if (std::all_of(text.begin(), text.end(), base::is_space)) continue;
            auto holder = document_[id].parent;
            while (holder != part && !draft_.is_block(holder)) holder = document_[holder].parent;
            if (lines_.empty() || lines_.back() != holder) lines_.push_back(holder);
        }
    }

    void strike(std::size_t from, std::size_t to) {
        for (auto i = from; i < to; ++i) draft_.strike_subtree(lines_[i]);
    }

    bool may_go(NodeId line, std::uint32_t longest) const {
        using enum formats::Tag;
        const auto& own = draft_.measure(line);
        auto tag = document_[line].tag;
        bool part = std::find(parts_.begin(), parts_.end(), line) != parts_.end();
        return !part && own.letters <= longest && own.own_letters == own.letters && tag != td &&
               tag != th && tag != pre && tag != dd && !draft_.in_code_or_figure(line);
    }

    bool in_item(NodeId line) const {
        for (int level = 0; line && level < 4; line = document_[line].parent, ++level)
            if (document_[line].tag == Tag::li) return true;
        return false;
    }

    bool opens(NodeId line) const {
        constexpr std::uint32_t longest = 120;
        if (!may_go(line, longest)) return false;
        auto shown = draft_.line_of(line);
        auto text = base::to_lower(shown);
        return is_date(shown) || (opens_article(text) && !reads_on(text));
    }

    bool closes(NodeId line) const {
        constexpr std::uint32_t longest = 600, few = 120;
        if (!may_go(line, longest)) return false;
        const auto& own = draft_.measure(line);
        auto tag = document_[line].tag;
        auto shown = draft_.line_of(line);
        if (!has_words(shown)) return true;
        if (formats::has_trait(tag, formats::is_heading)) return true;  // of nothing
        if (own.link_letters * 10 >= own.letters * 9 && own.letters <= few) return !in_item(line);
        auto text = base::to_lower(shown);
        return is_date(shown) || closes_article(text) || tells_of_author(shown) ||
               (own.letters <= few && opens_article(text) && !reads_on(text));
    }

    static bool has_words(std::string_view text) {
        return std::any_of(text.begin(), text.end(), [](char c) {
            return base::is_alnum(c) || static_cast<unsigned char>(c) >= 0xc3;
        });
    }

    // A sentence, not a line.
    static bool reads_on(std::string_view text) {
        constexpr std::size_t much = 80;
        return text.size() > much && (text.ends_with('.') || text.ends_with('!'));
    }

    // Nothing but a date, with the hour, a word that leads to it, a place.
    static bool is_date(std::string_view text) {
        constexpr std::size_t longest = 48;
        return text.size() <= longest && std::any_of(text.begin(), text.end(), base::is_digit) &&
               !reads_on(text) && !text.ends_with('.') && !find_date(text).empty();
    }

    ArticleDraft& draft_;
    const formats::Document& document_;
    const std::vector<NodeId>& parts_;
    std::vector<NodeId> lines_;
};

}  // namespace

void strike_ends(ArticleDraft& draft, const std::vector<NodeId>& parts) {
    EndTrimmer(draft, parts).run();
}

}  // namespace crawler
