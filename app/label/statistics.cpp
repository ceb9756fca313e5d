#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "app/commands.hpp"
#include "base/error.hpp"
#include "labeling/statistics.hpp"

namespace app {

namespace {

std::string methods() {
    return fmt::format(
        "{}, {}", base::one_of<labeling::Method>(), base::one_of<labeling::Ranking>()
    );
}

}  // namespace

void add_statistics(CLI::App& cli, service::Context& context) {
    struct Options {
        std::string method = "auto", metric, input, truth, by;
        std::vector<std::string> order;
    };
    auto options = std::make_shared<Options>();
    auto* truth =
        cli.add_subcommand("truth", "Infer the truth from answers in a file, without a database");
    truth->add_option("--method", options->method, methods());
    truth
        ->add_option(
            "--input",
            options->input,
            "CSV or JSON with question,worker,answer; to rank by comparisons, with "
            "left,right,worker,label"
        )
        ->required()
        ->type_name("answers.csv");
    truth->add_option("--truth", options->truth, "CSV or JSON with question,truth to judge by")
        ->type_name("truth.csv");
    truth->callback([options, &context] {
        if (auto ranking = base::parse<labeling::Ranking>(options->method)) {
            if (!options->truth.empty())
                throw base::UsageError("--truth", "is not for ranking", "leave it out");
            labeling::write_ranking(options->input, *ranking, std::cout, std::cerr, context.stop());
            return;
        }
        auto method = base::parse<labeling::Method>(options->method);
        if (!method)
            throw base::UsageError(
                fmt::format("--method {}", options->method),
                "unknown",
                fmt::format("use one of {}", methods())
            );
        labeling::TruthRequest request{options->input, std::nullopt, *method};
        if (!options->truth.empty()) request.truth = options->truth;
        labeling::write_truth(request, std::cout, std::cerr, context.stop());
    });
    auto* agreement =
        cli.add_subcommand("agreement", "How far raters in a file agree, without a database");
    agreement->add_option("--metric", options->metric, base::one_of<labeling::Metric>())
        ->required();
    agreement
        ->add_option(
            "--input", options->input, "CSV or JSON with unit,rater,rating, and time for --by month"
        )
        ->required()
        ->type_name("ratings.csv");
    agreement
        ->add_option("--order", options->order, "The ratings from least to most: low,medium,high")
        ->delimiter(',')
        ->type_name("LIST");
    agreement
        ->add_option("--by", options->by, "Also for each class, pair of raters, month or N units")
        ->type_name("class|pair|month|N");
    agreement->callback([options, &context] {
        auto metric = base::parse<labeling::Metric>(options->metric);
        if (!metric)
            throw base::UsageError(
                fmt::format("--metric {}", options->metric),
                "unknown",
                fmt::format("use {}", base::one_of<labeling::Metric>())
            );
        labeling::AgreementRequest request{
            .ratings = options->input,
            .metric = *metric,
            .order = options->order,
            .by = options->by};
        labeling::write_agreement(request, std::cout, std::cerr, context.stop());
    });
}

}  // namespace app
