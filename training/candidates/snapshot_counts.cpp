// The counts that a snapshot is stored with, as JSON: they are fixed with it, so that what people
// read later is what was chosen then, also after records went. Classes that a part has none of are
// told here, where all parts are known.
#include "training/candidates/snapshot_counts.hpp"

#include <array>
#include <map>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "training/labels/part_labels.hpp"

namespace training {

namespace json = boost::json;

namespace {

using ByPart = std::array<std::uint64_t, 3>;

json::array list_of(const std::vector<std::string>& names) {
    json::array list;
    for (const auto& name : names) list.emplace_back(name);
    return list;
}

json::object counts_json(const std::map<std::string, ByPart>& all) {
    json::object object;
    for (const auto& [name, counts] : all)
        object[name] = json::array{counts[0], counts[1], counts[2]};
    return object;
}

// Classes that a part has none of: its figures say nothing about them.
void tell_absent(
    const std::map<std::string, ByPart>& by_class,
    const Split& split,
    std::vector<std::string>& warnings
) {
    constexpr std::size_t shown = 5;
    for (std::size_t part = 0; part < 3; ++part) {
        if (split.rows[part] == 0) continue;
        std::size_t absent = 0;
        std::string names;
        for (const auto& [name, counts] : by_class) {
            if (counts[part] > 0 || ++absent > shown) continue;
            names += fmt::format("{}'{}'", names.empty() ? "" : ", ", name);
        }
        if (absent == 0) continue;
        warnings.push_back(fmt::format(
            "the {} part has no record of {} {}{}",
            name_of(static_cast<Part>(part)),
            absent == 1 ? "class" : fmt::format("{} classes,", absent),
            names,
            absent > shown ? " .." : ""
        ));
    }
}

}  // namespace

std::string counts_of(
    const Split& split,
    const Candidates& choice,
    const std::vector<std::string>& classes,
    const LabelParts& label
) {
    std::map<std::string, ByPart> by_class, by_method;
    std::map<int, std::uint64_t> by_fold;
    std::uint64_t unsure = 0;
    CandidateReader candidates(choice.candidates);
    for (std::size_t i = 0; const auto read = candidates.next(); ++i) {
        const auto part = static_cast<std::size_t>(split.parts[i]);
        if (part >= 3) continue;
        const auto& one = *read;
        if (one.class_id) ++by_class[classes.at(static_cast<std::size_t>(*one.class_id))][part];
        if (one.label)
            for (const auto& name : classes_in(*one.label)) ++by_class[name][part];
        const auto& method = choice.methods[one.method];
        if (!method.empty()) ++by_method[method][part];
        if (one.probability && *one.probability < 1) ++unsure;
        if (!split.folds.empty() && split.folds[i] >= 0) ++by_fold[split.folds[i]];
    }
    auto warnings = choice.warnings;
    warnings.insert(warnings.end(), split.warnings.begin(), split.warnings.end());
    tell_absent(by_class, split, warnings);
    json::array folds;
    for (const auto& [fold, rows] : by_fold) folds.emplace_back(rows);
    return json::serialize(json::object{
        {"training", split.rows[0]},
        {"validation", split.rows[1]},
        {"test", split.rows[2]},
        {"left_out", split.rows[3]},
        {"consent_denied", choice.denied},
        {"stale", choice.stale},
        {"no_time", choice.no_time},
        {"time_format", choice.time_format},
        {"unsure", unsure},
        {"clusters", split.cluster_count},
        {"largest_cluster", split.largest_cluster},
        {"classes", counts_json(by_class)},
        {"class_names", list_of(classes)},
        {"methods", counts_json(by_method)},
        {"folds", folds},
        {"label_columns", list_of(label.columns)},
        {"label_in_text", list_of(label.in_text)},
        {"warnings", list_of(warnings)}});
}

}  // namespace training
