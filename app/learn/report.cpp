#include <fstream>
#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "app/commands.hpp"
#include "app/output.hpp"
#include "base/database/database.hpp"
#include "base/error.hpp"
#include "training/report/run_report.hpp"

namespace app {

void add_report(CLI::App& cli, Context& context) {
    struct Options {
        std::int64_t run = 0;
        std::string out = "report.html";
    };
    auto options = std::make_shared<Options>();
    auto* report = cli.add_subcommand("report", "A self-contained page with plots about a run");
    report->add_option("RUN", options->run)->required();
    report->add_option("--out", options->out, "report.html")->type_name("FILE.html");
    report->callback([options, &context] {
        auto page = training::render_html(
            training::report_of(context.database(), context.blobs(), {}, options->run)
        );
        std::ofstream out(options->out, std::ios::binary);
        out << page;
        out.flush();
        if (!out) throw base::Error(options->out, "cannot be written", "choose another --out");
        if (context.json) {
            print_json(boost::json::object{{"file", options->out}, {"bytes", page.size()}});
        } else {
            print_line(options->out);
        }
    });
}

}  // namespace app
