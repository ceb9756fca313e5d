#include "service/gather/gather_database.hpp"

#include <algorithm>

#include <boost/json.hpp>

#include "base/bytes/hash.hpp"
#include "base/error.hpp"
#include "ingest/sources/database/connector.hpp"
#include "schema/records/record.hpp"
#include "service/gather/secret.hpp"

namespace service {

namespace json = boost::json;

namespace {

// The key is the database's own: it may be several columns.
std::vector<std::string> without_key(std::vector<std::string> others) {
    others.erase(std::remove(others.begin(), others.end(), "key"), others.end());
    return others;
}

}  // namespace

DatabaseReading
describe_database(const schema::Source& source, const std::vector<std::string>& others) {
    auto settings = json::parse(source.spec).as_object();
    auto spec = ingest::database::read_spec(settings, without_key(others));
    for (const auto& other : without_key(others)) settings.erase(other);
    return {
        "database " + base::sha256_hex(json::serialize(settings)),
        {[spec](std::string_view cursor, std::string_view bookmark) {
             return ingest::database::open_database(spec, secret_of, cursor, bookmark);
         },
         [spec](ingest::Page& page) { return ingest::database::sample(spec, secret_of, page); }},
        spec.mark_deleted};
}

void check_database_spec(const json::object& spec, const std::vector<std::string>& others) {
    ingest::database::read_spec(spec, without_key(others));
}

std::vector<std::string>
explain_database(const json::object& settings, const std::vector<std::string>& others) {
    auto spec = ingest::database::read_spec(settings, without_key(others));
    auto lines = ingest::database::explain(spec);
    for (const auto& reference : {spec.url, spec.password}) {
        if (!is_secret_reference(reference)) continue;
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
