#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "base/numbers/short_figure.hpp"
#include "quality/checks/check_kind.hpp"

namespace quality {

namespace {

// Cramér's V of two columns.
class Association : public Judge {
public:
    explicit Association(double maximum) : maximum_(maximum) {}

    std::optional<bool> look(const Sight& sight) override {
        constexpr std::size_t pairs_at_most = 100'000;
        const auto& values = sight.values;
        if (!is_none(values[0]) && !is_none(values[1]) && pairs_.size() < pairs_at_most)
            ++pairs_[{std::string(values[0]), std::string(values[1])}];
        return std::nullopt;
    }

    void finish(CheckResult& result) override {
        std::map<std::string, double> left, right;
        double all = 0;
        for (const auto& [pair, count] : pairs_) {
            left[pair.first] += count;
            right[pair.second] += count;
            all += count;
        }
        double sum = 0;
        for (const auto& [a, count_a] : left)
            for (const auto& [b, count_b] : right) {
                auto expected = count_a * count_b / all;
                auto found = pairs_.find({a, b});
                auto seen = found == pairs_.end() ? 0 : found->second;
                sum += (seen - expected) * (seen - expected) / expected;
            }
        auto kinds = static_cast<double>(std::min(left.size(), right.size()));
        auto v = kinds > 1 ? std::sqrt(sum / all / (kinds - 1)) : 0;
        result.passed = v <= maximum_;
        result.observed = fmt::format("Cramér's V {}", base::short_figure(v));
    }

private:
    double maximum_;
    std::map<std::pair<std::string, std::string>, double> pairs_;
};

}  // namespace

std::span<const CheckKind> association_checks() {
    static const std::array kinds{CheckKind{
        .name = "association",
        .words = "Cramér's V of the two columns is at most `maximum`",
        .columns = two_columns,
        .needs = {a_maximum},
        .judge = [](const Check& check, const World&) -> std::unique_ptr<Judge> {
            return std::make_unique<Association>(check.maximum.value_or(0));
        },
        .looks = Looks::together}};
    return kinds;
}

}  // namespace quality
