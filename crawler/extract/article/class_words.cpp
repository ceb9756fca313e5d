// All lists of words are compiled into one finder, so that a class is read once whatever the number
// of words; the bits of what was found make the verdict. That words in names tell what an element
// is for is an idea of Readability (see article.hpp).
//
// Sites repeat the same few classes on every page: a small cache without an order of eviction, one
// slot a hash, answers most questions.
#include "crawler/extract/article/class_words.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "base/bytes/hash.hpp"
#include "crawler/extract/article/article_marks.hpp"
#include "crawler/words/class_words.hpp"
#include "formats/text/word_finder.hpp"

namespace crawler {

namespace {

enum Bit : std::uint32_t {
    unlikely = 1,
    weak = 2,
    builder = 4,
    likely = 8,
    foreign = 16,
    comments = 32,
    positive = 64,
    negative = 128,
};

formats::WordFinder make_finder() {
    std::vector<formats::WordFinder::Entry> all;
    auto add = [&](const auto& words, Bit bit) {
        for (auto word : words) all.emplace_back(word, bit);
    };
    add(words::unlikely_words, unlikely);
    add(words::weak_words, weak);
    add(words::builder_words, builder);
    add(words::foreign_words, foreign);
    add(words::comment_words, comments);
    add(words::likely_words, likely);
    add(words::positive_words, positive);
    add(words::negative_words, negative);
    return formats::WordFinder(all);
}

// Names such as "md:hidden" and "[&>p]:mt-0" say how things look under a condition.
std::string without_conditions(std::string_view names) {
    std::string kept;
    while (!names.empty()) {
        auto end = std::min(names.find_first_of(" \t\n\f\r"), names.size());
        auto name = names.substr(0, end);
        if (name.find_first_of(":[") == name.npos) kept.append(name).push_back(' ');
        names.remove_prefix(std::min(end + 1, names.size()));
    }
    return kept;
}

ClassVerdict judge_words(std::string_view text) {
    static const formats::WordFinder finder = make_finder();
    std::string kept;
    if (text.find_first_of(":[") != text.npos) text = kept = without_conditions(text);
    auto bits = finder.find(text);
    ClassVerdict verdict;
    verdict.unlikely = bits & unlikely;
    bool weakly = (bits & weak) && !(bits & builder);
    if (!verdict.unlikely && weakly) verdict.unlikely = verdict.weak = true;
    verdict.foreign = bits & foreign;
    verdict.comments = bits & comments;
    verdict.likely = bits & likely;
    if (!text.empty())
        verdict.weight = (bits & positive ? 25 : 0) - (bits & negative || weakly ? 25 : 0);
    verdict.body = is_body_name(text);
    verdict.byline = is_byline_name(text);
    return verdict;
}

// The pages of a site say the same few classes over and over: the last verdict of each slot is
// kept.
ClassVerdict judge_known(std::string_view text) {
    constexpr std::size_t slots = 1024, longest = 200;
    if (text.empty()) return {};
    if (text.size() > longest) return judge_words(text);
    struct Known {
        std::string text;
        ClassVerdict verdict;
    };
    thread_local std::vector<Known> known(slots);
    auto& slot = known[base::hash_64(text) % slots];
    if (slot.text != text) slot = {std::string(text), judge_words(text)};
    return slot.verdict;
}

}  // namespace

// No word holds a blank, so class and id can be judged apart.
ClassVerdict judge_class(std::string_view class_names, std::string_view id) {
    // An id of many words is made from a heading, and says nothing about the element.
    if (std::count(id.begin(), id.end(), '-') >= 3) id = {};
    auto verdict = judge_known(class_names);
    if (id.empty()) return verdict;
    auto other = judge_known(id);
    bool surely = (verdict.unlikely && !verdict.weak) || (other.unlikely && !other.weak);
    verdict.weak = !surely && (verdict.weak || other.weak);
    verdict.unlikely = verdict.unlikely || other.unlikely;
    verdict.likely = verdict.likely || other.likely;
    verdict.foreign = verdict.foreign || other.foreign;
    verdict.comments = verdict.comments || other.comments;
    verdict.weight += other.weight;
    verdict.body = verdict.body || other.body;
    verdict.byline = verdict.byline || other.byline;
    return verdict;
}

bool is_foreign_role(std::string_view role) {
    return std::find(words::foreign_roles.begin(), words::foreign_roles.end(), role) !=
           words::foreign_roles.end();
}

}  // namespace crawler
