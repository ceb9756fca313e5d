// Files of suggestions are read as those of labels are, but for the score: it says how sure a
// machine is, and may be anything or missing, where a label's probability is one by default.
#include "labeling/machine/suggestion_files.hpp"

#include <filesystem>
#include <optional>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/numbers/parse.hpp"
#include "formats/archive/bytes.hpp"
#include "formats/table/table.hpp"
#include "labeling/export/imports/imports.hpp"

namespace labeling {

namespace {

namespace json = boost::json;

const std::vector<std::string> columns_of_suggestions{"label", "answer", "score", "probability"};

bool is_json_text(std::string_view start) {
    if (start.starts_with("\xEF\xBB\xBF")) start.remove_prefix(3);
    auto at = start.find_first_not_of(" \t\r\n");
    return at != start.npos && (start[at] == '{' || start[at] == '[');
}

bool is_json_value(const std::string& text) {
    boost::system::error_code error;
    json::parse(text, error);
    return !error;
}

std::optional<double> score_in(const json::object& object, const formats::Table& table) {
    for (auto name : {"score", "probability"}) {
        const auto* score = object.if_contains(name);
        if (!score || score->is_null()) continue;
        auto number = score->is_number() ? score->to_number<double>() : -1;
        if (!(number >= 0 && number <= 1))
            table.fail(fmt::format("its {} is not a number from 0 to 1", name));
        return number;
    }
    return std::nullopt;
}

void read_suggestion(
    json::object object,
    const formats::Table& table,
    const std::string& name,
    const Question& question,
    const std::string& version,
    const TakeSuggestion& take
) {
    auto place = fmt::format("{}: line {}", name, table.line());
    const auto* data = object.if_contains("data");
    if ((data && data->is_object()) || object.contains("predictions"))
        return read_studio_prediction(
            object,
            place,
            question,
            version,
            [&](GivenLabel&& said, std::optional<double> score) {
                take({.said = std::move(said), .score = score});
            }
        );
    auto score = score_in(object, table);
    object.erase("probability");
    read_line(object, place, question, [&](GivenLabel&& said) {
        take({.said = std::move(said), .score = score});
    });
}

void read_table(
    formats::Table& table,
    const std::string& name,
    const Question& question,
    const std::string& version,
    const TakeSuggestion& take
) {
    bool first = true;
    while (table.next()) {
        if (!table.object().empty()) {
            auto object = json::parse({table.object().data(), table.object().size()}).as_object();
            read_suggestion(std::move(object), table, name, question, version, take);
            continue;
        }
        if (table.cell(0).empty()) table.fail("the key is empty");
        if (first && !table.has(1) && !table.has(2))
            table.fail("no column 'label' in the header", "the first line must be key,label,score");
        first = false;
        GivenSuggestion given{.said = {.key = table.raw(0)}};
        if (table.has(1) && !table.is_missing(1))
            given.said.label = table.cell(1);
        else if (table.has(2) && !table.is_missing(2))
            (is_json_value(table.cell(2)) ? given.said.answer.text : given.said.label) =
                table.cell(2);
        auto scored = table.has(3) ? std::size_t{3} : std::size_t{4};
        if (table.has(scored) && !table.is_missing(scored)) {
            given.score = base::parse_number(table.cell(scored));
            if (!given.score || !(*given.score >= 0 && *given.score <= 1))
                table.fail(
                    fmt::format("the score '{}' is not a number from 0 to 1", table.cell(scored))
                );
        }
        take(std::move(given));
    }
}

}  // namespace

void read_suggestions(
    const std::string& path,
    const Question& question,
    const std::string& version,
    const TakeSuggestion& take
) {
    bool is_json = path != "-" && std::filesystem::is_regular_file(path) &&
                   is_json_text(formats::Bytes(path).start());
    formats::Table table(
        path,
        is_json ? std::vector<std::string>{} : std::vector<std::string>{"key"},
        is_json ? std::vector<std::string>{} : columns_of_suggestions
    );
    read_table(table, path, question, version, take);
}

void read_suggestions_of_text(
    const std::string& name,
    const std::string& text,
    const Question& question,
    const std::string& version,
    const TakeSuggestion& take
) {
    bool is_json = is_json_text(text);
    auto table = formats::Table::of(
        name,
        text,
        is_json ? std::vector<std::string>{} : std::vector<std::string>{"key"},
        is_json ? std::vector<std::string>{} : columns_of_suggestions
    );
    read_table(table, name, question, version, take);
}

}  // namespace labeling
