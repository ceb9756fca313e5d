// `tilth quality pages`: what the published filters of web corpora would drop. Measures are stored
// with each text, so rules are only compared here and nothing is read twice. Beside how many break
// a rule stands how many break only it: that is what leaving the rule out would bring back.
#include <cmath>
#include <map>
#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "app/commands.hpp"
#include "app/output.hpp"
#include "base/database/database.hpp"
#include "base/error.hpp"
#include "schema/records/page_quality_store.hpp"
#include "schema/sources/source_store.hpp"

namespace app {

namespace json = boost::json;

namespace {

struct Options {
    std::string source, preset = "all";
    std::size_t keys = 0;
};

struct RuleCount {
    std::uint64_t broken = 0;
    std::uint64_t only = 0;  // nothing else was wrong
    std::vector<std::string> keys;
};

struct PresetCount {
    std::uint64_t passed = 0;
    std::vector<RuleCount> rules;
};

struct Counted {
    std::uint64_t records = 0;
    std::map<std::string_view, PresetCount> presets;
    std::map<std::string_view, std::pair<std::uint64_t, std::uint64_t>> personal;  // records, finds
};

void judge(
    const formats::QualityPreset& preset,
    const std::string& key,
    const formats::Measures& measures,
    std::size_t keys,
    PresetCount& count
) {
    count.rules.resize(preset.rules.size());
    std::size_t broken = 0, last = 0;
    for (std::size_t i = 0; i < preset.rules.size(); ++i) {
        if (preset.rules[i].holds(measures)) continue;
        ++broken;
        last = i;
        auto& rule = count.rules[i];
        ++rule.broken;
        if (rule.keys.size() < keys) rule.keys.push_back(key);
    }
    if (broken == 0) ++count.passed;
    if (broken == 1) ++count.rules[last].only;
}

Counted count(service::Context& context, const schema::Source& source, const Options& options) {
    Counted counted;
    schema::each_measured(
        context.database(),
        source.id,
        [&](const std::string& key, const formats::Measures& measures) {
            ++counted.records;
            for (const auto& preset : formats::quality_presets())
                if (options.preset == "all" || options.preset == preset.name)
                    judge(preset, key, measures, options.keys, counted.presets[preset.name]);
            for (auto i = static_cast<std::size_t>(formats::Measure::pii_email);
                 i <= static_cast<std::size_t>(formats::Measure::pii_card);
                 ++i) {
                auto measure = static_cast<formats::Measure>(i);
                auto finds = formats::value_of(measures, measure);
                auto& personal = counted.personal[name_of(measure).substr(4)];
                if (!(finds > 0)) continue;
                ++personal.first;
                personal.second += static_cast<std::uint64_t>(finds);
            }
        }
    );
    return counted;
}

std::string bounds(const formats::QualityRule& rule) {
    if (std::isinf(rule.low)) return fmt::format("at most {}", rule.high);
    if (std::isinf(rule.high)) return fmt::format("at least {}", rule.low);
    return fmt::format("{} to {}", rule.low, rule.high);
}

void tell_json(const Counted& counted) {
    json::object told{{"records", counted.records}};
    json::object presets, personal;
    for (const auto& preset : formats::quality_presets()) {
        auto found = counted.presets.find(preset.name);
        if (found == counted.presets.end()) continue;
        json::array rules;
        for (std::size_t i = 0; i < found->second.rules.size(); ++i) {
            const auto& rule = found->second.rules[i];
            json::object one{
                {"measure", name_of(preset.rules[i].measure)},
                {"rule", bounds(preset.rules[i])},
                {"broken", rule.broken},
                {"only", rule.only}};
            if (!rule.keys.empty()) one["keys"] = json::array(rule.keys.begin(), rule.keys.end());
            rules.push_back(std::move(one));
        }
        presets[preset.name] = json::object{
            {"passed", found->second.passed},
            {"dropped", counted.records - found->second.passed},
            {"rules", std::move(rules)}};
    }
    for (const auto& [kind, found] : counted.personal)
        personal[kind] = json::object{{"records", found.first}, {"finds", found.second}};
    told["presets"] = std::move(presets);
    told["pii"] = std::move(personal);
    print_json(told);
}

void tell(const Counted& counted) {
    for (const auto& preset : formats::quality_presets()) {
        auto found = counted.presets.find(preset.name);
        if (found == counted.presets.end()) continue;
        print_line(fmt::format(
            "{}: {} of {} records pass",
            preset.name,
            grouped(found->second.passed),
            grouped(counted.records)
        ));
        Table table({"measure", "rule", "would drop", "alone"});
        for (std::size_t i = 0; i < found->second.rules.size(); ++i) {
            const auto& rule = found->second.rules[i];
            if (rule.broken == 0) continue;
            table.add(
                {std::string(name_of(preset.rules[i].measure)),
                 bounds(preset.rules[i]),
                 grouped(rule.broken),
                 grouped(rule.only)}
            );
        }
        table.print();
    }
    Table table({"personal data", "records", "finds"});
    for (const auto& [kind, found] : counted.personal)
        table.add({std::string(kind), grouped(found.first), grouped(found.second)});
    table.print();
}

void pages(service::Context& context, const Options& options) {
    bool known = options.preset == "all";
    for (const auto& preset : formats::quality_presets())
        known = known || options.preset == preset.name;
    if (!known)
        throw base::UsageError(
            fmt::format("--preset {}", options.preset),
            "there is none of that name",
            "use gopher, c4, fineweb or all"
        );
    auto source = context.database().call([&](base::Tx& tx) {
        return schema::require_source(tx, options.source);
    });
    schema::measure_missing(context.database(), source.id, context.stop());
    if (context.stop().stop_requested()) throw base::Interrupted();
    auto counted = count(context, source, options);
    if (counted.records == 0)
        throw base::Error(
            fmt::format("source '{}'", source.name), "has no texts", "gather some first"
        );
    if (context.json) {
        tell_json(counted);
    } else {
        tell(counted);
    }
}

}  // namespace

void add_quality_pages(CLI::App& quality, service::Context& context) {
    auto options = std::make_shared<Options>();
    auto* verb = quality.add_subcommand(
        "pages",
        "How many texts the rules of Gopher, C4 and FineWeb would drop, and personal data; nothing "
        "is dropped"
    );
    verb->add_option("SOURCE,--source", options->source, "Source")->required()->type_name("NAME");
    verb->add_option("--preset", options->preset, "gopher, c4, fineweb or all");
    verb->add_option("--keys", options->keys, "With --json: so many keys per rule");
    verb->callback([options, &context] { pages(context, *options); });
}

}  // namespace app
