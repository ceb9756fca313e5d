#include "formats/text/value_type.hpp"

#include <array>

#include "base/numbers/parse.hpp"
#include "base/text/ascii.hpp"
#include "base/time/parse.hpp"

namespace formats {

std::string_view name_of(ValueType type) {
    constexpr std::array<std::string_view, 9> names = {
        "empty", "integer", "number", "boolean", "date", "time", "datetime", "link", "text"};
    return names[static_cast<std::size_t>(type)];
}

ValueType type_of(std::string_view value) {
    value = base::trim(value);
    if (value.empty()) return ValueType::empty;
    const char first = value.front();
    if (base::is_digit(first) || first == '-' || first == '+' || first == '.') {
        const auto digits = first == '-' || first == '+' ? value.substr(1) : value;
        if (!digits.empty() && digits.size() <= 18 &&
            digits.find_first_not_of("0123456789") == digits.npos)
            return ValueType::integer;
        if (base::parse_number(value)) return ValueType::number;
        if (const auto iso = base::parse_iso(value)) {
            if (!iso->day) return iso->offset ? ValueType::text : ValueType::time;
            return iso->clock ? ValueType::datetime : ValueType::date;
        }
        return base::parse_mail_time(value) ? ValueType::datetime : ValueType::text;
    }
    for (std::string_view word : {"true", "false", "yes", "no"})
        if (base::equal_ignoring_case(value, word)) return ValueType::boolean;
    if (value.find("://") != value.npos && value.find(' ') == value.npos) return ValueType::link;
    if (value.size() > 20 && value[3] == ',' && base::parse_mail_time(value))
        return ValueType::datetime;
    return ValueType::text;
}

}  // namespace formats
