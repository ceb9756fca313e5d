#include <memory>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "app/commands.hpp"
#include "app/verbs.hpp"
#include "service/learn/runs.hpp"

namespace app {

void add_report(CLI::App& cli, service::Context& context) {
    auto out = std::make_shared<std::string>("report.html");
    auto& report = add_command(cli, "report");
    Flags<service::RunNumber> flags(report, {.positionals = {{"run", "RUN"}}});
    report.add_option("--out", *out, "report.html")->type_name("FILE.html");
    on_command(report, [out, flags, &context] {
        auto page = ask<service::report_run>(context, flags.read());
        write_file(*out, [&](std::ostream& file) { file << page.bytes; });
        if (context.json) {
            print_json(boost::json::object{{"file", *out}, {"bytes", page.bytes.size()}});
        } else {
            print_line(*out);
        }
    });
}

}  // namespace app
