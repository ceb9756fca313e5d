// citus_record [URL]: writes what a cluster says to each named query into citus.tsv, beside this
// file. URL is of a database that `tilth db distribute` has spread. Without one, what is recorded
// stays, and what has changed since is marked as unproven. Fails where a query is refused.
//
// A query is prepared, and run seven times (from the sixth on PostgreSQL may plan it for all
// arguments) with made arguments, in a transaction that is rolled back. What the data forbid is no
// refusal; arguments are tried until the query gets as far as its tables.
#include <fmt/format.h>

#include <exception>
#include <iostream>
#include <optional>
#include <vector>

#include <pqxx/pqxx>

#include "tests/schema/cluster_list.hpp"
#include "tests/support/named_queries.hpp"

namespace {

constexpr int runs = 7;

// Texts that a query may read as something: words, JSON, a time, a number, an array.
const std::vector<std::string> texts{"'a'", "'[]'", "'{}'", "'2026-01-01'", "'1'", "'{1}'"};

std::string literal(const std::string& type, const std::string& text, bool filled) {
    if (type.ends_with("[]")) {
        auto one = literal(type.substr(0, type.size() - 2), text, filled);
        return (filled ? "ARRAY[" + one + "]" : "'{}'") + "::" + type;
    }
    std::string value = "NULL";
    if (type == "bigint" || type == "integer" || type == "smallint") value = "1";
    if (type == "double precision" || type == "real" || type == "numeric") value = "0.5";
    if (type == "boolean") value = "true";
    if (type == "text") value = text;
    if (type == "bytea") value = "'\\x00'";
    if (type == "jsonb" || type == "json") value = "'{}'";
    if (type == "timestamp with time zone") value = "'2026-01-01'";
    if (type == "interval") value = "'1 hour'";
    return value + "::" + type;
}

// What the server said, if it would not run the statement at all.
std::optional<std::string> refusal(const pqxx::sql_error& error) {
    const auto& state = error.sqlstate();
    std::string words = error.what();
    words = words.substr(0, words.find('\n'));
    bool by_class = state.starts_with("0A") || state.starts_with("42") || state.starts_with("XX");
    // An error of the cluster in reading what its nodes sent looks like one of the data.
    // What a constraint forbids on a node may come as an internal error.
    if (words.find(" violates ") != words.npos) return std::nullopt;
    if (!by_class && words.find("PGCOPY") == words.npos) return std::nullopt;
    return state + " " + words;
}

enum class Outcome { ran, stopped_by_data, refused };

Outcome run(pqxx::work& work, const std::string& call, std::string& words) {
    for (int i = 0; i < runs; ++i) {
        pqxx::subtransaction part(work, "part");
        try {
            part.exec(call);
            part.abort();
        } catch (const pqxx::sql_error& error) {
            part.abort();
            auto refused = refusal(error);
            words = refused.value_or(error.what());
            return refused ? Outcome::refused : Outcome::stopped_by_data;
        }
    }
    return Outcome::ran;
}

void judge(pqxx::work& work, const std::string& query, test::ClusterQuery& entry) {
    work.exec("PREPARE tried AS " + query);
    auto types = work.exec(
        "SELECT unnest(parameter_types)::text FROM pg_prepared_statements WHERE name = 'tried'"
    );
    std::string words;
    for (bool filled : {false, true})
        for (const auto& text : texts) {
            std::string arguments;
            for (const auto& row : types)
                arguments += (arguments.empty() ? "(" : ", ") +
                             literal(row[0].as<std::string>(), text, filled);
            if (!arguments.empty()) arguments += ")";
            auto outcome = run(work, "EXECUTE tried" + arguments, words);
            if (outcome == Outcome::refused) {
                entry.verdict = "refused";
                entry.note = words;
                return;
            }
            if (outcome == Outcome::ran) break;
        }
    entry.verdict = "runs";
}

void try_out(pqxx::connection& connection, std::string_view query, test::ClusterQuery& entry) {
    pqxx::work work(connection);
    try {
        if (test::is_command(query)) {
            work.exec(std::string(query));
            entry.verdict = "runs";
            if (query.starts_with("CREATE TEMP")) work.commit();  // others read it
            return;
        }
        judge(work, std::string(test::preparable(query)), entry);
    } catch (const pqxx::sql_error& error) {
        entry.verdict = "refused";
        entry.note = refusal(error).value_or(error.what());
    }
    if (entry.note.find('\n') != entry.note.npos) entry.note.resize(entry.note.find('\n'));
    work.abort();
    pqxx::nontransaction(connection).exec("DEALLOCATE ALL");
}

int record(const std::string& url) {
    auto all = test::named_queries();
    pqxx::connection connection(url);
    std::string server = pqxx::nontransaction(connection)
                             .exec1(
                                 "SELECT split_part(citus_version(), ' on ', 1) || ', PostgreSQL ' "
                                 "|| current_setting('server_version')"
                             )[0]
                             .as<std::string>();
    std::size_t at = 0;
    test::each_named_query([&](std::string_view, std::string_view name, std::string_view query) {
        if (test::is_of_cluster(name) || test::preparable(query).empty()) return;
        try_out(connection, query, all[at++]);
    });
    test::write_cluster_list(TILTH_CLUSTER_LIST, server, all);
    int refused = 0;
    for (const auto& each : all) {
        if (each.verdict != "refused") continue;
        ++refused;
        std::cout << each.module << ": " << each.name << ": " << each.note << '\n';
    }
    std::cout << all.size() << " queries, " << refused << " refused by " << server << '\n';
    return refused == 0 ? 0 : 1;
}

int keep() {
    auto all =
        test::with_verdicts(test::named_queries(), test::read_cluster_list(TILTH_CLUSTER_LIST));
    test::write_cluster_list(TILTH_CLUSTER_LIST, "a cluster where it is given its URL", all);
    std::size_t unproven = 0;
    for (const auto& each : all) unproven += each.verdict == "unproven";
    std::cout << all.size() << " queries, " << unproven << " unproven\n";
    return 0;
}

}  // namespace

int main(int argc, char** argv) try {
    return argc > 1 ? record(argv[1]) : keep();
} catch (const std::exception& error) {
    std::cerr << "citus_record: " << error.what() << '\n';
    return 2;
}
