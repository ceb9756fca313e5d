// Reads another's PostgreSQL, row by row.
//
// It speaks to libpq in single-row mode: a table of a stranger may be larger than memory, and a
// cursor would need a transaction that stays open on his server between pages. The session is set
// read-only with fixed spellings of times and bytes, so that the same row is the same text from
// every server; what a server says is shown without the address and the password it may repeat.
#include "base/database/postgres_reader.hpp"

#include <libpq-fe.h>

#include "base/error.hpp"

namespace base {

namespace {

using Result = std::unique_ptr<PGresult, decltype(&PQclear)>;

Result hold(PGresult* result) {
    return {result, PQclear};
}

std::string first_line(std::string_view text) {
    auto end = text.find_first_of("\r\n");
    auto line = std::string(text.substr(0, end));
    for (std::string_view prefix : {"ERROR:  ", "FATAL:  "})
        if (auto at = line.find(prefix); at != line.npos) line.erase(at, prefix.size());
    return line;
}

std::string mend_of(std::string_view state) {
    if (state == "42P01" || state == "3F000") return "check the name of the table and its schema";
    if (state == "42703") return "check the names of the columns";
    if (state == "42501") return "ask for the right to SELECT from it";
    if (state == "25006") return "only statements that read are run";
    if (state.starts_with("42")) return "mend the query";
    if (state.starts_with("08") || state.starts_with("57"))
        return "run it again: it goes on behind what is stored";
    return "";
}

constexpr const char* session =
    "SET default_transaction_read_only = on; SET timezone = 'UTC'; SET datestyle = 'ISO, YMD'; "
    "SET intervalstyle = 'iso_8601'; SET bytea_output = 'hex'; SET extra_float_digits = 1; "
    "SET synchronize_seqscans = off";

}  // namespace

struct PostgresReader::Impl {
    std::unique_ptr<PGconn, decltype(&PQfinish)> connection{nullptr, PQfinish};
    std::string thing;
    std::string url;
    std::string password;
    bool running = false;

    // What the server or the library says, without what is secret.
    std::string clean(std::string text) const {
        for (const auto& secret : {url, password}) {
            if (secret.empty()) continue;
            for (auto at = text.find(secret); at != text.npos; at = text.find(secret, at + 3))
                text.replace(at, secret.size(), "***");
        }
        return text;
    }

    [[noreturn]] void fail(const PGresult* result) const {
        const char* primary =
            result ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : nullptr;
        const char* state = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : nullptr;
        std::string reason = primary ? primary : first_line(PQerrorMessage(connection.get()));
        throw Error(thing, clean(first_line(reason)), mend_of(state ? state : "08"));
    }

    void drain() {
        if (!running) return;
        if (auto* cancel = PQgetCancel(connection.get())) {
            char ignored[256];
            PQcancel(cancel, ignored, sizeof ignored);
            PQfreeCancel(cancel);
        }
        while (auto* left = PQgetResult(connection.get())) PQclear(left);
        running = false;
    }
};

PostgresReader::PostgresReader(
    const std::string& url,
    const std::string& password,
    std::string thing
)
    : impl_(std::make_unique<Impl>()) {
    impl_->thing = std::move(thing);
    impl_->url = url;
    impl_->password = password;
    char* ignored = nullptr;
    auto* options = PQconninfoParse(url.c_str(), &ignored);
    PQfreemem(ignored);  // it may show parts of the password
    if (!options)
        throw Error(
            impl_->thing,
            "its url is no PostgreSQL address",
            "write postgresql://user@host:5432/database"
        );
    for (auto* option = options; option->keyword; ++option)
        if (std::string_view(option->keyword) == "password" && option->val && password.empty())
            impl_->password = option->val;
    PQconninfoFree(options);
    const char* words[] = {
        "dbname", "password", "application_name", "client_encoding", "connect_timeout", nullptr};
    const char* values[] = {url.c_str(), impl_->password.c_str(), "tilth", "UTF8", "15", nullptr};
    impl_->connection.reset(PQconnectdbParams(words, values, 1));
    auto* connection = impl_->connection.get();
    if (PQstatus(connection) != CONNECTION_OK) {
        auto reason = first_line(PQerrorMessage(connection));
        throw Error(
            impl_->thing,
            impl_->clean(reason),
            "check its url and password, and that the server runs"
        );
    }
    PQsetNoticeProcessor(
        connection, [](void*, const char*) {}, nullptr
    );
    auto set = hold(PQexec(connection, session));
    if (PQresultStatus(set.get()) != PGRES_COMMAND_OK) impl_->fail(set.get());
}

PostgresReader::~PostgresReader() {
    if (impl_->connection) impl_->drain();
}

std::string PostgresReader::shown() const {
    auto* connection = impl_->connection.get();
    std::string host = PQhost(connection) ? PQhost(connection) : "";
    auto place = host.starts_with('/') ? std::string("local") : host + ":" + PQport(connection);
    return "postgresql://" + place + "/" + PQdb(connection);
}

std::vector<PostgresReader::Column> PostgresReader::describe(const std::string& sql) {
    impl_->drain();
    auto* connection = impl_->connection.get();
    auto prepared = hold(PQprepare(connection, "", sql.c_str(), 0, nullptr));
    if (PQresultStatus(prepared.get()) != PGRES_COMMAND_OK) impl_->fail(prepared.get());
    auto described = hold(PQdescribePrepared(connection, ""));
    if (PQresultStatus(described.get()) != PGRES_COMMAND_OK) impl_->fail(described.get());
    std::vector<Column> columns;
    for (int i = 0; i < PQnfields(described.get()); ++i)
        columns.push_back({PQfname(described.get(), i), PQftype(described.get(), i)});
    return columns;
}

void PostgresReader::begin(const std::string& sql, const std::vector<std::string>& parameters) {
    impl_->drain();
    std::vector<const char*> values;
    for (const auto& parameter : parameters) values.push_back(parameter.c_str());
    auto* connection = impl_->connection.get();
    if (!PQsendQueryParams(
            connection,
            sql.c_str(),
            static_cast<int>(values.size()),
            nullptr,
            values.data(),
            nullptr,
            nullptr,
            0
        ))
        impl_->fail(nullptr);
    impl_->running = true;
    PQsetSingleRowMode(connection);
}

bool PostgresReader::next(Row& row) {
    if (!impl_->running) return false;
    auto result = hold(PQgetResult(impl_->connection.get()));
    auto status = result ? PQresultStatus(result.get()) : PGRES_FATAL_ERROR;
    if (status == PGRES_TUPLES_OK) {
        while (auto* left = PQgetResult(impl_->connection.get())) PQclear(left);
        impl_->running = false;
        return false;
    }
    if (status != PGRES_SINGLE_TUPLE) {
        while (auto* left = PQgetResult(impl_->connection.get())) PQclear(left);
        impl_->running = false;
        impl_->fail(result.get());
    }
    row.resize(static_cast<std::size_t>(PQnfields(result.get())));
    for (std::size_t i = 0; i < row.size(); ++i) {
        auto column = static_cast<int>(i);
        if (PQgetisnull(result.get(), 0, column)) {
            row[i].reset();
        } else {
            row[i].emplace(
                PQgetvalue(result.get(), 0, column),
                static_cast<std::size_t>(PQgetlength(result.get(), 0, column))
            );
        }
    }
    return true;
}

std::vector<PostgresReader::Row>
PostgresReader::all(const std::string& sql, const std::vector<std::string>& parameters) {
    begin(sql, parameters);
    std::vector<Row> rows;
    for (Row row; next(row);) rows.push_back(row);
    return rows;
}

std::string PostgresReader::quoted(std::string_view name) {
    std::string out = "\"";
    for (char c : name) {
        if (c == '"') out.push_back(c);
        out.push_back(c);
    }
    return out + "\"";
}

}  // namespace base
