#include <array>
#include <set>
#include <unordered_set>

#include "base/bytes/hash.hpp"
#include "quality/checks/check_kind.hpp"

namespace quality {

namespace {

// 64-bit hashes instead of values: two of ten million collide with a chance of about three in a
// million.
class Unique : public Judge {
public:
    std::optional<bool> look(const Sight& sight) override {
        std::uint64_t hash = 0;
        for (auto part : sight.values) {
            if (part.empty()) return std::nullopt;
            hash = base::hash_64(part, hash + 1);
        }
        return seen_.insert(hash).second;
    }

private:
    std::unordered_set<std::uint64_t> seen_;
};

bool all_differ(Values values) {
    std::set<std::string_view> different;
    for (auto value : values)
        if (!value.empty() && !different.insert(value).second) return false;
    return true;
}

}  // namespace

std::span<const CheckKind> unique_checks() {
    static const std::array kinds{
        CheckKind{
            .name = "unique",
            .words = "no other record has the value, or the values of the columns together",
            .columns = some_columns,
            .needs = {},
            .judge = [](const Check&, const World&) -> std::unique_ptr<Judge> {
                return std::make_unique<Unique>();
            }},
        CheckKind{
            .name = "unique_within",
            .words = "the columns of a record differ from each other",
            .columns = several_columns,
            .needs = {},
            .judge = [](const Check&, const World&) {
                return judge_each([](const Sight& sight) { return all_differ(sight.values); });
            }}};
    return kinds;
}

}  // namespace quality
