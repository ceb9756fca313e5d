// Preferences and rankings as pairs of candidates, each of the class of its better one.
#include <algorithm>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/error.hpp"
#include "training/answers/order_judging.hpp"
#include "training/parts/part_differences.hpp"

namespace training {

namespace json = boost::json;

std::vector<int> places_in(const AskedQuestion& question, const std::string& answer) {
    constexpr std::string_view level = "tie";
    const auto parsed = json::parse(answer);
    const auto& names = question.candidates;
    std::vector<int> places(names.size(), -1);
    const auto put = [&](const json::value& name, int place) {
        const auto found = std::find(names.begin(), names.end(), std::string(name.as_string()));
        if (found == names.end())
            throw base::Error(
                "the label " + answer,
                "names none of the candidates that the project has now",
                "make another snapshot"
            );
        places[static_cast<std::size_t>(found - names.begin())] = place;
    };
    if (parsed.is_string()) {
        std::fill(places.begin(), places.end(), parsed.as_string() == level ? 0 : 1);
        if (parsed.as_string() != level) put(parsed, 0);
        return places;
    }
    int place = 0;
    for (const auto& item : parsed.as_array()) {
        if (item.is_string()) {
            put(item, place);
        } else {
            for (const auto& one : item.as_array()) put(one, place);
        }
        ++place;
    }
    for (auto& one : places)
        if (one < 0) one = place;
    return places;
}

PartsCompared compare_orders(
    const AskedQuestion& question,
    const std::string& said_text,
    const std::string& truth_text
) {
    const auto& names = question.candidates;
    const auto truth = places_in(question, truth_text), said = places_in(question, said_text);
    PartsCompared out;
    JudgedOrder order{truth, {}};
    for (int place : said) order.scores.push_back(-place);
    if (const auto right = right_pairs(order)) out.score = {*right, 1, 1};
    for (std::size_t a = 0; a < names.size(); ++a)
        for (std::size_t b = 0; b < names.size(); ++b) {
            if (said[a] < said[b]) out.said.push_back(names[a]);
            if (truth[a] >= truth[b]) continue;
            out.truth.push_back(names[a]);
            if (said[a] < said[b]) continue;
            const bool even = said[a] == said[b];
            out.differences.push_back(
                {even ? PartFault::missed : PartFault::label,
                 names[a],
                 even ? "" : names[b],
                 fmt::format("{} before {}", names[a], names[b])}
            );
        }
    return out;
}

}  // namespace training
