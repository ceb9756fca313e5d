#include <algorithm>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "quality/bias/bias_store.hpp"
#include "quality/store.hpp"
#include "service/gather/sources.hpp"
#include "service/quality/findings.hpp"
#include "service/quality/names.hpp"

namespace service {

const base::Settings<ReportBias> ReportBias::settings{
    {{"source", &ReportBias::source, "whose records", {.required = true}},
     {"by", &ReportBias::by, "fields, apart by commas; several also together", {.required = true}},
     {"label", &ReportBias::label, "the field that holds the label"},
     {"project", &ReportBias::project, "labels of a labeling project"},
     {"favourable",
      &ReportBias::favourable,
      "the label whose rates are compared (the rarer of two, else the most frequent)"},
     {"reference",
      &ReportBias::reference,
      "shares that the groups should have, as CSV: field,value,share"},
     {"reference_name", &ReportBias::reference_name, "what messages call them"}},
    [](ReportBias& request) -> std::optional<base::Fault> {
        if (request.label.empty() || request.project.empty()) return std::nullopt;
        return base::Fault{"cannot stand beside project", "give one of them", "label"};
    }};

namespace {

std::vector<std::string> field_of(const quality::Table& table, const std::string& name) {
    auto found = std::find(table.names.begin(), table.names.end(), name);
    if (found == table.names.end())
        throw base::UsageError(
            "field '" + name + "'",
            "the records have none of that name",
            "see 'tilth quality profile'"
        );
    return table.cells[static_cast<std::size_t>(found - table.names.begin())];
}

}  // namespace

BiasAnswer report_bias(Work& work, const ReportBias& request) {
    auto source = known_source(work, request.source);
    auto& database = work.here.database;
    auto table = quality::load_table(database, source.id);
    quality::BiasOptions how;
    how.by = names_in(request.by);
    how.favourable = request.favourable;
    if (!request.reference.empty())
        how.reference = quality::parse_reference(request.reference, request.reference_name);
    if (!request.label.empty()) how.labels = field_of(table, request.label);
    BiasAnswer answer;
    if (!request.project.empty()) {
        auto labels = quality::labels_of_project(database, request.project, source.id, table);
        if (!labels)
            throw base::UsageError(
                "project '" + request.project + "'",
                "there is none of that name",
                "see 'tilth label project list'"
            );
        how.labels = std::move(*labels);
        answer.project.push_back(quality::annotators_of_project(database, request.project));
        answer.project.push_back(quality::origins_of_project(database, request.project));
    }
    auto found = quality::report_bias(table, how);
    answer.records = found.records;
    answer.favourable = found.favourable;
    answer.breakdowns = std::move(found.breakdowns);
    for (auto& one : found.missing)
        answer.missing.push_back(
            {.field = std::move(one.field),
             .value = std::move(one.value),
             .column = std::move(one.column),
             .missing = one.share,
             .overall = one.overall}
        );
    return answer;
}

}  // namespace service
