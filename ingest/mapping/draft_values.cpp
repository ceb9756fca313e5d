#include "ingest/mapping/draft_values.hpp"

#include <utility>

#include "base/text/ascii.hpp"

namespace ingest {

void clear(schema::Draft& draft) {
    schema::Draft empty;
    std::swap(empty.key, draft.key);
    std::swap(empty.payload, draft.payload);
    std::swap(empty.numbers, draft.numbers);
    std::swap(empty.categories, draft.categories);
    std::swap(empty.blob, draft.blob);
    empty.key.clear();
    empty.payload.clear();
    empty.numbers.clear();
    empty.categories.clear();
    empty.blob.clear();
    draft = std::move(empty);
}

bool is_false(std::string_view value) {
    return value == "0" || value == "false" || value == "no" || value == "False" || value == "No" ||
           value == "FALSE" || value == "NO";
}

double count_items(std::string_view value, std::string_view separator) {
    double items = 0;
    for (;;) {
        auto end = value.find(separator);
        if (!base::trim(value.substr(0, end)).empty()) ++items;
        if (end == value.npos) return items;
        value.remove_prefix(end + separator.size());
    }
}

}  // namespace ingest
