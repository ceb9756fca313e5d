// Two passes answer all checks: the profile, which was made before, holds what concerns whole
// columns (counts, quantiles, frequent values), and add() sees each record once for the rest. A
// check keeps the place where it last found its columns, since records of one source mostly have
// the same fields in the same order.
//
// Rows that fail are kept in full only for quarantine; others are examples.
#include "quality/checks/checks.hpp"

#include <algorithm>
#include <deque>

#include <fmt/format.h>

#include "base/text/ascii.hpp"
#include "quality/checks/check_kind.hpp"
#include "schema/select/filter.hpp"

namespace quality {

namespace {

std::string_view
value_in(std::span<const formats::Field> fields, const std::string& name, std::size_t& hint) {
    if (hint >= fields.size() || fields[hint].name != name) {
        hint = 0;
        while (hint < fields.size() && fields[hint].name != name) ++hint;
    }
    if (hint == fields.size() || fields[hint].kind == formats::Field::Kind::null) return {};
    return base::trim(fields[hint].value);
}

bool matches(const schema::Filter& filter, std::span<const formats::Field> fields) {
    return filter.matches([&](const std::string& name) -> std::optional<std::string> {
        std::size_t hint = 0;
        auto value = value_in(fields, name, hint);
        if (value.empty()) return std::nullopt;
        return std::string(value);
    });
}

// The first of the columns that no record has.
const std::string* lacking(const std::vector<std::string>& columns, const Profile& profile) {
    const auto found = std::find_if(columns.begin(), columns.end(), [&](const auto& name) {
        return !profile.columns.contains(name);
    });
    return found == columns.end() ? nullptr : &*found;
}

}  // namespace

struct Checker::Impl {
    struct Running {
        CheckResult result;
        const CheckKind* kind = nullptr;
        std::unique_ptr<Judge> judge;
        std::optional<schema::Filter> where;
        std::vector<std::string> columns;  // and the one to sort by
        std::vector<std::size_t> hints;    // where they were in the last record
    };
    Impl(const Profile& profile, std::map<std::string, std::uint64_t> given)
        : others(std::move(given)), world{profile, others} {}

    std::map<std::string, std::uint64_t> others;
    World world;
    std::deque<Running> checks;  // judges refer to their checks, and to the world
    std::vector<std::string_view> values;
};

Checker::Checker(
    std::vector<Check> checks,
    const Profile& profile,
    std::map<std::string, std::uint64_t> others
)
    : impl_(std::make_unique<Impl>(profile, std::move(others))) {
    for (auto& check : checks) {
        auto& one = impl_->checks.emplace_back();
        one.columns = check.columns;
        if (!check.order.empty()) one.columns.push_back(check.order);
        one.hints.resize(one.columns.size());
        if (!check.where.empty()) one.where = schema::Filter::parse(check.where);
        one.result.check = std::move(check);
        one.kind = &kind_of(one.result.check);
        one.judge = one.kind->judge(one.result.check, impl_->world);
    }
}

Checker::~Checker() = default;

void Checker::add(const Table::Row& row, std::span<const formats::Field> fields) {
    auto& values = impl_->values;
    for (auto& one : impl_->checks) {
        if (one.kind->looks == Looks::profile) continue;
        bool chosen = !one.where || matches(*one.where, fields);
        if (!chosen && !one.kind->sees_all) continue;
        values.clear();
        for (std::size_t i = 0; i < one.columns.size(); ++i)
            values.push_back(value_in(fields, one.columns[i], one.hints[i]));
        auto good = one.judge->look({row, values, chosen});
        if (!good) continue;
        auto& result = one.result;
        ++result.examined;
        if (!*good) add_failure(result, row, values.empty() ? result.check.where : values.front());
    }
}

std::vector<CheckResult> Checker::finish() {
    std::vector<CheckResult> results;
    for (auto& one : impl_->checks) {
        auto& result = one.result;
        const auto* lacks = lacking(one.columns, impl_->world.profile);
        if (lacks && !one.kind->of_no_column(result.check)) {
            result.passed = false;
            result.observed = fmt::format("no record has '{}'", *lacks);
            results.push_back(std::move(result));
            continue;
        }
        one.judge->finish(result);
        if (one.kind->looks != Looks::each) {
            result.examined = impl_->world.profile.records;
        } else {
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
