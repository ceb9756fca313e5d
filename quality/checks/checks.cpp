// Two passes answer all checks: the profile, which was made before, holds what concerns whole
// columns (counts, quantiles, frequent values), and add() sees each record once for the rest. A
// check keeps the place where it last found its columns, since records of one source mostly have
// the same fields in the same order.
//
// Uniqueness keeps 64-bit hashes instead of values: two of ten million collide with a chance of
// about three in a million. Rows that fail are kept in full only for quarantine; others are
// examples.
#include "quality/checks/checks.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include <fmt/format.h>
#include <boost/math/special_functions/gamma.hpp>

#include "base/bytes/hash.hpp"
#include "base/numbers/parse.hpp"
#include "base/text/ascii.hpp"
#include "base/text/pattern.hpp"
#include "base/text/utf8.hpp"
#include "base/time/civil.hpp"
#include "base/time/parse.hpp"
#include "formats/json/json.hpp"
#include "formats/text/value_type.hpp"
#include "quality/checks/json_schema.hpp"
#include "schema/select/filter.hpp"

namespace quality {

namespace {

constexpr std::size_t examples_kept = 10;
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

using Values = std::span<const std::string_view>;

bool is_none(std::string_view value) {
    return value.empty() || (value.size() <= 20 && is_missing(normalised(value)));
}

bool has_type(std::string_view value, const std::vector<std::string>& wanted) {
    auto type = name_of(formats::type_of(value));
    return std::any_of(wanted.begin(), wanted.end(), [&](const std::string& one) {
        return type == one || (one == "number" && type == "integer") ||
               (one == "datetime" && type == "date");
    });
}

bool within(const Check& check, double value) {
    if (check.strict)
        return !(check.minimum && value <= *check.minimum) &&
               !(check.maximum && value >= *check.maximum);
    return !(check.minimum && value < *check.minimum) && !(check.maximum && value > *check.maximum);
}

// -1, 0, 1; numbers by size, other texts by bytes.
int order_of(std::string_view a, std::string_view b) {
    auto x = base::parse_number(a), y = base::parse_number(b);
    if (x && y) return *x < *y ? -1 : *x > *y;
    return a < b ? -1 : a > b;
}

bool is_between_dates(const Check& check, std::string_view value) {
    auto time = base::parse_time(value);
    auto bound = [&](std::size_t i) {
        return i < check.values.size() && !check.values[i].empty()
                   ? base::parse_time(check.values[i])
                   : std::nullopt;
    };
    auto low = bound(0), high = bound(1);
    return time && !(low && *time < *low) && !(high && *time > *high);
}

// SQL's like: % any run, _ one byte.
bool is_like(std::string_view text, std::string_view pattern) {
    std::size_t t = 0, p = 0, star = pattern.npos, mark = 0;
    while (t < text.size()) {
        if (p < pattern.size() && (pattern[p] == '_' || pattern[p] == text[t]) &&
            pattern[p] != '%') {
            ++t, ++p;
        } else if (p < pattern.size() && pattern[p] == '%') {
            star = p++;
            mark = t;
        } else if (star != pattern.npos) {
            p = star + 1;
            t = ++mark;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '%') ++p;
    return p == pattern.size();
}

double statistic_of(const std::string& name, const ColumnProfile& column, std::uint64_t records) {
    auto distinct = [&] {
        return column.frequent.exact() ? static_cast<double>(column.frequent.top(1000).size())
                                       : column.distinct.estimate();
    };
    if (name == "mean") return column.moments.mean();
    if (name == "deviation") return std::sqrt(column.moments.variance());
    if (name == "sum") return column.moments.mean() * column.moments.count();
    if (name == "minimum") return column.moments.minimum();
    if (name == "maximum") return column.moments.maximum();
    if (name == "median") return column.quantiles.at(0.5);
    if (name == "distinct") return distinct();
    if (name == "distinct_share")
        return column.present ? std::min(1.0, distinct() / static_cast<double>(column.present))
                              : nan;
    if (name == "missing")
        return records ? 1 - static_cast<double>(column.present - column.spelled_missing) /
                                 static_cast<double>(records)
                       : 0;
    return column.quantiles.at(base::parse_number(std::string_view(name).substr(1)).value_or(0.5));
}

std::string listed(const std::vector<std::string>& words) {
    std::string text;
    for (std::size_t i = 0; i < std::min<std::size_t>(5, words.size()); ++i)
        text += (i ? ", " : "") + words[i].substr(0, 40);
    return words.size() > 5 ? text + fmt::format(" and {} more", words.size() - 5) : text;
}

// Shares that were seen of what `shares` speak of: values, or ranges between bounds; the last one
// is of all others.
std::vector<double> seen_shares(const Check& check, const ColumnProfile& column) {
    std::vector<double> seen;
    double rest = 1;
    if (check.bounds.empty()) {
        std::unordered_map<std::string, double> counts;
        for (auto& [value, count] : column.frequent.top(1000))
            counts[value] = static_cast<double>(count);
        auto all = static_cast<double>(std::max<std::uint64_t>(1, column.frequent.count()));
        for (const auto& value : check.values) seen.push_back(counts[value] / all);
        for (double share : seen) rest -= share;
    } else {
        double before = 0;
        for (double bound : check.bounds) {
            auto up_to = column.quantiles.share_up_to(bound);
            seen.push_back(up_to - before);
            before = up_to;
        }
        seen.push_back(1 - before);
        rest = 0;
    }
    seen.push_back(std::max(0.0, rest));
    return seen;
}

}  // namespace

struct Checker::Impl {
    struct State {
        CheckResult result;
        std::vector<base::Pattern> patterns;
        std::set<std::string, std::less<>> values;
        std::set<std::vector<std::string>> tuples;
        std::optional<schema::Filter> where;
        std::optional<JsonSchema> schema;
        std::unordered_set<std::uint64_t> seen;  // of unique
        std::vector<std::size_t> hints;          // where the columns were in the last record
        std::size_t order_hint = 0;
        double mean = nan, deviation = nan;  // of z_score
        struct Placed {
            std::string order, value;
            Table::Row row;
        };
        std::vector<Placed> placed;                                   // of increasing, decreasing
        std::map<std::pair<std::string, std::string>, double> pairs;  // of association
    };
    std::vector<State> states;
    const Profile& profile;
    std::map<std::string, std::uint64_t> others;

    static std::string_view
    value_in(std::span<const formats::Field> fields, const std::string& name, std::size_t& hint) {
        if (hint >= fields.size() || fields[hint].name != name) {
            hint = 0;
            while (hint < fields.size() && fields[hint].name != name) ++hint;
        }
        if (hint == fields.size() || fields[hint].kind == formats::Field::Kind::null) return {};
        return base::trim(fields[hint].value);
    }

    static bool matches(const schema::Filter& filter, std::span<const formats::Field> fields) {
        return filter.matches([&](const std::string& name) -> std::optional<std::string> {
            std::size_t hint = 0;
            auto value = value_in(fields, name, hint);
            if (value.empty()) return std::nullopt;
            return std::string(value);
        });
    }

    static bool is_new(State& state, Values values) {
        std::uint64_t hash = 0;
        for (auto part : values) hash = base::hash_64(part, hash + 1);
        return state.seen.insert(hash).second;
    }

    static bool text_holds(const State& state, std::string_view value) {
        const auto& check = state.result.check;
        const auto& kind = check.kind;
        if (kind == "in_set") return state.values.contains(value);
        if (kind == "not_in_set") return !state.values.contains(value);
        if (kind == "length")
            return within(check, static_cast<double>(base::count_code_points(value)));
        if (kind == "type") return has_type(value, check.types);
        if (kind == "time_format") return base::fits_time_format(std::string(value), check.format);
        if (kind == "date_between") return is_between_dates(check, value);
        if (kind == "json") return !formats::check_json(value);
        if (kind == "json_schema") return state.schema->holds(value);
        if (kind == "like" || kind == "not_like")
            return std::any_of(check.values.begin(), check.values.end(), [&](const auto& one) {
                       return is_like(value, one);
                   }) == (kind == "like");
        auto found = [&](const base::Pattern& one) { return one.found_in(value); };
        const auto& all = state.patterns;
        bool good = check.all ? std::all_of(all.begin(), all.end(), found)
                              : std::any_of(all.begin(), all.end(), found);
        return good == (kind == "matches");
    }

    static std::optional<bool> several_hold(State& state, Values values) {
        const auto& check = state.result.check;
        const auto& kind = check.kind;
        if (kind == "unique_within") {
            std::set<std::string_view> different;
            for (auto value : values)
                if (!value.empty() && !different.insert(value).second) return false;
            return true;
        }
        if (std::any_of(values.begin(), values.end(), [](auto value) { return value.empty(); }))
            return std::nullopt;
        if (kind == "unique") return is_new(state, values);
        if (kind == "tuple_in_set") return state.tuples.contains({values.begin(), values.end()});
        if (kind == "sum") {
            double sum = 0;
            for (auto value : values) sum += base::parse_number(value).value_or(nan);
            return !std::isnan(sum) && within(check, sum);
        }
        auto order = order_of(values.front(), values.back());
        if (kind == "greater") return order > 0;
        return kind == "equal" ? order == 0 : order >= 0;
    }

    // Whether the record holds the check; nothing if there is no value to look at.
    static std::optional<bool> holds(State& state, Values values) {
        const auto& check = state.result.check;
        const auto& kind = check.kind;
        if (kind == "unique" || kind == "unique_within" || values.size() > 1) {
            if (kind != "unique" && kind != "unique_within" && is_none(values.front()))
                return std::nullopt;
            return several_hold(state, values);
        }
        auto value = values.front();
        bool none = is_none(value);
        if (kind == "not_missing") return !none;
        if (kind == "missing") return none;
        if (none) return std::nullopt;
        if (kind != "between" && kind != "z_score") return text_holds(state, value);
        auto number = base::parse_number(value);
        if (kind == "between") return number && within(check, *number);
        if (!(state.deviation > 0) || !number) return number.has_value();
        return std::abs(*number - state.mean) / state.deviation <= *check.maximum;
    }

    static void fail(State& state, const Table::Row& row, std::string_view value) {
        auto& result = state.result;
        ++result.failed;
        if (result.rows.size() < examples_kept || result.check.severity == Severity::quarantine)
            result.rows.push_back(row);
        if (result.examples.size() < examples_kept)
            result.examples.emplace_back(value.substr(0, 100));
    }

    // Records come in the order of their hashes, so order is judged at the end, by `order`.
    static void judge_order(State& state) {
        auto& placed = state.placed;
        std::stable_sort(placed.begin(), placed.end(), [](const auto& a, const auto& b) {
            return order_of(a.order, b.order) < 0;
        });
        const auto& check = state.result.check;
        int wanted = check.kind == "increasing" ? 1 : -1;
        for (std::size_t i = 0; i < placed.size(); ++i) {
            ++state.result.examined;
            if (i == 0) continue;
            auto step = wanted * order_of(placed[i].value, placed[i - 1].value);
            if (step < 0 || (step == 0 && check.strict))
                fail(state, placed[i].row, placed[i].value);
        }
    }

    const ColumnProfile* column(const State& state) const {
        auto found = profile.columns.find(state.result.check.columns.front());
        return found == profile.columns.end() ? nullptr : &found->second;
    }

    void judge_columns(State& state) const {
        auto& result = state.result;
        const auto& check = result.check;
        std::vector<std::string> more, lacking;
        for (const auto& [name, column] : profile.columns)
            if (!state.values.contains(name)) more.push_back(name);
        for (const auto& name : check.values)
            if (!profile.columns.contains(name)) lacking.push_back(name);
        if (check.kind == "columns" && !more.empty()) result.observed = "more: " + listed(more);
        if (!lacking.empty())
            result.observed +=
                (result.observed.empty() ? "missing: " : "; missing: ") + listed(lacking);
        result.passed = result.observed.empty();
        if (result.passed) result.observed = fmt::format("{} columns", check.values.size());
    }

    static void judge_distinct(State& state, const ColumnProfile& column) {
        auto& result = state.result;
        const auto& kind = result.check.kind;
        auto top = column.frequent.top(1000);
        if (kind == "most_common_in_set") {
            result.passed = !top.empty() && state.values.contains(top.front().first);
            result.observed = top.empty() ? "no values" : "most common is " + top.front().first;
            return;
        }
        std::vector<std::string> more, lacking;
        std::set<std::string, std::less<>> seen;
        for (const auto& [value, count] : top) {
            seen.insert(value);
            if (!state.values.contains(value)) more.push_back(value);
        }
        for (const auto& value : state.values)
            if (!seen.contains(value)) lacking.push_back(value);
        bool too_many = !column.frequent.exact();
        if (kind != "distinct_contains") {
            if (!more.empty()) result.observed = "more: " + listed(more);
            if (more.empty() && too_many) result.observed = "too many values to know them all";
        }
        if (kind != "distinct_in_set" && !lacking.empty())
            result.observed +=
                (result.observed.empty() ? "missing: " : "; missing: ") + listed(lacking);
        result.passed = result.observed.empty();
        if (result.passed) result.observed = fmt::format("{} values", seen.size());
    }

    static void judge_shares(State& state, const ColumnProfile& column) {
        auto& result = state.result;
        const auto& check = result.check;
        auto seen = seen_shares(check, column);
        auto wanted = check.shares;
        wanted.resize(seen.size());
        auto count = static_cast<double>(
            check.bounds.empty() ? column.frequent.count() : column.quantiles.count()
        );
        double divergence = 0, sum = 0, degrees = -1;
        constexpr double least = 1e-6;  // a value that should not be there is not infinitely far
        for (std::size_t i = 0; i < seen.size(); ++i) {
            auto share = std::max(wanted[i], least);
            if (seen[i] > 0) divergence += seen[i] * std::log(seen[i] / share);
            if (wanted[i] <= 0 && seen[i] <= 0) continue;
            sum += count * (seen[i] - share) * (seen[i] - share) / share;
            ++degrees;
        }
        if (check.kind == "divergence") {
            result.passed = divergence <= *check.maximum;
            result.observed = fmt::format("divergence {:.4g}", divergence);
        } else {
            auto p = degrees > 0 ? boost::math::gamma_q(degrees / 2, sum / 2) : 1;
            result.passed = p >= check.minimum.value_or(0.05);
            result.observed = fmt::format("chi-square {:.4g}, p {:.4g}", sum, p);
        }
    }

    // Cramér's V.
    static void judge_association(State& state) {
        std::map<std::string, double> left, right;
        double all = 0;
        for (const auto& [pair, count] : state.pairs) {
            left[pair.first] += count;
            right[pair.second] += count;
            all += count;
        }
        double sum = 0;
        for (const auto& [a, count_a] : left)
            for (const auto& [b, count_b] : right) {
                auto expected = count_a * count_b / all;
                auto found = state.pairs.find({a, b});
                auto seen = found == state.pairs.end() ? 0 : found->second;
                sum += (seen - expected) * (seen - expected) / expected;
            }
        auto kinds = static_cast<double>(std::min(left.size(), right.size()));
        auto v = kinds > 1 ? std::sqrt(sum / all / (kinds - 1)) : 0;
        state.result.passed = v <= *state.result.check.maximum;
        state.result.observed = fmt::format("Cramér's V {:.4g}", v);
    }

    void judge_all(State& state) const {
        auto& result = state.result;
        const auto& check = result.check;
        result.examined = profile.records;
        auto count_is = [&](std::uint64_t count, const char* what) {
            result.passed = within(check, static_cast<double>(count));
            result.observed = fmt::format("{} {}", count, what);
        };
        if (check.kind == "records") return count_is(profile.records, "records");
        if (check.kind == "column_count") return count_is(profile.columns.size(), "columns");
        if (check.kind == "columns" || check.kind == "has_columns") return judge_columns(state);
        if (check.kind == "association") return judge_association(state);
        if (check.kind == "same_records") {
            auto other = others.find(check.source);
            auto count = other == others.end() ? 0 : other->second;
            result.passed = count == profile.records;
            result.observed =
                fmt::format("{} records, {} in {}", profile.records, count, check.source);
            return;
        }
        const auto* found = column(state);
        if (check.kind == "statistic") {
            auto value = found ? statistic_of(check.statistic, *found, profile.records)
                               : (check.statistic == "missing" ? 1 : nan);
            result.passed = !std::isnan(value) && within(check, value);
            result.observed = fmt::format("{} is {:.6g}", check.statistic, value);
        } else if (!found) {
            result.passed = false;
            result.observed = "no record has the column";
        } else if (check.shares.empty()) {
            judge_distinct(state, *found);
        } else {
            judge_shares(state, *found);
        }
    }
};

Checker::Checker(
    std::vector<Check> checks,
    const Profile& profile,
    std::map<std::string, std::uint64_t> others
)
    : impl_(std::make_unique<Impl>(Impl{{}, profile, std::move(others)})) {
    for (auto& check : checks) {
        auto& state = impl_->states.emplace_back();
        for (const auto& pattern : check.patterns)
            state.patterns.push_back(base::Pattern::parse(pattern));
        state.values.insert(check.values.begin(), check.values.end());
        state.tuples.insert(check.tuples.begin(), check.tuples.end());
        if (!check.where.empty()) state.where = schema::Filter::parse(check.where);
        if (!check.schema.empty()) state.schema.emplace(check.schema);
        state.hints.resize(check.columns.size());
        state.result.check = std::move(check);
        if (state.result.check.kind != "z_score") continue;
        if (const auto* column = impl_->column(state)) {
            state.mean = column->moments.mean();
            state.deviation = std::sqrt(column->moments.variance());
        }
    }
}

Checker::~Checker() = default;

void Checker::add(const Table::Row& row, std::span<const formats::Field> fields) {
    std::vector<std::string_view> values;
    for (auto& state : impl_->states) {
        auto& result = state.result;
        const auto& check = result.check;
        bool pairs = check.kind == "association";
        if (!pairs && !check.by_record()) continue;
        bool chosen = !state.where || Impl::matches(*state.where, fields);
        if (check.kind == "where") {
            ++result.examined;
            if (!chosen) Impl::fail(state, row, check.where);
            continue;
        }
        if (!chosen) continue;
        values.clear();
        for (std::size_t i = 0; i < check.columns.size(); ++i)
            values.push_back(Impl::value_in(fields, check.columns[i], state.hints[i]));
        if (pairs) {
            constexpr std::size_t pairs_at_most = 100'000;
            if (!is_none(values[0]) && !is_none(values[1]) && state.pairs.size() < pairs_at_most)
                ++state.pairs[{std::string(values[0]), std::string(values[1])}];
            continue;
        }
        if (check.kind == "increasing" || check.kind == "decreasing") {
            if (is_none(values.front())) continue;
            auto order = check.order.empty()
                             ? std::to_string(row.line)
                             : std::string(Impl::value_in(fields, check.order, state.order_hint));
            state.placed.push_back({std::move(order), std::string(values.front()), row});
            continue;
        }
        auto good = Impl::holds(state, values);
        if (!good) continue;
        ++result.examined;
        if (!*good) Impl::fail(state, row, values.front());
    }
}

std::vector<CheckResult> Checker::finish() {
    std::vector<CheckResult> results;
    for (auto& state : impl_->states) {
        auto& result = state.result;
        if (!result.check.by_record()) {
            impl_->judge_all(state);
        } else {
            if (!state.placed.empty()) Impl::judge_order(state);
            auto share = result.examined ? 1 - static_cast<double>(result.failed) /
                                                   static_cast<double>(result.examined)
                                         : 1;
            result.passed = share >= result.check.mostly;
            result.observed =
                fmt::format("{} of {} do not hold it", result.failed, result.examined);
        }
        results.push_back(std::move(result));
    }
    return results;
}

}  // namespace quality
