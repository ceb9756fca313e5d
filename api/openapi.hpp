#pragma once

#include <span>

#include <boost/json/object.hpp>

#include "api/route.hpp"

namespace api {

// The OpenAPI 3.1 description of the routes, with the schemas of schemas.json.
boost::json::object openapi_of(std::span<const Route> table);

}  // namespace api
