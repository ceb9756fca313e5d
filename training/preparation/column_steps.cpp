// Operations that take numeric columns out or put new ones beside them.
#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <limits>

#include "base/error.hpp"
#include "training/preparation/columns.hpp"
#include "training/preparation/step.hpp"

namespace training {

std::size_t require_column(const Examples& examples, const std::string& name) {
    for (std::size_t i = 0; i < examples.columns.size(); ++i)
        if (examples.columns[i].name == name) return i;
    throw base::Error(
        "preparation",
        "the records have no numeric column '" + name + "'",
        "see the columns with 'tilth source show'"
    );
}

namespace {

namespace json = boost::json;
constexpr auto missing = std::numeric_limits<double>::quiet_NaN();
using Numbers = std::vector<double>;

// Columns taken out; the names are those of fit(), so that later rows have the same shape.
class DropStep : public Step {
public:
    DropStep(bool keep, Settings& settings) : keep_(keep), names_(settings.texts("columns")) {
        if (names_.empty()) settings.fail("has no 'columns'", "name some");
    }
    void fit(const Examples& train) override {
        dropped_.clear();
        for (const auto& name : names_) require_column(train, name);
        for (const auto& column : train.columns)
            if (is_named(column.name) != keep_) dropped_.push_back(column.name);
    }
    std::size_t apply(Examples& examples) const override {
        std::vector<std::size_t> kept;
        std::vector<schema::Column> columns;
        for (std::size_t i = 0; i < examples.columns.size(); ++i)
            if (std::find(dropped_.begin(), dropped_.end(), examples.columns[i].name) ==
                dropped_.end()) {
                kept.push_back(i);
                columns.push_back(examples.columns[i]);
            }
        auto gone = examples.columns.size() - kept.size();
        Numbers values;
        values.reserve(examples.rows * kept.size());
        for (std::size_t row = 0; row < examples.rows; ++row)
            for (auto i : kept)
                values.push_back(examples.numeric[row * examples.columns.size() + i]);
        examples.numeric = std::move(values);
        examples.columns = std::move(columns);
        return gone * examples.rows;
    }
    json::object fitted() const override {
        return {{"dropped", json::array(dropped_.begin(), dropped_.end())}};
    }
    void load(const json::object& fitted) override {
        dropped_.clear();
        for (const auto& name : fitted.at("dropped").as_array())
            dropped_.emplace_back(name.as_string());
    }

private:
    bool is_named(const std::string& name) const {
        return std::find(names_.begin(), names_.end(), name) != names_.end();
    }
    bool keep_;
    std::vector<std::string> names_, dropped_;
};

// Year, month, weekday (Monday is 1) and hour of times, each a column of its own behind the others.
class DatePartsStep : public Step {
public:
    explicit DatePartsStep(Settings& settings)
        : names_(settings.texts("columns")), parts_(settings.texts("parts")) {
        if (names_.empty()) settings.fail("has no 'columns'", "name columns of times");
        if (parts_.empty()) parts_ = {"year", "month", "weekday", "hour"};
        for (const auto& part : parts_)
            if (part != "year" && part != "month" && part != "weekday" && part != "hour")
                settings.fail(
                    "'" + part + "' is no part of a date", "use year, month, weekday or hour"
                );
    }
    void fit(const Examples& train) override {
        for (const auto& name : names_) require_column(train, name);
    }
    std::size_t apply(Examples& examples) const override {
        auto width = examples.columns.size(), more = names_.size() * parts_.size();
        std::vector<std::size_t> places;
        for (const auto& name : names_) places.push_back(require_column(examples, name));
        Numbers values;
        values.reserve(examples.rows * (width + more));
        for (std::size_t row = 0; row < examples.rows; ++row) {
            const auto* from = examples.numeric.data() + row * width;
            values.insert(values.end(), from, from + width);
            for (auto place : places)
                for (const auto& part : parts_) values.push_back(part_of(from[place], part));
        }
        for (const auto& name : names_)
            for (const auto& part : parts_)
                examples.columns.push_back({name + "." + part, schema::Column::Type::number, ""});
        examples.numeric = std::move(values);
        return examples.rows * more;
    }

private:
    static double part_of(double seconds, const std::string& part) {
        using namespace std::chrono;
        if (!std::isfinite(seconds) || std::abs(seconds) > 9e11) return missing;
        sys_seconds time{std::chrono::seconds(static_cast<std::int64_t>(std::floor(seconds)))};
        auto day = floor<days>(time);
        year_month_day date{day};
        if (part == "year") return static_cast<int>(date.year());
        if (part == "month") return static_cast<unsigned>(date.month());
        if (part == "weekday") return weekday(day).iso_encoding();
        return static_cast<double>(duration_cast<hours>(time - day).count());
    }
    std::vector<std::string> names_, parts_;
};

template <bool keep>
std::unique_ptr<Step> choose_columns(Settings& settings) {
    return std::make_unique<DropStep>(keep, settings);
}

constexpr std::array kinds{
    StepKind{"drop", "columns", "takes these out", choose_columns<false>},
    StepKind{"keep", "columns", "takes all others out", choose_columns<true>},
    StepKind{
        "date_parts",
        "columns, parts",
        "year, month, weekday (Monday is 1) and hour of times as columns named `t.year`",
        made<DatePartsStep>},
};

}  // namespace

std::span<const StepKind> column_steps() {
    return kinds;
}

}  // namespace training
