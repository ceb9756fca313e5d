#include "ingest/mapping/draft_values.hpp"

#include <utility>

#include "base/text/ascii.hpp"
#include "formats/dataset/cell.hpp"
#include "formats/image/image.hpp"

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

bool take_blob(
    const RawRecord& record,
    std::span<const formats::Field> given,
    std::vector<formats::Field>& others,
    schema::Draft& draft,
    schema::Reject& bad
) {
    draft.image = record.image;
    draft.media = record.media;
    if (!record.text.empty()) {
        auto& text = draft.text.emplace();
        text.body = record.text;
        for (const auto& field : given)
            if (field.name == "title") text.title = field.value;
    }
    draft.blob.assign(record.blob);
    if (record.page) return true;
    draft.media_type.assign(record.media_type);
    if (!record.blob.empty()) return true;
    for (std::size_t i = 0; i < given.size(); ++i) {
        if (!formats::is_picture_uri(given[i].value)) continue;
        auto picture = formats::picture_of_uri(given[i].value);
        if (!picture) continue;
        auto examined = formats::examine_image(picture->bytes);
        if (const auto* why = std::get_if<std::string>(&examined)) {
            bad.code = "image.broken";
            bad.column = given[i].name;
            bad.reason = *why;
            return false;
        }
        draft.image = std::get<formats::Image>(examined);
        draft.media_type = formats::media_type_of_format(draft.image->format);
        draft.blob = std::move(picture->bytes);
        others.assign(given.begin(), given.end());
        others.erase(others.begin() + static_cast<std::ptrdiff_t>(i));
        return true;
    }
    return true;
}

}  // namespace ingest
