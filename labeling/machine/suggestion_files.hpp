#pragma once

#include <functional>
#include <string>

#include "labeling/machine/suggester.hpp"

namespace labeling {

using TakeSuggestion = std::function<void(GivenSuggestion&& suggestion)>;

// The suggestions in a file:
//   - a table with the columns key, label or answer, and perhaps score (or probability);
//   - JSON, lines or an array, of objects with these members;
//   - tasks of Label Studio with predictions: the only one, else the one whose model_version is
//     `version`; of several others that is told as the reason why none is taken.
// Throws base::Error, with the line, for what is malformed.
void read_suggestions(
    const std::string& path,
    const Question& question,
    const std::string& version,
    const TakeSuggestion& take
);
// The same of a text; `name` is of the file that it was.
void read_suggestions_of_text(
    const std::string& name,
    const std::string& text,
    const Question& question,
    const std::string& version,
    const TakeSuggestion& take
);

}  // namespace labeling
