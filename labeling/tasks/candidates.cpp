#include "labeling/tasks/candidates.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/error.hpp"

namespace labeling {

std::optional<base::Fault>
check_candidates(const Question& question, std::size_t least, std::size_t most) {
    const auto& names = question.candidates;
    if (names.size() < least || names.size() > most)
        return base::Fault{
            .reason = fmt::format("has {} fields", names.size()),
            .mend = least == most ? fmt::format("name {} fields of the records", least)
                                  : fmt::format("name {} to {} fields of the records", least, most),
            .at = "candidates"};
    if (std::set(names.begin(), names.end()).size() < names.size())
        return base::Fault{
            .reason = "names a field twice", .mend = "name each once", .at = "candidates"};
    if (is_candidate(question, "tie"))
        return base::Fault{
            .reason = "'tie' is the answer that they are level",
            .mend = "give the field another name",
            .at = "candidates"};
    return std::nullopt;
}

void require_candidates(const Question& question, const AskedRecord& record) {
    auto text = record.payload().text;
    auto payload = text.empty() ? boost::json::value() : boost::json::parse(text);
    for (const auto& name : question.candidates)
        if (!payload.is_object() || !payload.get_object().contains(name))
            throw base::UsageError(
                "the record", "has no field '" + name + "' to compare", "skip the task"
            );
}

bool is_candidate(const Question& question, std::string_view name) {
    const auto& names = question.candidates;
    return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace labeling
