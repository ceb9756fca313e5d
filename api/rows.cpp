#include "api/rows.hpp"

#include <cmath>

#include <boost/json/parse.hpp>

namespace api {

namespace {

// Object identifiers of the built-in types, from PostgreSQL's pg_type.dat.
enum Oid : unsigned {
    oid_bool = 16,
    oid_int8 = 20,
    oid_int2 = 21,
    oid_int4 = 23,
    oid_json = 114,
    oid_float4 = 700,
    oid_float8 = 701,
    oid_timestamptz = 1184,
    oid_numeric = 1700,
    oid_jsonb = 3802,
};

// "2026-01-02 03:04:05.678+00" to "2026-01-02T03:04:05.678+00:00".
std::string rfc3339(std::string text) {
    if (auto space = text.find(' '); space != text.npos) text[space] = 'T';
    auto sign = text.find_last_of("+-");
    if (sign != text.npos && text.size() - sign == 3) text += ":00";
    return text;
}

boost::json::value value_of(const pqxx::field& field) {
    if (field.is_null()) return nullptr;
    switch (field.type()) {
        case oid_bool:
            return field.as<bool>();
        case oid_int2:
        case oid_int4:
        case oid_int8:
            return field.as<std::int64_t>();
        case oid_float4:
        case oid_float8:
        case oid_numeric: {
            auto number = field.as<double>();
            return std::isfinite(number) ? boost::json::value(number) : boost::json::value(nullptr);
        }
        case oid_json:
        case oid_jsonb:
            return boost::json::parse(std::string_view(field.c_str(), field.size()));
        case oid_timestamptz:
            return boost::json::string(rfc3339(field.c_str()));
        default:
            return boost::json::string(std::string_view(field.c_str(), field.size()));
    }
}

}  // namespace

boost::json::object object_of(const pqxx::row& row) {
    boost::json::object out;
    for (const auto& field : row) out[field.name()] = value_of(field);
    return out;
}

boost::json::array array_of(const pqxx::result& rows) {
    boost::json::array out;
    for (const auto& row : rows) out.push_back(object_of(row));
    return out;
}

}  // namespace api
