#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "training/snapshots/examples.hpp"

namespace training {

// The code of each value of a category column, by its name.
using Codes = std::unordered_map<std::string, int>;

// A value that the target column does not know: no level of it, and not missing either.
constexpr double unknown_level = -1;

// Moves values of some columns to the places of others: by name and unit, never by position. What
// the target lacks is passed over, what it wants and is not there is missing (NaN). A category
// takes the code that its name has in the target; of a number it takes the number's text, and a
// number takes the number that a category's text says.
class ColumnMap {
public:
    // `codes`: of the target's category columns by name; a column that is not there, or has no
    // names on one of the sides, keeps its codes as they are.
    ColumnMap(
        const std::vector<schema::Column>& from,
        const Levels& levels,
        const std::vector<schema::Column>& to,
        const std::map<std::string, Codes>& codes
    );
    // What no value of a category is yet gets a code in `codes` and a name in `grown`.
    ColumnMap(
        const std::vector<schema::Column>& from,
        const Levels& levels,
        const std::vector<schema::Column>& to,
        std::map<std::string, Codes>& codes,
        Levels* grown
    );

    // Whether a move would change nothing.
    bool same() const { return same_; }
    // `from`, `to`: one row each. Returns how many values of categories the target did not know.
    std::size_t move(const double* from, double* to) const;

    const std::vector<std::string>& missing() const { return missing_; }        // of the target
    const std::vector<std::string>& extra() const { return extra_; }            // of the origin
    const std::vector<std::string>& other_unit() const { return other_unit_; }  // taken as missing

private:
    struct Move {
        enum class How : std::uint8_t { missing, as_is, by_table, by_text };
        How how = How::missing;
        std::size_t from = 0;
        std::vector<double> table;     // by_table: of each code
        const Codes* codes = nullptr;  // by_text
        Codes* more = nullptr;         // by_text, where new values get codes
        std::vector<std::string>* names = nullptr;
    };
    Move move_of(
        const schema::Column& from,
        const Levels& levels,
        const schema::Column& to,
        const std::map<std::string, Codes>& codes
    ) const;

    std::size_t width_ = 0;
    std::vector<Move> moves_;
    bool same_ = true;
    std::vector<std::string> missing_, extra_, other_unit_;
};

// The codes of a column's values.
Codes codes_of(const std::vector<std::string>& names);
// A value as a category column names it: "3", "2.5".
std::string name_of_value(double value);

}  // namespace training
