// Operations on what a column means: categories as numbers, and columns of another type.
//
// A code stands for its value only in the rows that it came with, so what is fitted are names, and
// all rows are brought to these, whatever their codes are. Rows that are predicted alone have the
// codes of the training rows and no names (InputSignature::code): what those stood for is kept too.
// Each value of a column is looked up once, not each cell.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/numbers/parse.hpp"
#include "base/text/ascii.hpp"
#include "training/features/column_map.hpp"
#include "training/preparation/columns.hpp"
#include "training/preparation/step.hpp"

namespace training {

namespace {

namespace json = boost::json;
using Type = schema::Column::Type;
constexpr auto missing = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t most_columns = 1000;  // of one_hot, of one column

json::object json_of(const Levels& lists) {
    json::object out;
    for (const auto& [name, values] : lists) out[name] = json::array(values.begin(), values.end());
    return out;
}

Levels lists_in(const json::object& object) {
    Levels out;
    for (const auto& item : object) {
        auto& values = out[std::string(item.key())];
        for (const auto& value : item.value().as_array()) values.emplace_back(value.as_string());
    }
    return out;
}

// A step over columns that it names, by what their values are called.
class NamedStep : public Step {
public:
    json::object fitted() const override {
        return json::object{{"levels", json_of(levels_)}, {"values", json_of(values_)}};
    }
    void load(const json::object& fitted) override {
        levels_ = lists_in(fitted.at("levels").as_object());
        values_ = lists_in(fitted.at("values").as_object());
    }

protected:
    explicit NamedStep(Settings& settings) : names_(settings.texts("columns")) {
        if (names_.empty()) settings.fail("has no 'columns'", "name some");
        if (std::set(names_.begin(), names_.end()).size() < names_.size())
            settings.fail("'columns' names one twice", "name each once");
    }

    void know(const Examples& train) {
        levels_.clear();
        values_.clear();
        for (const auto& name : names_) {
            require_column(train, name);
            if (const auto found = train.levels.find(name); found != train.levels.end())
                levels_[name] = found->second;
        }
    }

    // How many rows have each value.
    std::map<std::string, std::size_t> counted(const Examples& rows, std::size_t column) const {
        std::unordered_map<double, std::size_t> counts;
        for (std::size_t row = 0; row < rows.rows; ++row)
            if (const double value = cell(rows, row, column); std::isfinite(value)) ++counts[value];
        std::map<std::string, std::size_t> out;
        for (auto [value, count] : counts)
            if (const auto name = name_of(rows, column, value)) out[*name] += count;
        return out;
    }

    // What `of` makes of the name of each row's value; missing where there is none.
    template <typename Of>
    std::vector<double> by_name(const Examples& rows, std::size_t column, Of of) const {
        std::unordered_map<double, double> known;
        std::vector<double> out(rows.rows, missing);
        for (std::size_t row = 0; row < rows.rows; ++row) {
            const double value = cell(rows, row, column);
            if (!std::isfinite(value)) continue;
            auto [found, fresh] = known.emplace(value, missing);
            if (fresh)
                if (const auto name = name_of(rows, column, value)) found->second = of(*name);
            out[row] = found->second;
        }
        return out;
    }

    // The column in its place, with another type.
    static void
    put(Examples& rows, std::size_t column, const std::vector<double>& values, Type type) {
        for (std::size_t row = 0; row < rows.rows; ++row)
            rows.numeric[row * rows.columns.size() + column] = values[row];
        rows.levels.erase(rows.columns[column].name);
        rows.columns[column].type = type;
        rows.columns[column].unit.clear();
    }

    std::vector<std::string> names_;
    Levels values_;  // of each column, in the order of their numbers

private:
    static double cell(const Examples& rows, std::size_t row, std::size_t column) {
        return rows.numeric[row * rows.columns.size() + column];
    }
    std::optional<std::string> name_of(const Examples& rows, std::size_t column, double value)
        const {
        if (rows.columns[column].type == Type::category)
            for (const auto* levels : {&rows.levels, &levels_})
                if (const auto of = levels->find(rows.columns[column].name); of != levels->end()) {
                    if (value < 0 || value >= static_cast<double>(of->second.size()))
                        return std::nullopt;  // unknown_level
                    return of->second[static_cast<std::size_t>(value)];
                }
        return name_of_value(value);
    }

    Levels levels_;  // of the training rows
};

// The place of a name in a list, or `otherwise`.
auto place_in(const std::vector<std::string>& list, double otherwise) {
    return [codes = codes_of(list), otherwise](const std::string& name) {
        const auto found = codes.find(name);
        return found == codes.end() ? otherwise : static_cast<double>(found->second);
    };
}

class OneHotStep : public NamedStep {
public:
    explicit OneHotStep(Settings& settings)
        : NamedStep(settings), at_least_(settings.number("at_least", 1)) {
        if (!(at_least_ >= 1))
            settings.fail("'at_least' is below 1", "say how many rows a value has");
    }
    void fit(const Examples& train) override {
        know(train);
        for (const auto& name : names_) {
            auto& values = values_[name];
            for (const auto& [value, count] : counted(train, require_column(train, name)))
                if (static_cast<double>(count) >= at_least_) values.push_back(value);
            if (values.size() > most_columns)
                throw base::Error(
                    "preparation",
                    fmt::format("column '{}' has {} values: too many columns", name, values.size()),
                    "give 'at_least', or leave it to the features of the training"
                );
        }
        std::set<std::string> taken;
        for (const auto& column : train.columns) taken.insert(column.name);
        for (const auto& made : made_names())
            if (!taken.insert(made).second)
                throw base::Error(
                    "preparation",
                    fmt::format("one_hot makes a column '{}', and there is one", made),
                    "rename a column or a value"
                );
    }
    std::size_t apply(Examples& rows) const override {
        std::vector<std::vector<double>> places;
        std::vector<bool> goes(rows.columns.size());
        for (const auto& name : names_) {
            const auto at = require_column(rows, name);
            goes[at] = true;
            places.push_back(by_name(rows, at, place_in(values_.at(name), missing)));
        }
        const auto width = rows.columns.size();
        const auto made = made_names();
        std::vector<double> numbers;
        numbers.reserve(rows.rows * (width - names_.size() + made.size()));
        for (std::size_t row = 0; row < rows.rows; ++row) {
            for (std::size_t c = 0; c < width; ++c)
                if (!goes[c]) numbers.push_back(rows.numeric[row * width + c]);
            for (std::size_t i = 0; i < names_.size(); ++i)
                for (std::size_t v = 0; v < values_.at(names_[i]).size(); ++v)
                    numbers.push_back(places[i][row] == static_cast<double>(v) ? 1 : 0);
        }
        rows.numeric = std::move(numbers);
        std::erase_if(rows.columns, [&](const auto& column) {
            return std::find(names_.begin(), names_.end(), column.name) != names_.end();
        });
        for (const auto& name : names_) rows.levels.erase(name);
        for (const auto& name : made) rows.columns.push_back({name, Type::number, ""});
        return rows.rows * made.size();
    }

private:
    std::vector<std::string> made_names() const {
        std::vector<std::string> out;
        for (const auto& name : names_)
            for (const auto& value : values_.at(name)) out.push_back(name + "=" + value);
        return out;
    }

    double at_least_;
};

class OrdinalStep : public NamedStep {
public:
    explicit OrdinalStep(Settings& settings)
        : NamedStep(settings), order_(settings.texts("order")) {
        if (order_.size() < 2)
            settings.fail("has no 'order'", "name the values from the least to the greatest");
        if (std::set(order_.begin(), order_.end()).size() < order_.size())
            settings.fail("'order' names a value twice", "name each once");
    }
    void fit(const Examples& train) override {
        know(train);
        const auto place = place_in(order_, missing);
        for (const auto& name : names_)
            for (const auto& [value, count] : counted(train, require_column(train, name)))
                if (std::isnan(place(value)))
                    throw base::Error(
                        "preparation",
                        fmt::format(
                            "column '{}' has '{}', which 'order' does not name", name, value
                        ),
                        "name every value of the training rows"
                    );
    }
    std::size_t apply(Examples& rows) const override {
        for (const auto& name : names_) {
            const auto at = require_column(rows, name);
            put(rows, at, by_name(rows, at, place_in(order_, missing)), Type::number);
        }
        return rows.rows * names_.size();
    }

private:
    std::vector<std::string> order_;
};

std::optional<double> flag_in(const std::string& text) {
    const auto word = base::to_lower(text);
    for (const auto* yes : {"true", "yes", "y", "t", "on", "1"})
        if (word == yes) return 1;
    for (const auto* no : {"false", "no", "n", "f", "off", "0"})
        if (word == no) return 0;
    return std::nullopt;
}

class CastStep : public NamedStep {
public:
    explicit CastStep(Settings& settings) : NamedStep(settings) {
        const auto to = settings.text("to");
        const std::map<std::string, Type> types{
            {"number", Type::number}, {"category", Type::category}, {"flag", Type::flag}};
        const auto found = types.find(to);
        if (found == types.end())
            settings.fail("'to' is '" + to + "'", "use number, category or flag");
        to_ = found->second;
    }
    void fit(const Examples& train) override {
        know(train);
        for (const auto& name : names_)
            for (const auto& [value, count] : counted(train, require_column(train, name))) {
                if (to_ == Type::category)
                    values_[name].push_back(value);
                else if (!read(value))
                    throw base::Error(
                        "preparation",
                        fmt::format(
                            "column '{}' has '{}', which is no {}",
                            name,
                            value,
                            to_ == Type::flag ? "flag" : "number"
                        ),
                        "mend it where it is gathered, or leave the column as it is"
                    );
            }
    }
    std::size_t apply(Examples& rows) const override {
        std::size_t changed = 0;
        for (const auto& name : names_) {
            const auto at = require_column(rows, name);
            if (rows.columns[at].type == to_) continue;
            changed += rows.rows;
            if (to_ != Type::category) {
                const auto number = [&](const std::string& text) {
                    return read(text).value_or(missing);
                };
                put(rows, at, by_name(rows, at, number), to_);
                continue;
            }
            const auto known = values_.find(name);
            const auto values = known == values_.end() ? std::vector<std::string>{} : known->second;
            put(rows, at, by_name(rows, at, place_in(values, unknown_level)), to_);
            rows.levels[name] = values;
        }
        return changed;
    }

private:
    std::optional<double> read(const std::string& text) const {
        return to_ == Type::flag ? flag_in(text) : base::parse_number(text);
    }

    Type to_ = Type::number;
};

constexpr std::array category_kinds{
    StepKind{
        "one_hot",
        "columns, at_least",
        "a column of 0 and 1 for each value (fitted) that so many training rows have, named "
        "`c=value`, in the place of categories",
        made<OneHotStep>},
    StepKind{
        "ordinal",
        "columns, order",
        "categories as 0, 1, .. in the order that is named; missing where it does not name one",
        made<OrdinalStep>},
    StepKind{
        "cast",
        "columns, to",
        "columns as number, category or flag; a value of a training row that is none is an error, "
        "another is missing",
        made<CastStep>},
};

}  // namespace

std::span<const StepKind> category_steps() {
    return category_kinds;
}

}  // namespace training
