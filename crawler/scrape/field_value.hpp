#pragma once

#include <string>
#include <string_view>

#include <boost/json/value.hpp>

#include "crawler/scrape/rule_set.hpp"

namespace crawler {

// `given` as the field's type, after its JSON pointer and its pattern; null where it is none.
boost::json::value
field_value(const FieldRule& field, const ValueContext& context, std::string_view given);

// A value as a text; empty for null.
std::string plain(const boost::json::value& value);

// The number or category that `value` puts into the field's column of `made`.
void fill_column(const FieldRule& field, const boost::json::value& value, Scraped& made);

}  // namespace crawler
