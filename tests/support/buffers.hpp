#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include <boost/json.hpp>

#include "base/database/database.hpp"

namespace test {

// What EXPLAIN (ANALYZE) tells of a query with these arguments, written as in EXECUTE.
inline boost::json::value
plan_of(base::Tx& tx, std::string_view query, const std::string& arguments) {
    tx.exec("PREPARE asked AS " + std::string(query));
    auto told = tx.exec("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE asked(" + arguments + ")");
    tx.exec("DEALLOCATE asked");
    return boost::json::parse(told[0][0].as<std::string>()).at(0).at("Plan");
}

// How many rows the steps of a plan took up, those that they passed over too.
inline double rows_taken(const boost::json::value& step) {
    double rows = 0;
    for (const char* count :
         {"Actual Rows", "Rows Removed by Filter", "Rows Removed by Join Filter"})
        if (const auto* told = step.as_object().if_contains(count))
            rows += told->to_number<double>();
    rows *= step.at("Actual Loops").to_number<double>();
    if (const auto* parts = step.as_object().if_contains("Plans"))
        for (const auto& part : parts->as_array()) rows += rows_taken(part);
    return rows;
}

// How many buffers of the server's a query looks at with these arguments.
inline std::int64_t buffers_of(base::Tx& tx, std::string_view query, const std::string& arguments) {
    auto plan = plan_of(tx, query, arguments);
    return plan.at("Shared Hit Blocks").as_int64() + plan.at("Shared Read Blocks").as_int64();
}

// The same of the worse of the two kinds of plans; what the query writes is not kept.
inline std::int64_t
most_buffers_of(base::Database& database, std::string_view query, const std::string& arguments) {
    std::int64_t most = 0;
    for (const char* plans : {"force_custom_plan", "force_generic_plan"})
        database.call([&](base::Tx& tx) {
            tx.exec("SAVEPOINT here");
            tx.exec("SET LOCAL plan_cache_mode = " + std::string(plans));
            most = std::max(most, buffers_of(tx, query, arguments));
            tx.exec("ROLLBACK TO here");
        });
    return most;
}

}  // namespace test
