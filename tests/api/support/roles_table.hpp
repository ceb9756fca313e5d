#pragma once

#include <optional>
#include <span>
#include <string>

namespace test {

// The status of a route for nobody and for each role, asked for things that are not there.
struct RoleRow {
    std::string route;
    int nobody, labeler, analyst, operate, admin;
};

std::span<const RoleRow> role_rows();
std::optional<RoleRow> find_role_row(const std::string& route);
// As it stands in the table.
std::string text_of(const RoleRow& row);

}  // namespace test
