#include <charconv>
#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "app/commands.hpp"
#include "app/output.hpp"
#include "app/data/quality.hpp"
#include "base/database/database.hpp"
#include "base/error.hpp"
#include "quality/checks/check_store.hpp"
#include "quality/profile/drift.hpp"
#include "quality/profile/profile_store.hpp"
#include "schema/sources/source_store.hpp"

namespace app {

namespace json = boost::json;
namespace quality = ingest::quality;

namespace {

struct Options {
    std::string source, before, after, rules;
};

schema::Source source_of(Context& context, const std::string& name) {
    return context.database().call([&](base::Tx& tx) { return schema::require_source(tx, name); });
}

// "snapshot:NAME", or with ":training", ":validation", ":test".
quality::Profile snapshot_profile(Context& context, const std::string& given) {
    auto name = given.substr(given.find(':') + 1);
    auto side = quality::Side::all;
    for (auto [word, which] :
         {std::pair(":training", quality::Side::training),
          {":validation", quality::Side::validation},
          {":test", quality::Side::test}})
        if (name.ends_with(word)) {
            side = which;
            name.resize(name.rfind(':'));
        }
    auto found = quality::profile_snapshot(context.database(), name, side);
    if (!found)
        throw base::Error(
            "snapshot '" + name + "'", "there is none of that name", "see 'tilth snapshot list'"
        );
    return std::move(*found);
}

}  // namespace

quality::Profile fresh_profile(Context& context, const schema::Source& source) {
    auto made = quality::profile_source(context.database(), source.id);
    context.database().call([&](base::Tx& tx) {
        if (auto run = quality::latest_run(tx, source.id))
            quality::save_profile(tx, source.id, run, made.profile);
    });
    return std::move(made.profile);
}

quality::Profile profile_named(Context& context, const std::string& name) {
    if (name.starts_with("snapshot:")) return snapshot_profile(context, name);
    auto at = name.find_last_of("@#");
    auto source = source_of(context, name.substr(0, at));
    if (at == name.npos) return fresh_profile(context, source);
    std::int64_t run = 0;
    auto digits = std::string_view(name).substr(at + 1);
    auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), run);
    bool is_number = code == std::errc() && end == digits.data() + digits.size() && run > 0;
    std::optional<quality::Profile> found;
    if (is_number && name[at] == '#') {
        found = quality::profile_run(context.database(), source.id, run);
    } else if (is_number) {
        found = context.database().call([&](base::Tx& tx) {
            return quality::load_profile(tx, source.id, run);
        });
    }
    if (!found)
        throw base::Error(
            "profile '" + name + "'",
            name[at] == '#' ? "the source has no run of that number that brought records"
                            : "is not kept",
            name[at] == '#' ? "see 'tilth source show'"
                            : "make it with 'tilth quality profile' after the run"
        );
    return std::move(*found);
}

namespace {

std::string short_number(double value) {
    return fmt::format("{:.4g}", value);
}

void show_profile(Context& context, const Options& options) {
    auto profile = fresh_profile(context, source_of(context, options.source));
    auto summary = json::parse(profile.summary());
    if (context.json) {
        print_json(summary);
        return;
    }
    print_line(fmt::format("{} records", grouped(profile.records)));
    Table table(
        {"field", "type", "missing", "distinct", "mean", "min", "median", "max", "most frequent"}
    );
    for (const auto& [name, column] : profile.columns) {
        const auto& told = summary.at("columns").at(name);
        auto top = column.frequent.top(1);
        bool numeric = column.numeric();
        auto missing = profile.records - column.present + column.spelled_missing;
        table.add(
            {name,
             std::string(told.at("type").as_string()),
             fmt::format(
                 "{:.1f} %",
                 profile.records
                     ? 100.0 * static_cast<double>(missing) / static_cast<double>(profile.records)
                     : 0
             ),
             fmt::format("{:.0f}", told.at("distinct").to_number<double>()),
             numeric ? short_number(column.moments.mean()) : "",
             numeric ? short_number(column.moments.minimum()) : "",
             numeric ? short_number(column.quantiles.at(0.5)) : "",
             numeric ? short_number(column.moments.maximum()) : "",
             top.empty() ? "" : fmt::format("{} ({})", top[0].first.substr(0, 24), top[0].second)}
        );
    }
    table.print();
}

void show_drift(Context& context, const Options& options) {
    auto found = quality::find_drift(
        profile_named(context, options.before), profile_named(context, options.after)
    );
    Table table(
        {"field",
         "verdict",
         "PSI",
         "Jensen-Shannon",
         "L-infinity",
         "KS",
         "chi-square p",
         "missing before",
         "missing after"}
    );
    for (const auto& one : found) {
        if (context.json) {
            print_json(quality::to_json(one));
            continue;
        }
        table.add(
            {one.column,
             one.verdict,
             fmt::format("{:.3f}", one.psi),
             fmt::format("{:.3f}", one.jensen_shannon),
             fmt::format("{:.3f}", one.l_infinity),
             one.numeric ? fmt::format("{:.3f}", one.ks) : "",
             fmt::format("{:.2g}", one.chi_square_p),
             fmt::format("{:.1f} %", 100 * one.missing_before),
             fmt::format("{:.1f} %", 100 * one.missing_after)}
        );
    }
    if (!context.json) table.print();
}

void run_checks(Context& context, const Options& options) {
    auto checks = quality::parse_checks(read_whole_file(options.rules), options.rules);
    auto source = source_of(context, options.source);
    auto results = quality::check_source(context.database(), source.id, std::move(checks));
    context.database().call([&](base::Tx& tx) { quality::save_results(tx, source.id, results); });
    Table table({"check", "severity", "result", "observed", "examples"});
    std::string blocked;
    for (const auto& result : results) {
        const auto& check = result.check;
        if (!result.passed && check.severity == quality::Severity::block && blocked.empty())
            blocked = check.name;
        if (context.json) {
            json::array keys;
            for (std::size_t i = 0; i < std::min<std::size_t>(10, result.rows.size()); ++i)
                keys.emplace_back(result.rows[i].key);
            print_json(json::object{
                {"check", check.name},
                {"kind", check.kind},
                {"severity", quality::name_of(check.severity)},
                {"passed", result.passed},
                {"examined", result.examined},
                {"failed", result.failed},
                {"observed", result.observed},
                {"keys", keys},
                {"examples", json::array(result.examples.begin(), result.examples.end())}});
            continue;
        }
        std::string examples;
        for (std::size_t i = 0; i < std::min<std::size_t>(3, result.examples.size()); ++i)
            examples += (i ? ", '" : "'") + result.examples[i].substr(0, 30) + "'";
        table.add(
            {check.name,
             std::string(quality::name_of(check.severity)),
             result.passed ? "passed" : "failed",
             result.observed,
             examples}
        );
    }
    if (!context.json) table.print();
    if (!blocked.empty())
        throw base::Error(
            fmt::format("source '{}'", source.name),
            fmt::format("check '{}' blocks it", blocked),
            "mend the data, or the check"
        );
}

}  // namespace

void add_quality(CLI::App& cli, Context& context) {
    auto options = std::make_shared<Options>();
    auto* command = cli.add_subcommand("quality", "How good the records of a source are");
    command->require_subcommand(1);
    auto* profile = command->add_subcommand(
        "profile", "What the fields hold: counts, missing, quantiles, frequent values"
    );
    profile->add_option("SOURCE,--source", options->source, "Source")
        ->required()
        ->type_name("NAME");
    profile->callback([options, &context] { show_profile(context, *options); });
    auto* drift = command->add_subcommand(
        "drift", "How fields differ between sources, runs, snapshots, or sides of a snapshot"
    );
    drift
        ->add_option(
            "BEFORE",
            options->before,
            "NAME; NAME@RUN as kept after a run; NAME#RUN what a run brought; "
            "snapshot:NAME[:training|:validation|:test]"
        )
        ->required();
    drift->add_option("AFTER", options->after, "The same")->required();
    drift->callback([options, &context] { show_drift(context, *options); });
    auto* check = command->add_subcommand(
        "check",
        "Whether the records hold what is expected of them; exit 1 if a blocking check fails"
    );
    check->add_option("SOURCE,--source", options->source, "Source")->required()->type_name("NAME");
    check->add_option("--rules", options->rules, "The checks")
        ->required()
        ->type_name("CHECKS.toml");
    check->callback([options, &context] { run_checks(context, *options); });
    add_quality_findings(*command, context);
    add_quality_reports(*command, context);
    add_quality_pages(*command, context);
}

}  // namespace app
