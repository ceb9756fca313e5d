#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "quality/checks/checks.hpp"

// What a kind of check is. Each family of kinds is one file, which says what its kinds are called,
// what a rule of them must have, and how records are judged.
namespace quality {

using Values = std::span<const std::string_view>;

// A record as a check sees it.
struct Sight {
    const Table::Row& row;
    Values values;       // of the check's columns, then of `order`; "" where the record has none
    bool chosen = true;  // by the check's `where`
};

// One check at work.
class Judge {
public:
    virtual ~Judge() = default;
    // Whether the record holds the check; nothing if there is nothing to examine.
    virtual std::optional<bool> look(const Sight&) { return std::nullopt; }
    // Adds what only all records together tell.
    virtual void finish(CheckResult&) {}
};

// What is known before the records are read.
struct World {
    const Profile& profile;                              // of the same records
    const std::map<std::string, std::uint64_t>& others;  // how many records other sources have
};

struct Columns {
    std::size_t at_least = 1, at_most = 1;
    std::string_view words = "one column";
};
inline constexpr std::size_t any_number = 1000;
inline constexpr Columns no_column{0, 0, "no column"}, one_column{},
    two_columns{2, 2, "two columns"}, some_columns{1, any_number, "a column"},
    several_columns{2, any_number, "two columns and more"};

// What a rule must have: "needs a maximum".
struct Need {
    bool (*met)(const Check& check);
    std::string_view words;
};
inline constexpr Need a_range{
    [](const Check& check) { return check.minimum || check.maximum; },
    "minimum or maximum"};
inline constexpr Need a_maximum{
    [](const Check& check) { return check.maximum.has_value(); },
    "a maximum"};
inline constexpr Need some_values{
    [](const Check& check) { return !check.values.empty(); },
    "values"};

// `each`: every record by itself or beside others. `together`: all of them, as one result.
// `profile`: nothing but their profile, so that no record is shown to it.
enum class Looks { each, together, profile };

struct CheckKind {
    std::string_view name;
    std::string_view words;  // what holds when it passes
    Columns columns;
    std::vector<Need> needs;
    // The check and the world outlive the judge.
    std::unique_ptr<Judge> (*judge)(const Check& check, const World& world);
    Looks looks = Looks::each;
    bool sees_all = false;  // also records that `where` does not choose
    // Whether a check that names a column that no record has can hold; else it fails, and says so.
    bool (*of_no_column)(const Check& check) = [](const Check&) { return false; };
};

std::span<const CheckKind> presence_checks();
std::span<const CheckKind> unique_checks();
std::span<const CheckKind> set_checks();
std::span<const CheckKind> range_checks();
std::span<const CheckKind> text_checks();
std::span<const CheckKind> order_checks();
std::span<const CheckKind> condition_checks();
std::span<const CheckKind> extent_checks();
std::span<const CheckKind> statistic_checks();
std::span<const CheckKind> distinct_checks();
std::span<const CheckKind> share_checks();
std::span<const CheckKind> association_checks();

// All of them, in this order.
const std::vector<CheckKind>& check_kinds();
const CheckKind& kind_of(const Check& check);  // which has been read by parse_checks

// Empty, or a usual spelling of "there is none".
bool is_none(std::string_view value);
// Whether minimum and maximum hold, without themselves if the check is strict.
bool within(const Check& check, double value);
// -1, 0, 1; numbers by size, other texts by bytes.
int order_of(std::string_view a, std::string_view b);
// "more: a, b; missing: c", each only if there are some.
std::string compared(const std::vector<std::string>& more, const std::vector<std::string>& missing);
// Of the check's first column.
const ColumnProfile* column_of(const Check& check, const World& world);
// Counts a record that failed, and keeps it as an example or for quarantine.
void add_failure(CheckResult& result, const Table::Row& row, std::string_view value);

template <typename Look>
std::unique_ptr<Judge> judge_each(Look look) {
    class Each : public Judge {
    public:
        explicit Each(Look look) : look_(std::move(look)) {}
        std::optional<bool> look(const Sight& sight) override { return look_(sight); }

    private:
        Look look_;
    };
    return std::make_unique<Each>(std::move(look));
}

// `holds(value)` of one column; missing ones are passed over.
template <typename Holds>
std::unique_ptr<Judge> judge_values(Holds holds) {
    return judge_each([holds = std::move(holds)](const Sight& sight) -> std::optional<bool> {
        if (is_none(sight.values.front())) return std::nullopt;
        return holds(sight.values.front());
    });
}

// `holds(values)` of several columns; records that lack one are passed over.
template <typename Holds>
std::unique_ptr<Judge> judge_together(Holds holds) {
    return judge_each([holds = std::move(holds)](const Sight& sight) -> std::optional<bool> {
        if (is_none(sight.values.front())) return std::nullopt;
        for (auto value : sight.values)
            if (value.empty()) return std::nullopt;
        return holds(sight.values);
    });
}

// `finish(result)` says what came of it.
template <typename Finish>
std::unique_ptr<Judge> judge_all(Finish finish) {
    class All : public Judge {
    public:
        explicit All(Finish finish) : finish_(std::move(finish)) {}
        void finish(CheckResult& result) override { finish_(result); }

    private:
        Finish finish_;
    };
    return std::make_unique<All>(std::move(finish));
}

// `finish(result, column)`.
template <typename Finish>
std::unique_ptr<Judge> judge_column(const Check& check, const World& world, Finish finish) {
    return judge_all([column = column_of(check, world), finish](CheckResult& result) {
        if (column) finish(result, *column);
    });
}

}  // namespace quality
