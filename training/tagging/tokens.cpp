// Spans count code points of the text as it is, tokens are what a tag is given to: a span that ends
// within a token is widened to it, and of spans that overlap the longest stays; both are counted
// and told of.
#include "training/tagging/tokens.hpp"

#include <algorithm>
#include <utility>

#include <unicode/uchar.h>
#include <unicode/uscript.h>

#include "base/error.hpp"
#include "base/text/utf8.hpp"

namespace training {

namespace {

enum class CharacterSort { none, letter, digit, single };

bool stands_alone(UChar32 c) {
    UErrorCode error = U_ZERO_ERROR;
    switch (uscript_getScript(c, &error)) {
        case USCRIPT_HAN:
        case USCRIPT_HIRAGANA:
        case USCRIPT_KATAKANA:
        case USCRIPT_THAI:
        case USCRIPT_LAO:
        case USCRIPT_KHMER:
        case USCRIPT_MYANMAR:
            return true;
        default:
            return false;
    }
}

CharacterSort character_sort(UChar32 c) {
    const auto type = U_MASK(u_charType(c));
    if (type & (U_GC_L_MASK | U_GC_M_MASK))
        return stands_alone(c) ? CharacterSort::single : CharacterSort::letter;
    if (type & U_GC_N_MASK) return CharacterSort::digit;
    if (type & (U_GC_Z_MASK | U_GC_C_MASK)) return CharacterSort::none;
    return CharacterSort::single;
}

}  // namespace

std::vector<Token> tokens_of(std::string_view utf8) {
    std::vector<Token> out;
    CharacterSort before = CharacterSort::none;
    bool new_line = true;
    std::size_t place = 0;
    for (std::size_t at = 0; at < utf8.size(); ++place) {
        const auto from = at;
        const auto c = static_cast<UChar32>(base::next_code_point(utf8, at));
        const auto sort = character_sort(c);
        if (c == '\n' || c == '\r') new_line = true;
        if (sort != CharacterSort::none) {
            if (sort == CharacterSort::single || sort != before)
                out.push_back({place, place, from, from, std::exchange(new_line, false)});
            out.back().end = place + 1;
            out.back().to = at;
        }
        before = sort;
    }
    return out;
}

bool may_follow(int before, int after) {
    const auto place = [](int tag) { return static_cast<TagPlace>((tag - 1) % 4); };
    const bool open =
        before > 0 && (place(before) == TagPlace::first || place(before) == TagPlace::within);
    const bool goes_on =
        after > 0 && (place(after) == TagPlace::within || place(after) == TagPlace::last);
    if (open != goes_on) return false;
    return !open || (before - 1) / 4 == (after - 1) / 4;
}

void SpanNotes::add(const SpanNotes& more) {
    spans += more.spans;
    widened += more.widened;
    overlapping += more.overlapping;
    empty += more.empty;
}

std::vector<int> tags_of(
    std::vector<schema::TextSpan> spans,
    const std::vector<Token>& tokens,
    const std::vector<std::string>& labels,
    SpanNotes& notes
) {
    std::sort(spans.begin(), spans.end(), [](const auto& a, const auto& b) {
        const auto length = [](const auto& span) { return span.end - span.start; };
        return std::pair(length(b), a) < std::pair(length(a), b);
    });
    std::vector<int> tags(tokens.size());
    for (const auto& span : spans) {
        ++notes.spans;
        const auto label = std::find(labels.begin(), labels.end(), span.label);
        if (label == labels.end())
            throw base::Error(
                "span '" + span.label + "'", "is no class of the project", "make another snapshot"
            );
        const auto first = static_cast<std::size_t>(
            std::partition_point(
                tokens.begin(),
                tokens.end(),
                [&](const Token& token) { return token.end <= span.start; }
            ) -
            tokens.begin()
        );
        auto end = first;
        while (end < tokens.size() && tokens[end].start < span.end) ++end;
        if (end == first) {
            ++notes.empty;
            continue;
        }
        const auto from = tags.begin() + static_cast<std::ptrdiff_t>(first);
        const auto to = tags.begin() + static_cast<std::ptrdiff_t>(end);
        if (std::any_of(from, to, [](int tag) { return tag != 0; })) {
            ++notes.overlapping;
            continue;
        }
        if (tokens[first].start < span.start || tokens[end - 1].end > span.end) ++notes.widened;
        const auto which = static_cast<std::size_t>(label - labels.begin());
        std::fill(from, to, tag_of(which, TagPlace::within));
        tags[first] = tag_of(which, end - first == 1 ? TagPlace::only : TagPlace::first);
        if (end - first > 1) tags[end - 1] = tag_of(which, TagPlace::last);
    }
    return tags;
}

std::vector<schema::TextSpan> spans_of(
    const std::vector<int>& tags,
    const std::vector<Token>& tokens,
    const std::vector<std::string>& labels
) {
    std::vector<schema::TextSpan> out;
    for (std::size_t i = 0; i < tags.size(); ++i) {
        if (tags[i] == 0) continue;
        const auto first = i;
        const auto label = static_cast<std::size_t>(tags[i] - 1) / 4;
        while (i + 1 < tags.size() && may_follow(tags[i], tags[i + 1]) && tags[i + 1] > 0 &&
               !may_follow(-1, tags[i + 1]))
            ++i;
        out.push_back({tokens[first].start, tokens[i].end, labels[label]});
    }
    return out;
}

}  // namespace training
