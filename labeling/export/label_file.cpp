#include "labeling/export/label_file.hpp"

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/error.hpp"
#include "base/numbers/parse.hpp"
#include "base/settings/settings.hpp"
#include "base/text/unicode.hpp"
#include "labeling/table.hpp"

namespace labeling {

const base::Settings<GivenLabel> GivenLabel::settings{
    {"key", &GivenLabel::key, "of a record", {.required = true}},
    {"label", &GivenLabel::label, "a class", {.required = true, .scalars = true}},
    {"probability", &GivenLabel::probability, "how sure it is", {.low = 0, .high = 1}},
};

namespace {

namespace json = boost::json;

double probability_of(const Table& table, std::size_t column) {
    if (!table.has(column) || table.is_missing(column)) return 1;
    auto p = base::parse_number(table.cell(column));
    if (!p || *p < 0 || *p > 1)
        table.fail(
            fmt::format("the probability '{}' is not a number from 0 to 1", table.cell(column))
        );
    return *p;
}

// A task of Label Studio, as labels are exported for it: the key in its data, the label in the
// first annotation that was not cancelled. Nothing for a task without one.
std::optional<GivenLabel> of_task(const Table& table, const json::object& task) {
    auto text_at = [&](const json::value& from, std::string_view pointer) -> const json::string* {
        boost::system::error_code error;
        const auto* found = from.find_pointer({pointer.data(), pointer.size()}, error);
        return found ? found->if_string() : nullptr;
    };
    const json::value whole(task);
    const auto* key = text_at(whole, "/data/key");
    if (!key) table.fail("has no 'key' in its data");
    const auto* annotations = task.at("annotations").if_array();
    if (!annotations) table.fail("its annotations are no array");
    for (const auto& annotation : *annotations) {
        const auto* cancelled =
            annotation.is_object() ? annotation.as_object().if_contains("was_cancelled") : nullptr;
        if (cancelled && *cancelled == json::value(true)) continue;
        const auto* label = text_at(annotation, "/result/0/value/choices/0");
        if (!label)
            table.fail("its annotation is no choice", "import what is one of several classes");
        GivenLabel given{
            .key = std::string(*key), .label = base::tidy_name(std::string_view(*label))};
        boost::system::error_code error;
        if (const auto* p = whole.find_pointer("/meta/probability", error); p && p->is_number())
            given.probability = p->to_number<double>();
        return given;
    }
    return std::nullopt;
}

std::optional<GivenLabel> of_row(const Table& table) {
    bool is_json = !table.object().empty();
    if (is_json && !table.has(0)) {
        auto object = json::parse({table.object().data(), table.object().size()}).as_object();
        if (object.contains("annotations")) return of_task(table, object);
    }
    for (std::size_t column : {0U, 1U})
        if (is_json && !table.has(column))
            table.fail(fmt::format("has no '{}'", column == 0 ? "key" : "label"));
    if (table.cell(0).empty()) table.fail("the key is empty");
    if (table.is_missing(1)) return std::nullopt;
    return GivenLabel{
        .key = table.raw(0), .label = table.cell(1), .probability = probability_of(table, 2)};
}

}  // namespace

std::vector<GivenLabel> read_label_file(const std::string& path, std::size_t* missing) {
    Table table(path, {"key", "label"}, {"probability"});
    std::vector<GivenLabel> labels;
    std::size_t without = 0;
    while (table.next()) {
        if (auto label = of_row(table))
            labels.push_back(std::move(*label));
        else
            ++without;
    }
    if (missing) *missing = without;
    return labels;
}

}  // namespace labeling
