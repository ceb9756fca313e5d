#include "service/gather/kinds/database.hpp"

#include <algorithm>

#include <boost/json.hpp>

#include "base/bytes/hash.hpp"
#include "base/error.hpp"
#include "base/settings/settings.hpp"
#include "ingest/sources/database/connector.hpp"
#include "schema/records/record.hpp"
#include "service/gather/secret.hpp"

namespace service {

DatabaseReading describe_database(const DatabaseSettings& settings) {
    const auto& spec = settings.database;
    return {
        "database " + base::sha256_hex(ingest::database::Spec::settings.text(spec)),
        {[spec](std::string_view cursor, std::string_view bookmark) {
             return ingest::database::open_database(spec, secret_of, cursor, bookmark);
         },
         [spec](ingest::Page& page) { return ingest::database::sample(spec, secret_of, page); }},
        spec.deletes == ingest::database::Deletes::mark};
}

std::vector<std::string> explain_database(const DatabaseSettings& settings) {
    const auto& spec = settings.database;
    auto lines = ingest::database::explain(spec);
    for (const auto& reference : {spec.url, spec.password}) {
        if (!base::is_secret_reference(reference)) continue;
        try {
            secret_of(reference);
            lines.push_back("secret " + reference + ": there");
        } catch (const base::Error& error) {
            lines.push_back(error.what());
        }
    }
    return lines;
}

}  // namespace service
