#include <boost/json.hpp>

#include <fmt/format.h>

#include "training/parts/part_differences.hpp"

namespace training {

namespace {

namespace json = boost::json;

// The classes of a table's rows; one without is "(none)".
std::vector<std::string> classes_of_rows(const std::string& answer) {
    std::vector<std::string> out;
    const auto parsed = json::parse(answer);
    if (const auto* rows = parsed.if_array())
        for (const auto& one : *rows)
            out.emplace_back(one.is_string() ? std::string(one.as_string()) : "(none)");
    return out;
}

}  // namespace

// A label of another number of rows is of another table, and says nothing.
PartsCompared
compare_rows(const AskedQuestion&, const std::string& said_text, const std::string& truth_text) {
    PartsCompared out;
    out.truth = classes_of_rows(truth_text);
    out.said = classes_of_rows(said_text);
    if (out.truth.size() != out.said.size()) return {};
    const auto rows = static_cast<double>(out.truth.size());
    out.score = {0, rows, rows};
    for (std::size_t i = 0; i < out.truth.size(); ++i) {
        if (out.truth[i] == out.said[i]) {
            out.score.common += 1;
            continue;
        }
        out.differences.push_back(
            {PartFault::label, out.truth[i], out.said[i], fmt::format("row {}", i + 1)}
        );
    }
    return out;
}

}  // namespace training
