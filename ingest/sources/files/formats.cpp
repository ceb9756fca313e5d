#include <array>

#include "ingest/sources/files/format.hpp"

namespace ingest {

std::span<const Format* const> formats() {
    static constexpr std::array all{
        &csv_format,    &tsv_format,  &fixed_format,   &html_format,  &feed_format,
        &jsonl_format,  &json_format, &xml_format,     &mbox_format,  &message_format,
        &deb822_format, &idx_format,  &media_format,   &pdf_format,   &images_format,
        &files_format,  &yaml_format, &parquet_format, &excel_format,
    };
    return all;
}

const Format* find_format(std::string_view name) {
    for (const auto* format : formats())
        if (format->name == name) return format;
    return nullptr;
}

const Format* format_of_media_type(std::string_view type) {
    for (const auto* format : formats())
        for (auto one : format->media_types)
            if (one == type) return format;
    return nullptr;
}

std::string format_names() {
    std::string names;
    for (const auto* format : formats()) names.append(format->name) += ", ";
    return names + "auto";
}

}  // namespace ingest
