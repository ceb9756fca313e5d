// How many texts the published rules for web pages would drop, and which rules alone: people decide
// by that whether a preset suits their source before they let it choose what they train on. Texts
// that nobody has measured yet are measured first, in transactions of their own.
#include <cmath>

#include <fmt/format.h>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "schema/records/page_quality_store.hpp"
#include "service/gather/sources.hpp"
#include "service/quality/findings.hpp"

namespace service {

const base::Settings<JudgePages> JudgePages::settings{
    {"source", &JudgePages::source, "whose texts", {.required = true}},
    {"preset", &JudgePages::preset, "whose rules", {.choices = {"gopher", "c4", "fineweb", "all"}}},
    {"keys", &JudgePages::keys, "so many keys of each rule"},
};

namespace {

std::string bounds(const formats::QualityRule& rule) {
    if (std::isinf(rule.low)) return fmt::format("at most {}", rule.high);
    if (std::isinf(rule.high)) return fmt::format("at least {}", rule.low);
    return fmt::format("{} to {}", rule.low, rule.high);
}

void judge(
    const formats::QualityPreset& preset,
    const std::string& key,
    const formats::Measures& measures,
    std::size_t keys,
    PresetCount& count
) {
    std::size_t broken = 0, last = 0;
    for (std::size_t i = 0; i < preset.rules.size(); ++i) {
        if (preset.rules[i].holds(measures)) continue;
        ++broken;
        last = i;
        auto& rule = count.rules[i];
        ++rule.broken;
        if (rule.keys.size() < keys) rule.keys.push_back(key);
    }
    ++(broken == 0 ? count.passed : count.dropped);
    if (broken == 1) ++count.rules[last].only;
}

void count_personal(const formats::Measures& measures, PagesAnswer& answer) {
    for (auto i = static_cast<std::size_t>(formats::Measure::pii_email);
         i <= static_cast<std::size_t>(formats::Measure::pii_card);
         ++i) {
        auto measure = static_cast<formats::Measure>(i);
        auto finds = formats::value_of(measures, measure);
        auto& personal = answer.pii[std::string(name_of(measure).substr(4))];
        if (!(finds > 0)) continue;
        ++personal.records;
        personal.finds += static_cast<std::uint64_t>(finds);
    }
}

}  // namespace

PagesAnswer judge_pages(Work& work, const JudgePages& request) {
    auto source = known_source(work, request.source);
    schema::measure_missing(work.here.database, source.id, work.here.stop);
    PagesAnswer answer;
    std::vector<std::pair<const formats::QualityPreset*, PresetCount*>> chosen;
    for (const auto& preset : formats::quality_presets()) {
        if (request.preset != "all" && request.preset != preset.name) continue;
        auto& count = answer.presets[std::string(preset.name)];
        for (const auto& rule : preset.rules)
            count.rules.push_back(
                {.measure = std::string(name_of(rule.measure)),
                 .rule = bounds(rule),
                 .broken = 0,
                 .only = 0,
                 .keys = {}}
            );
        chosen.emplace_back(&preset, &count);
    }
    auto visit = [&](const std::string& key, const formats::Measures& measures) {
        ++answer.records;
        for (auto [preset, count] : chosen) judge(*preset, key, measures, request.keys, *count);
        count_personal(measures, answer);
    };
    schema::each_measured(work.here.database, source.id, visit);
    if (answer.records == 0)
        throw base::Error("source '" + source.name + "'", "has no texts", "gather some first");
    return answer;
}

}  // namespace service
