#pragma once

#include <string_view>
#include <vector>

namespace schema {

// The numbers of a float8[] of one dimension as PostgreSQL's array_send() gives it, in the place of
// what `values` held; NaN for NULL. Throws std::logic_error for other bytes.
void doubles_of_sent(std::string_view sent, std::vector<double>& values);

}  // namespace schema
