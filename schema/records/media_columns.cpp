#include "schema/records/media_columns.hpp"

#include "base/text/ascii.hpp"

namespace schema {

std::optional<formats::Media> media_of(const MediaColumns& columns) {
    if (auto kind = base::parse<formats::MediaKind>(columns.media_kind))
        return formats::Media{
            .kind = *kind,
            .type = columns.media_as,
            .seconds = columns.seconds,
            .pages = columns.pages,
            .width = columns.media_width,
            .height = columns.media_height,
            .channels = columns.media_channels,
            .sample_rate = columns.sample_rate};
    const std::string_view received = columns.blob_type;
    const auto type = base::to_lower(base::trim(received.substr(0, received.find(';'))));
    if (type != "text/html" && type != "application/xhtml+xml") return std::nullopt;
    formats::Media page;
    page.kind = formats::MediaKind::html;
    page.type = "text/html";
    return page;
}

}  // namespace schema
