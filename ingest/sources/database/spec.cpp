// Reads the settings and refuses what would only show as lost rows later: an incremental read
// without a key cannot tell rows of the same instant apart, and one that marks deleted rows never
// sees them all. A password in plain text is refused, because settings are stored and shown.
//
// A span of "5m" and a plain number are both a lag; which one it has to be depends on the column,
// and less() in statement.cpp decides.
#include "ingest/sources/database/spec.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/error.hpp"
#include "base/numbers/parse.hpp"

namespace ingest::database {

namespace json = boost::json;

namespace {

[[noreturn]] void
wrong(const std::string& key, const std::string& reason, const std::string& mend) {
    throw base::UsageError("setting '" + key + "'", reason, mend);
}

std::string
text_of(const json::object& object, const std::string& key, const std::string& within = "") {
    const auto* found = object.if_contains(key);
    if (!found) return {};
    if (found->is_int64()) return std::to_string(found->as_int64());
    if (!found->is_string() || found->as_string().find('\0') != json::string::npos)
        wrong(within + key, "has a wrong value", "give it a string");
    return std::string(found->as_string());
}

std::vector<std::string> texts_of(const json::object& object, const std::string& key) {
    const auto* found = object.if_contains(key);
    if (!found) return {};
    if (found->is_string()) return {text_of(object, key)};
    std::vector<std::string> all;
    if (!found->is_array()) wrong(key, "has a wrong value", "give it a list of columns");
    for (const auto& one : found->as_array()) {
        if (!one.is_string()) wrong(key, "has a wrong value", "give it a list of columns");
        all.emplace_back(one.as_string());
    }
    return all;
}

Incremental incremental_of(const json::value& value) {
    if (!value.is_object())
        wrong(
            "incremental", "has a wrong value", "write { cursor = \"updated_at\", lag = \"5m\" }"
        );
    const auto& object = value.as_object();
    for (const auto& item : object)
        if (item.key() != "cursor" && item.key() != "start" && item.key() != "lag")
            wrong("incremental." + std::string(item.key()), "is unknown", "use cursor, start, lag");
    Incremental incremental{
        text_of(object, "cursor", "incremental."),
        text_of(object, "start", "incremental."),
        text_of(object, "lag", "incremental.")};
    if (incremental.column.empty())
        wrong("incremental.cursor", "is missing", "name the column that only grows");
    if (!incremental.lag.empty() && !seconds_of(incremental.lag) &&
        !base::parse_number(incremental.lag))
        wrong("incremental.lag", "is neither a span nor a number", "write 5m, 1h, or 100");
    return incremental;
}

// "postgresql://user:secret@host" and "password=secret".
bool holds_password(std::string_view url) {
    auto lower = std::string(url);
    std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
        return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
    });
    if (lower.find("password=") != lower.npos || lower.find("pwd=") != lower.npos) return true;
    auto from = url.find("://");
    if (from == url.npos) return false;
    auto authority = url.substr(from + 3);
    authority = authority.substr(0, authority.find('/'));
    auto at = authority.rfind('@');
    return at != authority.npos && authority.substr(0, at).find(':') != authority.npos;
}

void check_url(const Spec& spec) {
    if (spec.url.empty())
        wrong(
            "url",
            "is missing",
            "write env:NAME, file:PATH, sqlite:PATH, postgresql://host/name or odbc:.."
        );
    if (!spec.password.empty() && !is_reference(spec.password))
        wrong("password", "is written out instead of referred to", "write env:NAME or file:PATH");
    if (is_reference(spec.url)) return;
    if (holds_password(spec.url))
        wrong(
            "url",
            "holds a password",
            "write env:NAME or file:PATH with the url behind it, or use 'password'"
        );
    for (std::string_view scheme : {"postgres://", "postgresql://", "sqlite:", "odbc:"})
        if (spec.url.starts_with(scheme)) return;
    wrong(
        "url",
        "is of no known kind",
        "use postgresql://, sqlite:PATH or odbc:.., or a reference to one"
    );
}

}  // namespace

bool is_reference(std::string_view text) {
    return text.starts_with("env:") || text.starts_with("file:");
}

std::optional<double> seconds_of(std::string_view span) {
    if (span.size() < 2) return std::nullopt;
    auto number = base::parse_number(span.substr(0, span.size() - 1));
    if (!number || *number < 0) return std::nullopt;
    switch (span.back()) {
        case 's':
            return *number;
        case 'm':
            return *number * 60;
        case 'h':
            return *number * 3600;
        case 'd':
            return *number * 86400;
        default:
            return std::nullopt;
    }
}

Spec read_spec(const json::object& settings, const std::vector<std::string>& others) {
    static const std::set<std::string, std::less<>> known{
        "url", "password", "table", "query", "key", "incremental", "blob", "page", "deletes"};
    for (const auto& item : settings) {
        std::string key(item.key());
        if (!known.contains(key) && std::find(others.begin(), others.end(), key) == others.end())
            wrong(key, "unknown for a source of kind database", "remove it or mend its name");
    }
    Spec spec;
    spec.url = text_of(settings, "url");
    spec.password = text_of(settings, "password");
    spec.table = text_of(settings, "table");
    spec.query = text_of(settings, "query");
    spec.key = texts_of(settings, "key");
    spec.blob = text_of(settings, "blob");
    check_url(spec);
    if (spec.table.empty() == spec.query.empty())
        wrong("table", "and 'query': one of them is needed", "name a table, or write a query");
    auto last = spec.query.find_last_not_of("; \t\r\n");
    if (!spec.query.empty()) spec.query.resize(last == spec.query.npos ? 0 : last + 1);
    if (const auto* found = settings.if_contains("incremental"))
        spec.incremental = incremental_of(*found);
    if (spec.incremental && spec.key.empty() && !spec.query.empty())
        wrong(
            "incremental",
            "needs a key: rows with the same cursor are told apart by it",
            "name the 'key' columns"
        );
    if (const auto* page = settings.if_contains("page")) {
        if (!page->is_int64() || page->as_int64() < 1 || page->as_int64() > 1'000'000)
            wrong("page", "has a wrong value", "give it a number of rows up to 1000000");
        spec.page = static_cast<std::size_t>(page->as_int64());
    }
    auto deletes = text_of(settings, "deletes");
    if (!deletes.empty() && deletes != "mark" && deletes != "ignore")
        wrong("deletes", "is unknown", "use mark or ignore");
    spec.mark_deleted = deletes == "mark";
    if (spec.mark_deleted && spec.incremental)
        wrong(
            "deletes",
            "cannot be seen by an incremental read, which does not list all rows",
            "leave one of both out"
        );
    return spec;
}

}  // namespace ingest::database
