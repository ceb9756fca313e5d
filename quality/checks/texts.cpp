// What a text is like: its type, its form as a time, JSON, patterns.
//
// Patterns run in time linear in the text (base/text/pattern.hpp), because rules meet whatever the
// wild holds; json_schema is parsed once for all records.
#include <algorithm>
#include <array>

#include "base/text/like.hpp"
#include "base/text/pattern.hpp"
#include "base/time/civil.hpp"
#include "formats/json/json.hpp"
#include "formats/text/value_type.hpp"
#include "quality/checks/check_kind.hpp"
#include "quality/checks/json_schema.hpp"

namespace quality {

namespace {

constexpr Need a_type{[](const Check& check) { return !check.types.empty(); }, "a type"};
constexpr Need a_format{[](const Check& check) { return !check.format.empty(); }, "a format"};
constexpr Need a_schema{[](const Check& check) { return !check.schema.empty(); }, "a schema"};
constexpr Need a_pattern{[](const Check& check) { return !check.patterns.empty(); }, "a pattern"};

std::unique_ptr<Judge> judge_type(const Check& check, const World&) {
    return judge_values([&wanted = check.types](std::string_view value) {
        auto type = name_of(formats::type_of(value));
        return std::any_of(wanted.begin(), wanted.end(), [&](const std::string& one) {
            return type == one || (one == "number" && type == "integer") ||
                   (one == "datetime" && type == "date");
        });
    });
}

template <bool wanted>
std::unique_ptr<Judge> judge_like(const Check& check, const World&) {
    return judge_values([&values = check.values](std::string_view value) {
        return std::any_of(values.begin(), values.end(), [&](const auto& one) {
                   return base::is_like(value, one);
               }) == wanted;
    });
}

template <bool wanted>
std::unique_ptr<Judge> judge_matches(const Check& check, const World&) {
    std::vector<base::Pattern> patterns;
    for (const auto& one : check.patterns) patterns.push_back(base::Pattern::parse(one));
    return judge_values([patterns = std::move(patterns), all = check.all](std::string_view value) {
        auto found = [&](const base::Pattern& one) { return one.found_in(value); };
        return (all ? std::all_of(patterns.begin(), patterns.end(), found)
                    : std::any_of(patterns.begin(), patterns.end(), found)) == wanted;
    });
}

std::unique_ptr<Judge> judge_schema(const Check& check, const World&) {
    return judge_values([schema = std::make_shared<JsonSchema>(check.schema)](std::string_view value
                        ) { return schema->holds(value); });
}

}  // namespace

std::span<const CheckKind> text_checks() {
    static const std::array kinds{
        CheckKind{
            .name = "type",
            .words = "the text is of `type`, or of one of `types`",
            .columns = one_column,
            .needs = {a_type},
            .judge = judge_type},
        CheckKind{
            .name = "time_format",
            .words = "the text is a time as `format` writes it, as for strftime",
            .columns = one_column,
            .needs = {a_format},
            .judge =
                [](const Check& check, const World&) {
                    return judge_values([&check](std::string_view value) {
                        return base::fits_time_format(std::string(value), check.format);
                    });
                }},
        CheckKind{
            .name = "json",
            .words = "the text is JSON",
            .columns = one_column,
            .needs = {},
            .judge =
                [](const Check&, const World&) {
                    return judge_values([](std::string_view value) {
                        return !formats::check_json(value);
                    });
                }},
        CheckKind{
            .name = "json_schema",
            .words = "the text is JSON that holds `schema`",
            .columns = one_column,
            .needs = {a_schema},
            .judge = judge_schema},
        CheckKind{
            .name = "matches",
            .words = "`pattern`, one of `patterns`, or `all` of them are found in the text",
            .columns = one_column,
            .needs = {a_pattern},
            .judge = judge_matches<true>},
        CheckKind{
            .name = "not_matches",
            .words = "they are not",
            .columns = one_column,
            .needs = {a_pattern},
            .judge = judge_matches<false>},
        CheckKind{
            .name = "like",
            .words = "the text is like one of `values`: % is any run, _ one byte",
            .columns = one_column,
            .needs = {some_values},
            .judge = judge_like<true>},
        CheckKind{
            .name = "not_like",
            .words = "the text is like none of `values`",
            .columns = one_column,
            .needs = {some_values},
            .judge = judge_like<false>}};
    return kinds;
}

}  // namespace quality
