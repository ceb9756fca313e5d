#include "service/paging.hpp"

#include "base/error.hpp"
#include "base/numbers/parse.hpp"

namespace service {

const base::Settings<Paging> Paging::settings{
    {"limit", &Paging::limit, "at most so many", {.low = 1, .high = 200}},
    {"after", &Paging::after, "the 'next' of the part before"},
};

std::optional<std::int64_t> Paging::after_number() const {
    if (after.empty()) return std::nullopt;
    auto number = base::whole_number<std::int64_t>(after, 10);
    if (!number)
        throw base::UsageError(
            "'after'", "is not the 'next' of an earlier answer", "leave it out for the first part"
        );
    return number;
}

}  // namespace service
