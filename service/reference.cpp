// Pages made from what the program declares: a section for each thing that people write settings
// of, so that the reference cannot say other than what is read.
#include "service/reference.hpp"

#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "base/settings/settings.hpp"
#include "base/words.hpp"
#include "crawler/frontier/frontier.hpp"
#include "labeling/projects/project.hpp"
#include "labeling/rules/rule.hpp"
#include "service/config.hpp"
#include "service/gather/kinds/kind.hpp"
#include "service/gather/settings.hpp"
#include "training/behaviour/behaviour.hpp"
#include "training/train_settings.hpp"

namespace service {

namespace {

struct Section {
    std::string title, words;
    const base::Record& record;
};

template <base::Worded E>
std::string table_of(std::string_view head) {
    auto table = fmt::format("| {} | meaning |\n|---|---|\n", head);
    for (const auto& word : base::words<E>)
        table += fmt::format("| `{}` | {} |\n", word.name, word.meaning);
    return table;
}

}  // namespace

std::string settings_reference() {
    // Whoever declares settings that people write adds a section.
    std::vector<Section> sections{
        {"The program: tilth.toml",
         "Read from `tilth.toml`, or the file that `--config` names. Each is also a variable, "
         "`server.port` as `TILTH_SERVER_PORT`; `--db`, `--home` and `--log` are flags. Flags go "
         "before variables, and these before the file.",
         Config::settings.record()},
        {"A labeling project",
         "The file of `tilth label project create`.",
         labeling::Project::settings.record()},
        {"Labeling rules",
         "The file of `tilth label rules set`.",
         labeling::RuleSet::settings.record()},
    };
    sections.push_back(
        {"A training",
         "The file of `tilth train --spec`; flags go before it.",
         training::TrainSettings::settings.record()}
    );
    sections.push_back(
        {"Tests of a model's behaviour",
         "The file of `tilth model test --file`: `[[test]]`, each with",
         training::BehaviourTest::settings.record()}
    );
    for (const auto* kind : source_kinds())
        sections.push_back(
            {fmt::format("A source of kind {}", kind->name),
             fmt::format(
                 "For {}. Written in the file of `tilth source add`, beside `name`, `kind` and "
                 "`schedule`.",
                 kind->words
             ),
             kind->settings()}
        );
    sections.push_back(
        {"Mapping rules",
         "The `[rules]` of a source, or `--map FILE`.",
         ingest::Rules::settings.record()}
    );
    std::string page =
        "# Settings\n\nMade by `tilth reference settings`. Spans of time are written `500ms`, "
        "`90s`, `15m`, `6h` or `7d`, several together as `1h30m`; a number alone is seconds if "
        "nothing else is said. Secrets are references, `env:NAME` or `file:PATH`. One value may "
        "stand for a list of one. `a[].b` is `b` of each table `[[a]]`.\n";
    for (const auto& [title, words, record] : sections)
        page += fmt::format(
            "\n## {}\n\n{}{}{}",
            title,
            words,
            words.empty() ? "" : "\n\n",
            base::markdown_of(record)
        );
    return page;
}

std::string skip_reasons_reference() {
    return "# Skip reasons\n\nMade by `tilth reference skip-reasons`. Every address that a crawl "
           "met has a state, and a reason unless it was kept: `tilth source urls NAME --reason "
           "robots` lists those of one reason.\n\n## States\n\n" +
           table_of<crawler::UrlState>("state") + "\n## Reasons\n\n" +
           table_of<crawler::SkipReason>("reason");
}

}  // namespace service
