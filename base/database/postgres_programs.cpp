#include "base/database/postgres_programs.hpp"

#include <csignal>
#include <memory>

#include <fmt/format.h>
#include <libpq-fe.h>
#include <sys/prctl.h>
#include <boost/process.hpp>
#include <boost/process/extend.hpp>

#include "base/database/server_account.hpp"
#include "base/error.hpp"
#include "base/run/stop.hpp"

namespace base {

namespace process = boost::process;

namespace {

// A connection string for the programs of PostgreSQL, with its secret apart: who lists processes
// sees their arguments.
struct Target {
    std::string words;
    std::string password;
};

Target target_of(const std::string& url) {
    char* error = nullptr;
    std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(
        PQconninfoParse(url.c_str(), &error), PQconninfoFree
    );
    if (!options) {
        std::string why = error ? error : "cannot be read";
        PQfreemem(error);
        throw Error("database", why, "check --db or database.url");
    }
    Target target;
    for (auto* option = options.get(); option->keyword; ++option) {
        if (!option->val) continue;
        if (std::string_view(option->keyword) == "password") {
            target.password = option->val;
            continue;
        }
        std::string value;
        for (const char* c = option->val; *c; ++c) {
            if (*c == '\'' || *c == '\\') value += '\\';
            value += *c;
        }
        target.words += fmt::format("{}='{}' ", option->keyword, value);
    }
    return target;
}

}  // namespace

void run_postgres_program(
    const std::string& program,
    std::vector<std::string> arguments,
    const std::string& url
) {
    auto target = target_of(url);
    auto path = embedded::find_programs(0) / program;
    arguments.push_back("--dbname=" + target.words);
    process::environment own = boost::this_process::environment();
    if (!target.password.empty()) own["PGPASSWORD"] = target.password;
    process::ipstream told;
    // It ends when this program is cut off.
    auto tie = [](auto& executor) {
        (void)executor;
        restore_signals();
        prctl(PR_SET_PDEATHSIG, SIGKILL);
    };
    process::child child(
        process::exe = path.string(),
        process::args = arguments,
        own,
        process::std_in<process::null, process::std_out> process::null,
        process::std_err > told,
        process::extend::on_exec_setup = tie
    );
    std::string last;
    for (std::string line; std::getline(told, line);)
        if (!line.empty()) last = line;
    child.wait();
    if (child.exit_code() == 0) return;
    throw Error(
        program,
        last.empty() ? fmt::format("ended with {}", child.exit_code()) : last,
        "mend that and try again; what was begun is not whole"
    );
}

}  // namespace base
