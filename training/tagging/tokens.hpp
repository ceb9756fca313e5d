#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "schema/labels/spans.hpp"

namespace training {

// What is tagged of a text. Places count code points, `from` and `to` bytes.
struct Token {
    std::size_t start = 0, end = 0;
    std::size_t from = 0, to = 0;
    bool new_line = false;  // the first one, or the first after a line break
};

// A run of letters and marks, a run of digits, or any other character but white space and what is
// not seen by itself; so is each character of a script that is written without spaces.
std::vector<Token> tokens_of(std::string_view utf8);

// Tags say of each token where in a span it is (BILOU: Ratinov and Roth 2009): 0 none; of label i,
// 1 + 4 i the first, 2 + 4 i within, 3 + 4 i the last, 4 + 4 i the only one.
enum class TagPlace { first, within, last, only };
inline int tag_of(std::size_t label, TagPlace place) {
    return static_cast<int>(1 + 4 * label + static_cast<std::size_t>(place));
}
inline std::size_t tag_count(std::size_t labels) {
    return 1 + 4 * labels;
}
// Whether one tag may follow another; -1 is the edge of a text.
bool may_follow(int before, int after);

// What was done to spans so that tags can say them.
struct SpanNotes {
    std::size_t spans = 0;
    std::size_t widened = 0;  // began or ended within a token, and were learnt as whole ones
    std::size_t overlapping =
        0;                  // left out: of spans that overlap the longest stays, then the first
    std::size_t empty = 0;  // left out: they hold no token, or lie behind the text

    void add(const SpanNotes& more);
};

// `labels` are the names that spans may have. Throws base::Error for another.
std::vector<int> tags_of(
    std::vector<schema::TextSpan> spans,
    const std::vector<Token>& tokens,
    const std::vector<std::string>& labels,
    SpanNotes& notes
);
// The spans that tags say, which follow each other as may_follow() wants.
std::vector<schema::TextSpan> spans_of(
    const std::vector<int>& tags,
    const std::vector<Token>& tokens,
    const std::vector<std::string>& labels
);

}  // namespace training
