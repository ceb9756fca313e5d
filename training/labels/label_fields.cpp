#include "training/labels/label_fields.hpp"

#include <algorithm>

#include "base/text/ascii.hpp"

namespace training {

namespace {

bool is_within(const std::string& name, const std::vector<std::string>& fields) {
    return std::any_of(fields.begin(), fields.end(), [&](const std::string& field) {
        return name == field || name.starts_with(field + ".");
    });
}

}  // namespace

std::vector<std::string> with_names(std::vector<std::string> fields, const ColumnFields& origins) {
    auto all = fields;
    for (const auto& [name, origin] : origins)
        if (is_within(origin, fields) && !is_within(name, all)) all.push_back(name);
    return all;
}

bool made_of(
    const std::string& column,
    const ColumnFields& origins,
    const std::vector<std::string>& fields
) {
    auto [first, last] = origins.equal_range(column);
    if (first == last) return is_within(column, fields);
    return std::any_of(first, last, [&](const auto& origin) {
        return is_within(origin.second, fields);
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
