#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <boost/json/fwd.hpp>

#include "labeling/projects/question.hpp"

// Answers as Label Studio writes them: a list of results, each of a type, on what is shown.
namespace labeling {

// What results are about.
struct StudioTask {
    std::string id{};           // of the annotation; results are named after it
    std::string shown{"text"};  // name of what questions are about that are of no mark
    std::string picture{"image"}, recording{"audio"};  // of what marks of their kinds are on
    std::string text{};                                // that spans are parts of
    double width = 0, height = 0;                      // of the picture
};

// Behind the name of a question about ranges of time: the control by which they are transcribed.
inline constexpr std::string_view studio_said = "_text";

// What Label Studio has no results for; nothing if it can tell every answer to the question.
std::optional<std::string> studio_lacks(const Question& question);
// Of a stored answer: JSON.
boost::json::array
studio_results(const Question& question, const std::string& answer, const StudioTask& task);

// The answer that results give: places in pictures are pixels of `task`, or of the results' own
// original size. Nothing if no result answers the question. Throws base::UsageError for results
// that are none.
std::optional<boost::json::value> answer_of_results(
    const Question& question,
    const boost::json::array& results,
    const StudioTask& task
);

}  // namespace labeling
