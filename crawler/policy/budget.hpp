#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "formats/url/url.hpp"

namespace crawler {

// How many pages of a round may be kept, by where they lie. 0: no limit.
struct BudgetRules {
    std::uint64_t per_host = 0;
    std::uint64_t per_depth = 0;  // links away from a seed
    std::uint64_t per_path = 0;   // host and first directory: "example.org/forum/"
    std::vector<std::pair<std::string, std::uint64_t>>
        prefixes{};  // paths that begin so: "/forum/", 500
    bool any() const { return per_host || per_depth || per_path || !prefixes.empty(); }
};

// "500", or "/forum/=500"; nothing for anything else.
std::optional<std::pair<std::string, std::uint64_t>> parse_path_budget(std::string_view text);

// Counts the pages of each budget: those stored by any worker, as the database last said, and
// those of this worker that are under way. Empty of cost if no rule is set.
class Budget {
public:
    explicit Budget(BudgetRules rules = {}) : rules_(std::move(rules)) {}

    // The name of the budget that every page counts for.
    static constexpr const char* pages = "pages";

    struct Share {
        std::string name;  // "host example.org", "path example.org/forum/", "depth 3"
        std::uint64_t limit;
    };
    // The budgets that a page counts for.
    std::vector<Share> shares(const formats::Url& url, int depth) const;

    // The first of them that is spent, or empty.
    std::string spent(const std::vector<Share>& shares) const;
    // Whether one would be spent if what is under way were kept: then the page has to wait.
    bool has_to_wait(const std::vector<Share>& shares) const;
    void begin(const std::vector<Share>& shares);
    void end(const std::vector<Share>& shares);
    void set(const std::string& name, std::uint64_t kept) { kept_[name] = kept; }
    std::uint64_t kept(const std::string& name) const;
    bool any() const { return rules_.any(); }

private:
    BudgetRules rules_;
    std::map<std::string, std::uint64_t, std::less<>> kept_, under_way_;
};

}  // namespace crawler
