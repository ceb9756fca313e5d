#include <iostream>
#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "app/commands.hpp"
#include "base/error.hpp"
#include "labeling/statistics.hpp"

namespace app {

void add_statistics(CLI::App& cli, service::Context&) {
    struct Options {
        std::string method = "auto", metric, input, truth;
    };
    auto options = std::make_shared<Options>();
    auto* truth =
        cli.add_subcommand("truth", "Infer the truth from answers in a file, without a database");
    truth->add_option("--method", options->method, base::one_of<labeling::Method>());
    truth->add_option("--input", options->input, "CSV with question,worker,answer")
        ->required()
        ->type_name("answers.csv");
    truth->add_option("--truth", options->truth, "CSV with question,truth to judge by")
        ->type_name("truth.csv");
    truth->callback([options] {
        auto method = base::parse<labeling::Method>(options->method);
        if (!method)
            throw base::UsageError(
                fmt::format("--method {}", options->method),
                "unknown",
                fmt::format("use one of {}", base::one_of<labeling::Method>())
            );
        labeling::TruthRequest request{options->input, std::nullopt, *method};
        if (!options->truth.empty()) request.truth = options->truth;
        labeling::write_truth(request, std::cout, std::cerr);
    });
    auto* agreement =
        cli.add_subcommand("agreement", "How far raters in a file agree, without a database");
    agreement->add_option("--metric", options->metric, base::one_of<labeling::Metric>())
        ->required();
    agreement->add_option("--input", options->input, "CSV with unit,rater,rating")
        ->required()
        ->type_name("ratings.csv");
    agreement->callback([options] {
        auto metric = base::parse<labeling::Metric>(options->metric);
        if (!metric)
            throw base::UsageError(
                fmt::format("--metric {}", options->metric),
                "unknown",
                fmt::format("use {}", base::one_of<labeling::Metric>())
            );
        labeling::write_agreement(options->input, *metric, std::cout);
    });
}

}  // namespace app
