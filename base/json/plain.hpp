#pragma once

#include <string>

#include <boost/json/fwd.hpp>

namespace base {

// JSON whose numbers are written as people write them: 1214.5 and 29, not 1.2145E3 and 2.9E1.
// Reading it gives the same values. What is no finite number becomes null.
std::string plain_json(const boost::json::value& value);

}  // namespace base
