// What a value should have been, in words.
#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "base/numbers/parse.hpp"
#include "base/settings/read.hpp"
#include "base/time/duration.hpp"

namespace base {

using Kind = Shape::Kind;

namespace {

std::string bounds(std::optional<double> low, std::optional<double> high) {
    if (low && high) return fmt::format(" from {} to {}", number_text(*low), number_text(*high));
    if (low) return fmt::format(" of at least {}", number_text(*low));
    if (high) return fmt::format(" of at most {}", number_text(*high));
    return "";
}

std::string whole_bounds(const Shape& shape, const SettingOptions& options) {
    auto low = options.low, high = options.high;
    if (!low && shape.low == 0) low = 0;
    if (!high && shape.high <= 65535) high = static_cast<double>(shape.high);
    return bounds(low, high);
}

std::string span_bounds(const SettingOptions& options) {
    auto text = [](std::optional<double> seconds) {
        return seconds ? duration_text(std::chrono::microseconds(std::llround(*seconds * 1e6)))
                       : "";
    };
    if (options.low && options.high)
        return fmt::format(" from {} to {}", text(options.low), text(options.high));
    if (options.low && *options.low > 0) return " of at least " + text(options.low);
    if (options.high) return " of at most " + text(options.high);
    return "";
}

std::vector<std::string> names_of(std::span<const Shape::Term> terms) {
    std::vector<std::string> names;
    for (const auto& term : terms) names.emplace_back(term.name);
    return names;
}

std::string of_text(const Shape& shape, const SettingOptions& options) {
    if (!options.choices.empty()) return one_of(options.choices);
    if (options.secret) return "env:NAME or file:PATH";
    return shape.wanted.empty() ? "a text" : std::string(shape.wanted);
}

std::string several(const Shape& shape, const SettingOptions& options) {
    switch (shape.kind) {
        case Kind::text:
            if (!options.choices.empty()) return one_of(options.choices);
            if (options.secret) return "env:NAME or file:PATH";
            return shape.wanted.empty() ? "texts" : std::string(shape.wanted);
        case Kind::whole:
            return "whole numbers" + whole_bounds(shape, options);
        case Kind::number:
            return "numbers" + bounds(options.low, options.high);
        case Kind::record:
        case Kind::table:
        case Kind::free_table:
            return "tables";
        case Kind::list:
            return "lists of " + several(shape.inner(), options);
        case Kind::span:
            return "spans of time";
        case Kind::free:
            return "values";
        default:
            return wanted(shape, options);
    }
}

// Letters to change, add, drop or swap with their neighbour (optimal string alignment).
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> two_ago, ago(b.size() + 1), row(b.size() + 1);
    std::iota(ago.begin(), ago.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            row[j] =
                std::min({ago[j] + 1, row[j - 1] + 1, ago[j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U)}
                );
            bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (swapped) row[j] = std::min(row[j], two_ago[j - 2] + 1);
        }
        two_ago = ago;
        ago = row;
    }
    return ago.back();
}

}  // namespace

std::string wanted(const Shape& shape, const SettingOptions& options) {
    switch (shape.kind) {
        case Kind::truth:
            return "true or false";
        case Kind::whole:
            return "a whole number" + whole_bounds(shape, options);
        case Kind::number:
            return "a number" + bounds(options.low, options.high);
        case Kind::text:
            return of_text(shape, options);
        case Kind::span:
            return "a span of time such as 90s, 15m, 6h or 7d" + span_bounds(options);
        case Kind::time:
            return "a time such as 2024-05-01 or 2024-05-01T12:00:00Z";
        case Kind::word:
            return one_of(names_of(shape.terms));
        case Kind::free:
            return "any value";
        case Kind::free_table:
        case Kind::record:
            return "a table";
        case Kind::free_list:
            return "a list";
        case Kind::optional:
            return wanted(shape.inner(), options);
        case Kind::list:
            return "a list of " + several(shape.inner(), options);
        case Kind::table:
            return "a table of " + several(shape.inner(), options);
        case Kind::either:
            break;
    }
    std::string text;
    for (auto alternative : shape.alternatives)
        text.append(text.empty() ? "" : ", or ").append(wanted(alternative(), options));
    return text;
}

std::string mend_of_unknown(std::string_view text, const std::vector<std::string>& known) {
    std::string list;
    const std::string* nearest = nullptr;
    std::size_t least = std::min<std::size_t>(3, 1 + text.size() / 4);
    for (const auto& name : known) {
        list.append(list.empty() ? "known: " : ", ").append(name);
        if (auto far = distance(text, name); far <= least && far < name.size()) {
            if (nearest && far == least) continue;
            nearest = &name;
            least = far;
        }
    }
    return nearest ? fmt::format("did you mean '{}'? {}", *nearest, list) : list;
}

}  // namespace base
