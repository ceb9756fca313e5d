// The script is made of the queries of the program, so that both send the same.
#include "bench/labeling/queue_rival.hpp"

#include <cstdlib>
#include <fstream>
#include <map>
#include <vector>

#include <fmt/format.h>

#include "labeling/sql.hpp"
#include "schema/sql.hpp"

namespace bench {

namespace {

void put(std::string& text, const std::string& what, const std::string& by) {
    for (auto at = text.find(what); at != text.npos; at = text.find(what, at + by.size()))
        text.replace(at, what.size(), by);
}

// The statements of a claim and of an answer, as the verbs send them, for pgbench. Which labels
// follow from answers is left out: it is asked for once in five answers.
std::string pgbench_script() {
    struct Step {
        std::string_view query;
        std::vector<std::string> arguments;
        std::string_view keep{};
    };
    const std::string now = "now()", later = "(now() + interval '10 minutes')";
    const std::vector<std::string> in_hand{":u", "1", now, "NULL", "1"};
    const std::string priority = "coalesce(nullif(:p_mark_priority::text, '')::float8, 'infinity')";
    const std::string from = "coalesce(nullif(:p_mark_task::text, '')::bigint, 0)";
    const std::string tasks = "ARRAY[:t_task]", user = "ARRAY[:u]";
    // Of the project and of the person.
    const auto counts =
        [](const std::string& answers, const std::string& leases, const std::string& open) {
            const auto both = [](const std::string& own) { return "ARRAY[" + own + ",0]"; };
            const auto none = both("0");
            return std::vector<std::string>{
                "ARRAY[1,1]",
                "ARRAY[0,:u]",
                both(open),
                none,
                none,
                both(answers),
                none,
                both(leases),
                "ARRAY[0,-1]",
                "ARRAY[0,0]",
                none,
                none};
        };
    const std::vector<std::vector<Step>> transactions{
        {{"find_user", {"'u' || :u"}},
         {"find_project", {"'p'"}},
         {"tasks_in_hand", in_hand},
         {"answers_of_user", {"1", ":u"}},
         {"find_place", {"1", ":u", now}, "p_"},
         {"claim_tasks", {"1", ":u", later, "1", priority, from, "NULL", ":p_xid", now}, "t_"},
         {"tallied_parts_in_hand", {":u"}},
         {"put_tallies", counts("0", "1", "0")},
         {"tasks_in_hand", in_hand}},
        {{"find_user", {"'u' || :u"}},
         {"keep_classes", {"NULL", ":t_task"}},
         {"find_project_by_id", {"NULL", ":t_task"}},
         {"submit_answer",
          {tasks,
           user,
           "ARRAY[:t_token]",
           "ARRAY[:t_attempt]",
           "ARRAY[1]",
           "ARRAY[NULL]",
           "ARRAY[900]",
           "ARRAY[now()]",
           "ARRAY[NULL::int]"}},
         {"tallied_tasks", {tasks}},
         {"tallied_parts", {tasks}},
         {"hold_events", {":t_task"}},
         {"note_answer",
          {tasks, user, "ARRAY[900]", "ARRAY[date_trunc('hour', now())]", now, "NULL", "false"}},
         {"label_of_task", {tasks}},
         {"answers_of_record", {tasks}},
         {"awaited_events", {"'p'"}},
         {"put_tallies", counts("1", "-1", "-1")}}};
    std::map<std::string, std::string, std::less<>> queries;
    auto keep = [&](std::string_view name, std::string_view query) {
        queries.emplace(name, query.substr(0, query.find_last_of(';')));
    };
    labeling::sql::file.each(keep);
    schema::sql::file.each(keep);
    std::string script = "\\set u :client_id + 1\n";
    for (const auto& steps : transactions) {
        script += "BEGIN;\n";
        for (const auto& step : steps) {
            auto sql = queries.find(step.query)->second;
            for (auto i = step.arguments.size(); i > 0; --i)
                put(sql, "$" + std::to_string(i), step.arguments[i - 1]);
            script += sql;
            script += step.keep.empty() ? ";\n" : fmt::format(" \\gset {}\n", step.keep);
        }
        script += "COMMIT;\n";
    }
    return script;
}

}  // namespace

std::optional<double> by_pgbench(
    const std::string& url,
    const std::filesystem::path& home,
    int connections,
    std::chrono::seconds span
) {
    auto script = home / "pgbench.sql", report = home / "pgbench.txt";
    std::ofstream(script) << pgbench_script();
    auto command = fmt::format(
        "$(pg_config --bindir)/pgbench -n -M prepared -c {} -j 2 -T {} -f '{}' '{}' > '{}'",
        connections,
        span.count(),
        script.string(),
        url,
        report.string()
    );
    if (std::system(command.c_str()) != 0) return std::nullopt;
    std::ifstream in(report);
    std::string line;
    constexpr std::string_view rate = "tps = ";
    while (std::getline(in, line))
        if (line.starts_with(rate)) return std::stod(line.substr(rate.size()));
    return std::nullopt;
}

}  // namespace bench
