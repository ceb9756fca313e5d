#include "formats/csv/guard.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>

#include "base/numbers/parse.hpp"

namespace formats {

void guard_formula(std::string& cell) {
    static constexpr std::string_view dangerous[]{
        "=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"};
    auto begins = [&](std::string_view sign) { return cell.starts_with(sign); };
    if (std::any_of(std::begin(dangerous), std::end(dangerous), begins) &&
        !base::parse_number(cell))
        cell.insert(cell.begin(), '\'');
}

}  // namespace formats
