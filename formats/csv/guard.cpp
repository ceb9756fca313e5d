#include "formats/csv/guard.hpp"

#include <string_view>

#include "base/numbers/parse.hpp"

namespace formats {

void guard_formula(std::string& cell) {
    static constexpr std::string_view dangerous = "=+-@\t\r";
    if (cell.empty() || dangerous.find(cell.front()) == dangerous.npos) return;
    if (!base::parse_number(cell)) cell.insert(cell.begin(), '\'');
}

}  // namespace formats
