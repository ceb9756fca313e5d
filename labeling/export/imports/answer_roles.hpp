#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace labeling {

// What a column of a table of answers holds.
enum class AnswerRole {
    item,
    annotator,
    answer,
    time,
    milliseconds,
    seconds,
    attempt,
    taken_back,
    taken_back_at,
    schema_version,
    simulated,
};

// The place of the column for a role: the one that is `named`, else the first of the usual names
// that there is. Nothing if there is none, or if it is named "none". Throws base::Error, with
// `place`, for a name that is no column.
std::optional<std::size_t> column_for(
    AnswerRole role,
    const std::vector<std::string>& columns,
    const std::string& named,
    const std::string& place
);
// Whether a column of items holds their texts.
bool holds_texts(std::string_view column);

}  // namespace labeling
