// A database as a source: one statement, or one for each table, read with a cursor of its own.
#include <algorithm>

#include "base/bytes/hash.hpp"
#include "base/settings/settings.hpp"
#include "ingest/sources/database/connector.hpp"
#include "service/gather/gather_records.hpp"
#include "service/gather/kinds/kind.hpp"
#include "service/gather/secret.hpp"
#include "service/gather/settings.hpp"

namespace service {

namespace {

constexpr std::size_t rows_of_a_look = 1000;

ingest::RunRequest request_database(const Opening& opening) {
    auto document = base::Document::json(opening.source.spec);
    auto settings = DatabaseSettings::settings.read(document);
    auto request = mapped_request(opening.source, settings.mapping, document);
    auto& spec = settings.database;
    if (opening.look) spec.page = std::min(spec.page, rows_of_a_look);
    request.inputs = {"database " + base::sha256_hex(ingest::database::Spec::settings.text(spec))};
    request.reading = {
        [spec](std::string_view cursor, std::string_view bookmark) {
            return ingest::database::open_database(spec, secret_of, cursor, bookmark);
        },
        [spec] { return ingest::database::open_database(spec, secret_of); }};
    request.mark_gone = spec.deletes == ingest::database::Deletes::mark;
    return request;
}

std::vector<std::string> explain_database(const base::Document& document) {
    auto spec = DatabaseSettings::settings.read(document).database;
    auto lines = ingest::database::explain(spec);
    tell_secret(lines, spec.url);
    tell_secret(lines, spec.password);
    return lines;
}

}  // namespace

const SourceKind database_kind{
    .name = "database",
    .words = "rows of a PostgreSQL, SQLite or ODBC database",
    .example = R"({"url": "env:SHOP_URL", "table": "orders", "key": ["id"]})",
    .shape = base::shape_of<DatabaseSettings>,
    .check = check_mapped<DatabaseSettings>,
    .explain = explain_database,
    .request = request_database,
};

}  // namespace service
