// How values move is decided once for the columns: a table by code, a look-up of a text, or as they
// are. A row is then one pass. A number with another unit is another quantity and counts as
// missing, as nothing says how one is made of the other.
#include "training/features/column_map.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/numbers/parse.hpp"

namespace training {

namespace {

constexpr double missing_value = std::numeric_limits<double>::quiet_NaN();
constexpr auto category = schema::Column::Type::category;

// The code behind a value, if it is one of a table.
bool is_code(double value, std::size_t size) {
    return value >= 0 && value < static_cast<double>(size) && value == std::floor(value);
}

}  // namespace

Codes codes_of(const std::vector<std::string>& names) {
    Codes codes;
    for (std::size_t code = 0; code < names.size(); ++code)
        codes.emplace(names[code], static_cast<int>(code));
    return codes;
}

std::string name_of_value(double value) {
    return base::number_text(value);
}

ColumnMap::Move ColumnMap::move_of(
    const schema::Column& from,
    const Levels& levels,
    const schema::Column& to,
    const std::map<std::string, Codes>& codes
) const {
    Move move;
    move.how = Move::How::as_is;
    const auto names = levels.find(from.name);
    const auto wanted = codes.find(to.name);
    if (from.type != category && to.type != category) return move;
    if (from.type == category && names == levels.end()) return move;
    if (from.type == category && to.type != category) {
        move.how = Move::How::by_table;
        for (const auto& name : names->second)
            move.table.push_back(base::parse_number(name).value_or(missing_value));
        return move;
    }
    if (wanted == codes.end()) return move;
    if (from.type != category) {
        move.how = Move::How::by_text;
        move.codes = &wanted->second;
        return move;
    }
    bool alike = true;
    for (std::size_t code = 0; code < names->second.size(); ++code) {
        const auto found = wanted->second.find(names->second[code]);
        move.table.push_back(found == wanted->second.end() ? unknown_level : found->second);
        alike = alike && move.table.back() == static_cast<double>(code);
    }
    move.how = alike ? Move::How::as_is : Move::How::by_table;
    return move;
}

ColumnMap::ColumnMap(
    const std::vector<schema::Column>& from,
    const Levels& levels,
    const std::vector<schema::Column>& to,
    const std::map<std::string, Codes>& codes
)
    : width_(from.size()) {
    for (std::size_t i = 0; i < to.size(); ++i) {
        const auto place = static_cast<std::size_t>(
            std::find_if(
                from.begin(),
                from.end(),
                [&](const schema::Column& column) { return column.name == to[i].name; }
            ) -
            from.begin()
        );
        if (place == from.size()) {
            missing_.push_back(to[i].name);
            moves_.emplace_back();
        } else if (from[place].unit != to[i].unit) {
            other_unit_.push_back(to[i].name);
            moves_.emplace_back();
        } else {
            moves_.push_back(move_of(from[place], levels, to[i], codes));
            moves_.back().from = place;
        }
        same_ = same_ && moves_.back().how == Move::How::as_is && place == i;
    }
    for (const auto& column : from)
        if (std::none_of(to.begin(), to.end(), [&](const schema::Column& wanted) {
                return wanted.name == column.name;
            }))
            extra_.push_back(column.name);
    same_ = same_ && from.size() == to.size();
}

ColumnMap::ColumnMap(
    const std::vector<schema::Column>& from,
    const Levels& levels,
    const std::vector<schema::Column>& to,
    std::map<std::string, Codes>& codes,
    Levels* grown
)
    : ColumnMap(from, levels, to, codes) {
    for (std::size_t i = 0; i < moves_.size(); ++i) {
        if (moves_[i].how != Move::How::by_text) continue;
        moves_[i].more = &codes.at(to[i].name);
        moves_[i].names = &(*grown)[to[i].name];
    }
}

std::size_t ColumnMap::move(const double* from, double* to) const {
    std::size_t unknown = 0;
    for (const auto& move : moves_) {
        const double value = move.how == Move::How::missing ? missing_value : from[move.from];
        double moved = value;
        if (move.how == Move::How::by_table && std::isfinite(value))
            moved = is_code(value, move.table.size()) ? move.table[static_cast<std::size_t>(value)]
                                                      : unknown_level;
        if (move.how == Move::How::by_text && std::isfinite(value)) {
            const auto name = name_of_value(value);
            const auto found = move.codes->find(name);
            if (found != move.codes->end()) {
                moved = found->second;
            } else if (move.more) {
                moved = static_cast<double>(move.names->size());
                move.more->emplace(name, static_cast<int>(move.names->size()));
                move.names->push_back(name);
            } else {
                moved = unknown_level;
            }
        }
        if (move.how != Move::How::as_is && moved == unknown_level) ++unknown;
        *to++ = moved;
    }
    return unknown;
}

}  // namespace training
