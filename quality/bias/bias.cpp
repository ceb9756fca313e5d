// Groups are compared by shares with Wilson intervals and never by shares alone: a group of three
// people is not disadvantaged because none of them was chosen. For the same reason impact asks for
// ten labels and missing values for twenty records.
//
// Numbers of many values are cut into quarters, and of very many groups the small ones become one,
// since a table of thousands of groups shows nothing.
#include "quality/bias/bias.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_set>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/numbers/parse.hpp"
#include "base/numbers/short_figure.hpp"
#include "base/numbers/statistics.hpp"
#include "base/text/ascii.hpp"

namespace quality {

namespace {

constexpr std::size_t most_groups = 200;  // of a breakdown; the rest is one group
const std::string no_value = "(none)";
const std::string rest = "(other)";

std::string text_of(const std::string& value) {
    auto trimmed = std::string(base::trim(value));
    return trimmed.empty() || (trimmed.size() <= 20 && is_missing(normalised(trimmed))) ? no_value
                                                                                        : trimmed;
}

// Values by which rows are grouped: as they are, or for numbers of many values their quarter.
std::vector<std::string> group_values(const std::vector<std::string>& column) {
    std::vector<std::string> values;
    std::vector<double> numbers;
    std::unordered_set<std::string> distinct;
    std::size_t filled = 0;
    for (const auto& value : column) {
        values.push_back(text_of(value));
        if (values.back() == no_value) continue;
        ++filled;
        distinct.insert(values.back());
        if (auto number = base::parse_number(values.back())) numbers.push_back(*number);
    }
    if (distinct.size() <= 20 || 10 * numbers.size() < 9 * filled) return values;
    std::sort(numbers.begin(), numbers.end());
    double bounds[5];
    for (std::size_t i = 0; i < 5; ++i) bounds[i] = numbers[(numbers.size() - 1) * i / 4];
    for (auto& value : values) {
        auto number = value == no_value ? std::nullopt : base::parse_number(value);
        if (!number) continue;
        std::size_t quarter = 0;
        while (quarter < 3 && *number > bounds[quarter + 1]) ++quarter;
        value = fmt::format(
            "{}{} to {}",
            quarter ? "over " : "",
            base::short_figure(bounds[quarter], 6),
            base::short_figure(bounds[quarter + 1], 6)
        );
    }
    return values;
}

// The label whose share is compared.
std::string favourable_label(const std::vector<std::string>& labels) {
    std::map<std::string, std::uint64_t> counts;
    for (const auto& label : labels)
        if (!label.empty()) ++counts[label];
    if (counts.empty()) return {};
    auto less = [](const auto& a, const auto& b) { return a.second < b.second; };
    return counts.size() == 2 ? std::min_element(counts.begin(), counts.end(), less)->first
                              : std::max_element(counts.begin(), counts.end(), less)->first;
}

std::size_t column_of(const Table& table, const std::string& name) {
    auto found = std::find(table.names.begin(), table.names.end(), name);
    if (found == table.names.end())
        throw base::UsageError(
            fmt::format("field '{}'", name),
            "the records have none of that name",
            "see 'tilth quality profile'"
        );
    return static_cast<std::size_t>(found - table.names.begin());
}

// The four-fifths rule (EEOC 1978, Uniform Guidelines, 29 CFR 1607.4 D).
void add_impact(const std::string& favourable, std::vector<Group>& groups) {
    constexpr std::uint64_t labels_at_least = 10;
    double best = 0;
    auto rate = [&](const Group& group) {
        auto found = group.labels.find(favourable);
        return found == group.labels.end() ? 0 : found->second.value;
    };
    for (const auto& group : groups)
        if (group.labelled >= labels_at_least) best = std::max(best, rate(group));
    for (auto& group : groups)
        if (best > 0 && group.labelled >= labels_at_least) group.impact = rate(group) / best;
}

Breakdown break_down(
    const std::vector<std::string>& fields,
    const std::vector<std::vector<std::string>>& values,
    const BiasOptions& options,
    const std::string& favourable
) {
    Breakdown made{fields, {}};
    auto rows = values.front().size();
    std::map<std::vector<std::string>, std::vector<std::uint32_t>> members;
    for (std::uint32_t row = 0; row < rows; ++row) {
        std::vector<std::string> key;
        for (const auto& column : values) key.push_back(column[row]);
        members[std::move(key)].push_back(row);
    }
    std::vector<std::pair<std::vector<std::string>, std::vector<std::uint32_t>>> all(
        members.begin(), members.end()
    );
    std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
        return a.second.size() > b.second.size();
    });
    if (all.size() > most_groups) {
        auto& last = all[most_groups - 1];
        for (auto i = most_groups; i < all.size(); ++i)
            last.second.insert(last.second.end(), all[i].second.begin(), all[i].second.end());
        last.first.assign(fields.size(), rest);
        all.resize(most_groups);
    }
    for (const auto& [key, of] : all) {
        Group group;
        group.values = key;
        group.records = of.size();
        group.share = share_of(static_cast<double>(of.size()), static_cast<double>(rows));
        std::map<std::string, double> counts;
        if (!options.labels.empty())
            for (auto row : of)
                if (const auto& label = options.labels[row]; !label.empty()) {
                    ++counts[label];
                    ++group.labelled;
                }
        for (const auto& [label, count] : counts)
            group.labels[label] = share_of(count, static_cast<double>(group.labelled));
        made.groups.push_back(std::move(group));
    }
    add_impact(favourable, made.groups);
    return made;
}

// Groups that should be there and are not have none of the records.
void compare_with_reference(
    const std::map<std::string, double>& reference,
    std::uint64_t records,
    std::vector<Group>& groups
) {
    for (const auto& [value, share] : reference) {
        auto found = std::find_if(groups.begin(), groups.end(), [&](const Group& group) {
            return group.values.front() == value;
        });
        if (found == groups.end()) {
            Group none;
            none.values = {value};
            none.share = share_of(0, static_cast<double>(records));
            found = groups.insert(groups.end(), std::move(none));
        }
        found->reference = share;
        found->off_reference = share < found->share.low || share > found->share.high;
    }
}

void find_missing(
    const Table& table,
    const std::string& field,
    const std::vector<std::string>& values,
    std::vector<MissingInGroup>& found
) {
    constexpr double points = 0.1;
    constexpr double records_at_least = 20;
    std::map<std::string, double> sizes;
    for (const auto& value : values) ++sizes[value];
    for (std::size_t c = 0; c < table.names.size(); ++c) {
        if (table.names[c] == field) continue;
        std::map<std::string, double> missing;
        double all = 0;
        for (std::size_t row = 0; row < values.size(); ++row)
            if (text_of(table.cells[c][row]) == no_value) ++missing[values[row]], ++all;
        auto overall = all / static_cast<double>(values.size());
        for (const auto& [value, count] : missing) {
            if (sizes[value] < records_at_least) continue;
            auto share = share_of(count, sizes[value]);
            if (share.value > overall + points && share.low > overall)
                found.push_back({field, value, table.names[c], share, overall});
        }
    }
}

}  // namespace

Share share_of(double part, double whole) {
    auto interval = base::wilson(part, whole);
    return {whole > 0 ? part / whole : 0, interval.low, interval.high};
}

BiasReport report_bias(const Table& table, const BiasOptions& options) {
    BiasReport report;
    report.records = table.size();
    for (const auto& [field, shares] : options.reference)
        if (std::find(options.by.begin(), options.by.end(), field) == options.by.end())
            throw base::UsageError(
                fmt::format("field '{}' of the reference", field),
                "is not among those of --by",
                "add it there"
            );
    if (!options.labels.empty())
        report.favourable =
            options.favourable.empty() ? favourable_label(options.labels) : options.favourable;
    std::vector<std::vector<std::string>> values;
    for (const auto& field : options.by) {
        auto column = column_of(table, field);
        values.push_back(group_values(table.cells[column]));
    }
    if (table.size() == 0) return report;
    for (std::size_t i = 0; i < options.by.size(); ++i) {
        auto made = break_down({options.by[i]}, {values[i]}, options, report.favourable);
        if (auto reference = options.reference.find(options.by[i]);
            reference != options.reference.end())
            compare_with_reference(reference->second, report.records, made.groups);
        report.breakdowns.push_back(std::move(made));
        find_missing(table, options.by[i], values[i], report.missing);
    }
    if (options.by.size() > 1)
        report.breakdowns.push_back(break_down(options.by, values, options, report.favourable));
    std::stable_sort(
        report.missing.begin(),
        report.missing.end(),
        [](const MissingInGroup& a, const MissingInGroup& b) {
            return a.share.value - a.overall > b.share.value - b.overall;
        }
    );
    return report;
}

std::map<std::string, std::map<std::string, double>>
parse_reference(std::string_view csv, const std::string& name) {
    std::map<std::string, std::map<std::string, double>> reference;
    std::size_t line = 0;
    auto fail = [&](const std::string& reason) {
        throw base::UsageError(
            fmt::format("{}, line {}", name, line), reason, "write field,value,share"
        );
    };
    while (!csv.empty()) {
        ++line;
        auto end = std::min(csv.find('\n'), csv.size());
        auto text = base::trim(csv.substr(0, end));
        csv.remove_prefix(std::min(end + 1, csv.size()));
        if (text.empty() || (line == 1 && text.starts_with("field,"))) continue;
        auto first = text.find(','), last = text.rfind(',');
        if (first == last) fail("three columns are needed");
        auto value = base::trim(text.substr(first + 1, last - first - 1));
        if (value.size() > 1 && value.front() == '"' && value.back() == '"')
            value = value.substr(1, value.size() - 2);
        auto share = base::parse_number(text.substr(last + 1));
        if (!share || *share < 0 || *share > 1) fail("a share is a number from 0 to 1");
        reference[std::string(base::trim(text.substr(0, first)))][std::string(value)] = *share;
    }
    if (reference.empty()) {
        line = 1;
        fail("there is no share");
    }
    return reference;
}

}  // namespace quality
