// Operations on what a column means: categories as numbers, and columns of another type.
//
// A code stands for its value in the rows that it came with, so that values are known by name: what
// is fitted are names, and other rows are brought to them whatever their codes are. A value that
// was not there when it was fitted is in no column of one_hot, and missing for ordinal and cast.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/numbers/parse.hpp"
#include "base/text/ascii.hpp"
#include "training/preparation/columns.hpp"
#include "training/preparation/step.hpp"

namespace training {

namespace {

namespace json = boost::json;
using Type = schema::Column::Type;
constexpr auto missing = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t most_columns = 1000;  // of one_hot

// A step over columns that are named, with what the codes of the training rows stand for: rows that
// are predicted alone have these codes, and no names (InputSignature::code).
class NamedStep : public Step {
public:
    json::object fitted() const override {
        json::object all, out;
        for (const auto& [name, values] : levels_)
            all[name] = json::array(values.begin(), values.end());
        out["levels"] = std::move(all);
        return out;
    }
    void load(const json::object& fitted) override {
        levels_.clear();
        for (const auto& item : fitted.at("levels").as_object()) {
            auto& values = levels_[std::string(item.key())];
            for (const auto& value : item.value().as_array())
                values.emplace_back(value.as_string());
        }
    }

protected:
    NamedStep(Settings& settings, const char* of) : names_(settings.texts("columns")) {
        if (names_.empty()) settings.fail("has no 'columns'", of);
    }
    void know(const Examples& train) {
        levels_.clear();
        for (const auto& name : names_) {
            require_column(train, name);
            if (const auto found = train.levels.find(name); found != train.levels.end())
                levels_[name] = found->second;
        }
    }
    // The value of a cell by name; nothing where it is missing.
    std::optional<std::string>
    named(const Examples& rows, std::size_t column, std::size_t row) const {
        const double value = rows.numeric[row * rows.columns.size() + column];
        if (!std::isfinite(value)) return std::nullopt;
        if (rows.columns[column].type != Type::category) return base::number_text(value);
        for (const auto* levels : {&rows.levels, &levels_})
            if (const auto of = levels->find(rows.columns[column].name); of != levels->end()) {
                if (value < 0 || value >= static_cast<double>(of->second.size()))
                    return std::nullopt;
                return of->second[static_cast<std::size_t>(value)];
            }
        return base::number_text(value);
    }

    std::vector<std::string> names_;

private:
    Levels levels_;
};

// With columns that are taken out, and others behind them.
void replace_columns(
    Examples& rows,
    const std::vector<std::size_t>& out,
    const std::vector<std::string>& in,
    const std::vector<double>& values
) {
    const auto width = rows.columns.size();
    std::vector<double> all;
    all.reserve(rows.rows * (width - out.size() + in.size()));
    const auto goes = [&](std::size_t c) { return std::find(out.begin(), out.end(), c) != out.end(); };
    for (std::size_t row = 0; row < rows.rows; ++row) {
        for (std::size_t c = 0; c < width; ++c)
            if (!goes(c)) all.push_back(rows.numeric[row * width + c]);
        all.insert(
            all.end(),
            values.begin() + static_cast<std::ptrdiff_t>(row * in.size()),
            values.begin() + static_cast<std::ptrdiff_t>((row + 1) * in.size())
        );
    }
    std::vector<schema::Column> columns;
    for (std::size_t c = 0; c < width; ++c)
        if (!goes(c))
            columns.push_back(rows.columns[c]);
        else
            rows.levels.erase(rows.columns[c].name);
    for (const auto& name : in) columns.push_back({name, Type::number, ""});
    rows.columns = std::move(columns);
    rows.numeric = std::move(all);
}

class OneHotStep : public NamedStep {
public:
    explicit OneHotStep(Settings& settings)
        : NamedStep(settings, "name columns of categories"),
          at_least_(settings.number("at_least", 1)) {
        if (!(at_least_ >= 1)) settings.fail("'at_least' is below 1", "say how many rows a value has");
    }
    void fit(const Examples& train) override {
        know(train);
        values_.clear();
        for (const auto& name : names_) {
            const auto at = require_column(train, name);
            std::map<std::string, std::size_t> counts;
            for (std::size_t row = 0; row < train.rows; ++row)
                if (const auto value = named(train, at, row)) ++counts[*value];
            auto& of = values_[name];
            for (const auto& [value, count] : counts)
                if (static_cast<double>(count) >= at_least_) of.push_back(value);
            if (of.size() > most_columns)
                throw base::Error(
                    "preparation",
                    fmt::format("column '{}' has {} values: too many columns", name, of.size()),
                    "give 'at_least', or leave it to the features of the training"
                );
        }
    }
    std::size_t apply(Examples& rows) const override {
        std::vector<std::size_t> places;
        std::vector<std::string> in;
        for (const auto& name : names_) {
            places.push_back(require_column(rows, name));
            for (const auto& value : values_.at(name)) in.push_back(name + "=" + value);
        }
        std::vector<double> made;
        made.reserve(rows.rows * in.size());
        for (std::size_t row = 0; row < rows.rows; ++row)
            for (std::size_t i = 0; i < names_.size(); ++i) {
                const auto value = named(rows, places[i], row);
                for (const auto& one : values_.at(names_[i])) made.push_back(value == one ? 1 : 0);
            }
        replace_columns(rows, places, in, made);
        return rows.rows * in.size();
    }
    json::object fitted() const override {
        auto out = NamedStep::fitted();
        json::object all;
        for (const auto& [name, values] : values_)
            all[name] = json::array(values.begin(), values.end());
        out["values"] = std::move(all);
        return out;
    }
    void load(const json::object& fitted) override {
        NamedStep::load(fitted);
        values_.clear();
        for (const auto& item : fitted.at("values").as_object()) {
            auto& values = values_[std::string(item.key())];
            for (const auto& value : item.value().as_array())
                values.emplace_back(value.as_string());
        }
    }

private:
    double at_least_;
    std::map<std::string, std::vector<std::string>> values_;
};

class OrdinalStep : public NamedStep {
public:
    explicit OrdinalStep(Settings& settings)
        : NamedStep(settings, "name columns of categories"), order_(settings.texts("order")) {
        if (order_.size() < 2)
            settings.fail("has no 'order'", "name the values from the least to the greatest");
        auto sorted = order_;
        std::sort(sorted.begin(), sorted.end());
        if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end())
            settings.fail("'order' names a value twice", "name each once");
    }
    void fit(const Examples& train) override {
        know(train);
        for (const auto& name : names_) {
            const auto at = require_column(train, name);
            for (std::size_t row = 0; row < train.rows; ++row) {
                const auto value = named(train, at, row);
                if (value && std::find(order_.begin(), order_.end(), *value) == order_.end())
                    throw base::Error(
                        "preparation",
                        fmt::format("column '{}' has '{}', which 'order' does not name", name, *value),
                        "name every value of the training rows"
                    );
            }
        }
    }
    std::size_t apply(Examples& rows) const override {
        for (const auto& name : names_) {
            const auto at = require_column(rows, name);
            for (std::size_t row = 0; row < rows.rows; ++row) {
                const auto value = named(rows, at, row);
                const auto place =
                    value ? std::find(order_.begin(), order_.end(), *value) : order_.end();
                rows.numeric[row * rows.columns.size() + at] =
                    place == order_.end() ? missing : static_cast<double>(place - order_.begin());
            }
            rows.columns[at].type = Type::number;
            rows.levels.erase(name);
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

// A value of the training rows that is none of the type is an error, one of later rows is missing.
class CastStep : public NamedStep {
public:
    explicit CastStep(Settings& settings) : NamedStep(settings, "name some") {
        const auto to = settings.text("to");
        if (to == "number")
            to_ = Type::number;
        else if (to == "category")
            to_ = Type::category;
        else if (to == "flag")
            to_ = Type::flag;
        else
            settings.fail("'to' is '" + to + "'", "use number, category or flag");
    }
    void fit(const Examples& train) override {
        know(train);
        for (const auto& name : names_) {
            const auto at = require_column(train, name);
            for (std::size_t row = 0; row < train.rows; ++row) {
                const auto text = named(train, at, row);
                if (text && to_ != Type::category && !read(*text))
                    throw base::Error(
                        "preparation",
                        fmt::format(
                            "column '{}' has '{}', which is no {}",
                            name,
                            *text,
                            to_ == Type::flag ? "flag" : "number"
                        ),
                        "mend it where it is gathered, or leave the column as it is"
                    );
            }
        }
    }
    std::size_t apply(Examples& rows) const override {
        std::size_t changed = 0;
        for (const auto& name : names_) changed += cast(rows, require_column(rows, name));
        return changed;
    }

private:
    std::optional<double> read(const std::string& text) const {
        return to_ == Type::flag ? flag_in(text) : base::parse_number(text);
    }
    std::size_t cast(Examples& rows, std::size_t at) const {
        auto& column = rows.columns[at];
        if (column.type == to_) return 0;
        std::vector<std::optional<std::string>> texts;
        for (std::size_t row = 0; row < rows.rows; ++row) texts.push_back(named(rows, at, row));
        std::map<std::string, double> codes;
        std::vector<std::string> values;
        for (std::size_t row = 0; row < rows.rows; ++row) {
            auto& cell = rows.numeric[row * rows.columns.size() + at];
            if (!texts[row]) continue;
            if (to_ == Type::category) {
                const auto [known, fresh] =
                    codes.emplace(*texts[row], static_cast<double>(values.size()));
                if (fresh) values.push_back(*texts[row]);
                cell = known->second;
                continue;
            }
            cell = read(*texts[row]).value_or(missing);
        }
        if (to_ == Type::category)
            rows.levels[column.name] = std::move(values);
        else
            rows.levels.erase(column.name);
        column.type = to_;
        column.unit.clear();
        return rows.rows;
    }

    Type to_ = Type::number;
};

template <typename S>
std::unique_ptr<Step> made(Settings& settings) {
    return std::make_unique<S>(settings);
}

constexpr std::array kinds{
    StepKind{
        "one_hot",
        "columns, at_least",
        "a column of 0 and 1 for each value (fitted) that so many training rows have, named `c=value`, in the place of categories",
        made<OneHotStep>},
    StepKind{
        "ordinal",
        "columns, order",
        "categories as 0, 1, .. in the order that is named; missing where it does not name one",
        made<OrdinalStep>},
    StepKind{
        "cast",
        "columns, to",
        "columns as number, category or flag; a value of a training row that is none is an error, another is missing",
        made<CastStep>}};

}  // namespace

std::span<const StepKind> category_steps() {
    return kinds;
}

}  // namespace training
