#pragma once

#include <optional>
#include <string>

#include <boost/describe/class.hpp>

#include "formats/media/media_measures.hpp"

namespace schema {

// What queries tell of a version's media, by these names of columns.
struct MediaColumns {
    std::string media_kind, media_as;  // of content_media; empty: it has no row there
    std::optional<double> seconds;
    std::optional<int> pages, media_width, media_height, media_channels, sample_rate;
    std::string blob_type;  // of the version's bytes, as received; empty: none
};
BOOST_DESCRIBE_STRUCT(
    MediaColumns,
    (),
    (media_kind,
     media_as,
     seconds,
     pages,
     media_width,
     media_height,
     media_channels,
     sample_rate,
     blob_type)
)

// Nothing if the version is no sound, film, document or web page.
std::optional<formats::Media> media_of(const MediaColumns& columns);

}  // namespace schema
