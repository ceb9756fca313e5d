#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include "base/numbers/parse.hpp"
#include "quality/checks/check_kind.hpp"

namespace quality {

namespace {

constexpr std::size_t examples_kept = 10;

std::string listed(const std::vector<std::string>& words) {
    std::string text;
    for (std::size_t i = 0; i < std::min<std::size_t>(5, words.size()); ++i)
        text += (i ? ", " : "") + words[i].substr(0, 40);
    return words.size() > 5 ? text + fmt::format(" and {} more", words.size() - 5) : text;
}

}  // namespace

const std::vector<CheckKind>& check_kinds() {
    static const auto all = [] {
        std::vector<CheckKind> kinds;
        for (auto family :
             {presence_checks(),
              unique_checks(),
              set_checks(),
              range_checks(),
              text_checks(),
              order_checks(),
              condition_checks(),
              extent_checks(),
              statistic_checks(),
              distinct_checks(),
              share_checks(),
              association_checks()})
            kinds.insert(kinds.end(), family.begin(), family.end());
        return kinds;
    }();
    return all;
}

const CheckKind& kind_of(const Check& check) {
    for (const auto& one : check_kinds())
        if (one.name == check.kind) return one;
    throw std::logic_error("no kind of check '" + check.kind + "'");
}

bool is_none(std::string_view value) {
    return value.empty() || (value.size() <= 20 && is_missing(normalised(value)));
}

bool within(const Check& check, double value) {
    if (check.strict)
        return !(check.minimum && value <= *check.minimum) &&
               !(check.maximum && value >= *check.maximum);
    return !(check.minimum && value < *check.minimum) && !(check.maximum && value > *check.maximum);
}

int order_of(std::string_view a, std::string_view b) {
    auto x = base::parse_number(a), y = base::parse_number(b);
    if (x && y) return *x < *y ? -1 : *x > *y;
    return a < b ? -1 : a > b;
}

std::string
compared(const std::vector<std::string>& more, const std::vector<std::string>& missing) {
    std::string text;
    if (!more.empty()) text = "more: " + listed(more);
    if (!missing.empty()) text += (text.empty() ? "missing: " : "; missing: ") + listed(missing);
    return text;
}

const ColumnProfile* column_of(const Check& check, const World& world) {
    auto found = world.profile.columns.find(check.columns.front());
    return found == world.profile.columns.end() ? nullptr : &found->second;
}

void add_failure(CheckResult& result, const Table::Row& row, std::string_view value) {
    ++result.failed;
    if (result.rows.size() < examples_kept || result.check.severity == Severity::quarantine)
        result.rows.push_back(row);
    if (result.examples.size() < examples_kept) result.examples.emplace_back(value.substr(0, 100));
}

}  // namespace quality
