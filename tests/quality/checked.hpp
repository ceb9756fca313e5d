#pragma once

#include "quality/checks/checks.hpp"

#include <fstream>
#include <iterator>
#include <map>

#include <catch2/catch.hpp>

#include "base/error.hpp"

// Checks run over made records.
namespace checked {

using namespace quality;
using formats::Field;

inline std::map<std::string, CheckResult> run(
    const std::string& toml,
    const std::vector<std::vector<std::pair<std::string, std::string>>>& records
) {
    Profile profile;
    std::vector<std::vector<Field>> all;
    for (const auto& record : records) {
        auto& fields = all.emplace_back();
        for (const auto& [name, value] : record) fields.push_back({name, value, Field::Kind::text});
        profile.add(fields);
    }
    Checker checker(parse_checks(toml, "c.toml"), profile, {{"other", 3}});
    for (std::size_t i = 0; i < all.size(); ++i)
        checker.add(
            {static_cast<std::int64_t>(i),
             "k" + std::to_string(i),
             1,
             static_cast<std::int64_t>(i)},
            all[i]
        );
    std::map<std::string, CheckResult> results;
    for (auto& result : checker.finish()) results[result.check.name] = std::move(result);
    return results;
}

inline std::string message_of(const std::string& toml) {
    try {
        parse_checks(toml, "c.toml");
    } catch (const base::UsageError& error) {
        return error.what();
    }
    return "";
}

}  // namespace checked
