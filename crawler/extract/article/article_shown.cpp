// What a page says to its readers is the last resort for byline and date, after its metadata. A
// byline is cut down from the outside: what introduces a name, what follows a mark, what is a date
// or a number; what is left must look like a name.
#include "crawler/extract/article/article_shown.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "base/text/ascii.hpp"
#include "crawler/extract/article/article_date.hpp"
#include "crawler/extract/article/class_words.hpp"
#include "formats/text/word_finder.hpp"

namespace crawler {

namespace {

using namespace std::string_view_literals;

// ---- names

constexpr std::array byline_starts{
    "written by"sv, "posted by"sv,  "published by"sv, "reviewed by"sv, "story by"sv, "words by"sv,
    "text by"sv,    "article by"sv, "authored by"sv,  "by"sv,          "author"sv,   "authors"sv,
    "autor"sv,      "autorin"sv,    "auteur"sv,       "von"sv,         "par"sv,      "por"sv,
    "di"sv,         "door"sv,       "av"sv,           "af"sv,          "written"sv,  "posted"sv,
};

std::string_view without_start(std::string_view text) {
    for (bool again = true; again;) {
        again = false;
        while (!text.empty() && !base::is_alnum(text.front()) &&
               static_cast<unsigned char>(text.front()) < 0x80)
            text.remove_prefix(1);
        for (auto start : byline_starts) {
            if (text.size() < start.size() ||
                !base::equal_ignoring_case(text.substr(0, start.size()), start))
                continue;
            if (text.size() > start.size() &&
                (base::is_alnum(text[start.size()]) ||
                 static_cast<unsigned char>(text[start.size()]) >= 0x80))
                continue;
            text.remove_prefix(start.size());
            again = true;
            break;
        }
    }
    return text;
}

void trim_end(std::string_view& name) {
    constexpr std::string_view marks = " ,(:-";
    while (!name.empty() && marks.find(name.back()) != marks.npos) name.remove_suffix(1);
}

std::set<std::string> words_of(std::string_view text) {
    std::set<std::string> words;
    std::string word;
    for (char c : text) {
        if (base::is_alnum(c) || static_cast<unsigned char>(c) >= 0x80) {
            word += base::lower(c);
        } else if (!word.empty()) {
            words.insert(std::exchange(word, {}));
        }
    }
    if (!word.empty()) words.insert(word);
    return words;
}

// The share of the words of `a` that `b` has too.
double share(const std::set<std::string>& a, const std::set<std::string>& b) {
    auto common =
        std::count_if(a.begin(), a.end(), [&](const auto& word) { return b.contains(word); });
    return a.empty() ? 0 : static_cast<double>(common) / static_cast<double>(a.size());
}

class Reader {
public:
    Reader(const formats::Document& document, const MainPart& part, std::string_view title)
        : document_(document),
          title_(words_of(title)),
          place_(day_place_of(value(document.html(), "lang"))),
          holds_text_(document.size()) {
        for (auto root : part.nodes)
            for (auto id = root; id; id = document.following(id, root, part.struck[id] != 0)) {
                if (part.struck[id] || !document.is_text(id)) continue;
                if (base::trim(document[id].text).empty()) continue;
                for (auto at = id; at && !holds_text_[at]; at = document[at].parent)
                    holds_text_[at] = 1;
            }
    }

    Shown run() {
        formats::NodeId margin_end = 0;  // the first node after the margin that the walk is in
        for (auto at = document_.body(); at;
             at = document_.following(at, document_.body(), is_skipped(at))) {
            if (at == margin_end) in_margin_ = false;
            if (document_.is_text(at)) {
                if (!in_margin_) note_text(at);
            } else if (document_.is_element(at) && !is_skipped(at)) {
                if (!in_margin_ && is_margin(at)) {
                    in_margin_ = true;
                    margin_end = document_.following(at, document_.body(), true);
                }
                note_element(at);
            }
        }
        if (shown_.date.empty()) shown_.date = written_;
        return std::move(shown_);
    }

private:
    std::string_view value(formats::NodeId at, std::string_view name) const {
        return document_.attribute(at, name).value_or("");
    }
    bool is_skipped(formats::NodeId at) const {
        return formats::has_trait(document_[at].tag, formats::is_invisible);
    }

    // What stands beside the article: it may have dates, but of other things.
    bool is_margin(formats::NodeId at) const {
        using enum formats::Tag;
        if (holds_text_[at] || document_[at].tag == h1) return false;
        auto tag = document_[at].tag;
        if (tag == nav || tag == aside || tag == dialog) return true;
        if (tag == footer || tag == header) {
            auto above = document_[at].parent;
            while (above && document_[above].tag != article && document_[above].tag != main)
                above = document_[above].parent;
            if (!above) return tag == footer || !holds_h1(at);
        }
        auto verdict = judge_class(value(at, "class"), value(at, "id"));
        bool beside = verdict.foreign || (verdict.unlikely && !verdict.likely);
        return verdict.comments || (beside && !verdict.byline);
    }

    bool holds_h1(formats::NodeId root) const {
        for (auto at = root; at; at = document_.following(at, root))
            if (document_.is_element(at) && document_[at].tag == formats::Tag::h1) return true;
        return false;
    }

    // Dates stand in short texts; those after the headline speak of the article, the first one
    // else.
    void note_text(formats::NodeId at) {
        auto text = base::trim(document_[at].text);
        if (text.size() < 6 || text.size() > 120) return;
        if (!written_.empty() && (written_after_headline_ || !headline_)) return;
        if (std::none_of(text.begin(), text.end(), base::is_digit)) return;
        auto date = find_date(text, place_);
        if (date.empty()) return;
        written_ = std::move(date);
        written_after_headline_ = headline_;
    }

    void note_element(formats::NodeId at) {
        const auto& node = document_[at];
        if (node.tag == formats::Tag::h1) note_headline(at);
        if (node.attribute_count == 0) return;
        auto property = value(at, "itemprop");
        if (!in_margin_) note_time(at, property);
        if (!shown_.byline.empty()) return;
        bool author = value(at, "rel") == "author" || property == "author" ||
                      property == "creator" || names_author(value(at, "class")) ||
                      names_author(value(at, "id"));
        if (author) shown_.byline = name_in_byline(document_.visible_text(at));
    }

    void note_headline(formats::NodeId at) {
        auto text = base::collapse_spaces(document_.visible_text(at));
        auto words = words_of(text);
        // Both ways: a site's name is a part of the title too.
        auto like = std::min(share(words, title_), share(title_, words) * 1.5);
        if (text.empty() || text.size() > 250 || like < 0.34 || like <= best_) return;
        best_ = like;
        headline_ = true;
        shown_.headline = std::move(text);
    }

    // The element that says it is the date of publication, else the first after the headline, else
    // the first, but one of a change only if there is no other.
    void note_time(formats::NodeId at, std::string_view property) {
        auto stamp = document_.attribute(at, "datetime");
        bool published = property == "datePublished" || document_.attribute(at, "pubdate");
        if (!published && !(document_[at].tag == formats::Tag::time && stamp)) return;
        auto names = value(at, "class");
        bool changed =
            property == "dateModified" || (base::contains_ignoring_case(names, "updated") &&
                                           !base::contains_ignoring_case(names, "published"));
        int rank = published ? 4 : changed ? 1 : headline_ ? 3 : 2;
        if (rank <= time_rank_) return;
        if (!stamp || stamp->empty()) stamp = document_.attribute(at, "content");
        auto date = machine_date(
            stamp && !stamp->empty() ? *stamp : find_date(document_.visible_text(at), place_),
            place_
        );
        if (date.empty()) return;
        time_rank_ = rank;
        shown_.date = std::move(date);
    }

    const formats::Document& document_;
    std::set<std::string> title_;
    DayPlace place_;
    formats::NodeMarks holds_text_;  // the article's text is in it
    Shown shown_;
    int time_rank_ = 0;
    bool in_margin_ = false;
    std::string written_;
    bool written_after_headline_ = false;
    bool headline_ = false;
    double best_ = 0;
};

}  // namespace

bool names_author(std::string_view names) {
    if (names.size() < 6) return false;
    constexpr formats::WordFinder::Entry words[] = {
        {"byline", 1},
        {"author", 1},
        {"writtenby", 1},
        {"written-by", 1},
        {"contributor", 1},
        {"comment", 2},
        {"authority", 2},
        {"bio", 2},
        {"avatar", 2},
        {"image", 2},
        {"related", 2},
        {"social", 2},
    };
    static const formats::WordFinder finder(words);
    return finder.find(names) == 1;
}

std::string name_in_byline(std::string_view text) {
    constexpr std::size_t longest = 80;
    auto all = base::collapse_spaces(text);
    auto rest = without_start(all);
    // What stands behind a mark, or is a date or a time, is no name.
    for (auto mark :
         {" | "sv,
          "|"sv,
          " \xc2\xb7 "sv,
          " \xe2\x80\xa2 "sv,
          " \xe2\x80\x94 "sv,
          " \xe2\x80\x93 "sv,
          " - "sv,
          " on "sv,
          " in "sv,
          " // "sv,
          "Updated"sv,
          "Published"sv,
          "Posted"sv,
          "Last "sv,
          "Reviewed"sv,
          "Medically"sv,
          "min read"sv,
          "Follow"sv})
        rest = rest.substr(0, rest.find(mark));
    rest = rest.substr(
        0,
        static_cast<std::size_t>(
            std::find_if(rest.begin(), rest.end(), base::is_digit) - rest.begin()
        )
    );
    auto words = [](std::string_view name) {
        return std::count(name.begin(), name.end(), ' ') + 1;
    };
    trim_end(rest);
    auto last = rest.substr(rest.rfind(' ') + 1);  // the month of a date that was cut
    if (rest.size() < all.size() && words(rest) > 1 && month_of(last) && last.size() != 5) {
        rest.remove_suffix(last.size());
        trim_end(rest);
    }
    if (rest.size() < all.size() && month_of(rest.substr(rest.rfind(' ') + 1)) && words(rest) == 1)
        return {};
    if (rest.size() < 3 || rest.size() > longest ||
        words(rest) > (rest.find(',') == rest.npos ? 7 : 12))
        return {};
    return std::string(rest);
}

Shown shown_on_page(
    const formats::Document& document,
    const MainPart& part,
    std::string_view title
) {
    return Reader(document, part, title).run();
}

}  // namespace crawler
