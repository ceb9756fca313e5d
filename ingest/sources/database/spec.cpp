// The settings of a source of kind database: what each may be, and what contradicts itself.
//
// A statement that lists the wrong rows looks like one that lists the right ones, and a password in
// a setting is stored for good: both have to be seen here.
#include "ingest/sources/database/spec.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/error.hpp"
#include "base/numbers/parse.hpp"
#include "base/settings/settings.hpp"
#include "formats/text/value_type.hpp"

namespace ingest::database {

using base::Fault;

namespace {

std::optional<Fault> check_lag(const std::string& text) {
    if (text.empty() || seconds_of(text) || base::parse_number(text)) return std::nullopt;
    return Fault{"is neither a span nor a number", "write 5m, 1h, or 100"};
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

std::optional<Fault> check_url(const std::string& url) {
    if (base::is_secret_reference(url)) return std::nullopt;
    if (holds_password(url))
        return Fault{
            "holds a password",
            "write env:NAME or file:PATH with the url behind it, or use 'password'"};
    for (std::string_view scheme : {"postgres://", "postgresql://", "sqlite:", "odbc:"})
        if (url.starts_with(scheme)) return std::nullopt;
    return Fault{
        "is of no known kind", "use postgresql://, sqlite:PATH or odbc:.., or a reference to one"};
}

std::optional<Fault> check_spec(Spec& spec) {
    if (spec.table.empty() == spec.query.empty())
        return Fault{
            "and 'query': one of them is needed", "name a table, or write a query", "table"};
    auto last = spec.query.find_last_not_of("; \t\r\n");
    if (!spec.query.empty()) spec.query.resize(last == spec.query.npos ? 0 : last + 1);
    if (spec.incremental && spec.key.empty() && !spec.query.empty())
        return Fault{
            "needs a key: rows with the same cursor are told apart by it",
            "name the 'key' columns",
            "incremental"};
    if (spec.deletes == Deletes::mark && spec.incremental)
        return Fault{
            "cannot be seen by an incremental read, which does not list all rows",
            "leave one of both out",
            "deletes"};
    return std::nullopt;
}

}  // namespace

const base::Settings<Incremental> Incremental::settings{
    {"cursor", &Incremental::column, "the column that only grows", {.required = true}},
    {"start",
     &Incremental::start,
     "where to begin the first time; all if it is left out",
     {.scalars = true}},
    {"lag",
     &Incremental::lag,
     "read so much again: 5m of a time, 100 of a number",
     {.scalars = true, .check = &check_lag}},
};

const base::Settings<Spec> Spec::settings{
    {{"url",
      &Spec::url,
      "env:NAME, file:PATH, sqlite:PATH, postgresql://host/name or odbc:..",
      {.required = true, .check = &check_url}},
     {"password", &Spec::password, "of the user in the url", {.secret = true}},
     {"table", &Spec::table, "a name, or schema.name"},
     {"query", &Spec::query, "instead of a table"},
     {"key", &Spec::key, "columns that name a row"},
     {"incremental", &Spec::incremental, "read what is new only"},
     {"blob",
      &Spec::blob,
      "the binary column with a record's bytes; the only one by default, or the first that has a "
      "picture, sound, film or PDF"},
     {"page", &Spec::page, "rows a statement asks for", {.low = 1, .high = 1e6}},
     {"deletes", &Spec::deletes, "what becomes of records whose rows are gone"}},
    &check_spec};

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

}  // namespace ingest::database
