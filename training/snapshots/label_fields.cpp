#include "training/snapshots/label_fields.hpp"

#include <algorithm>

#include "base/text/ascii.hpp"

namespace training {

bool made_of(
    const std::string& column,
    const ColumnFields& origins,
    const std::vector<std::string>& fields
) {
    auto known = origins.find(column);
    const auto& origin = known == origins.end() ? column : known->second;
    return std::any_of(fields.begin(), fields.end(), [&](const std::string& field) {
        return origin == field || origin.starts_with(field + ".");
    });
}

bool take_out(TextItem& text, std::string_view value) {
    static constexpr std::string_view between = "\n\n";  // fields of a body, as mapping joins them
    value = base::trim(value);
    if (value.empty()) return false;
    bool found = base::trim(text.title) == value;
    if (found) text.title.clear();
    std::string kept;
    bool in_body = false;
    for (std::string_view rest = text.body; !rest.empty();) {
        auto part = rest.substr(0, rest.find(between));
        rest.remove_prefix(std::min(rest.size(), part.size() + between.size()));
        if (base::trim(part) == value) {
            in_body = true;
            continue;
        }
        if (!kept.empty()) kept += between;
        kept += part;
    }
    if (in_body) text.body = std::move(kept);
    return found || in_body;
}

}  // namespace training
