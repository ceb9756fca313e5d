#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "base/database/database.hpp"

namespace api {

// A row as a JSON object named by its columns: numbers, booleans and JSON stay what they are, a
// timestamptz becomes RFC 3339, a NaN becomes null, everything else is a string.
boost::json::object object_of(const pqxx::row& row);
boost::json::array array_of(const pqxx::result& rows);

}  // namespace api
