#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "formats/image/image_measures.hpp"
#include "formats/media/media_measures.hpp"

// Bytes that are a picture, a sound, a film or a document: what kind they are, by their own head,
// and what can be measured of them. Wherever bytes come from, a file, a cell of a table or a
// message, they are told apart and seen through here.
namespace formats {

enum class ContentKind { picture, recording, document };

struct Content {
    std::string media_type;  // IANA, by the bytes
    std::optional<Image> image{};
    std::optional<Media> media{};
    // Of a document: its title and text, and why there is less of the text than there might be.
    std::string title{}, text{}, note{};
};

// Of bytes that are broken.
struct ContentFault {
    std::string code;  // of a reject: "image.broken", "media.broken", "pdf.broken", "pdf.password"
    std::string reason;  // one line
};

using Examined = std::variant<Content, ContentFault>;

// By the first bytes (some thousands are enough); nothing if they are of none.
std::optional<ContentKind> content_kind(std::string_view head);
// "a PNG picture", "a WAV sound", "a PDF": what content_kind() goes by, for people; empty if none.
std::string_view content_name(std::string_view head);
// What a media type, or the name of a file by its ending, promises.
std::optional<ContentKind> promised_by_type(std::string_view media_type);
std::optional<ContentKind> promised_by_name(std::string_view file_name);

// Sees through bytes that are, or should be, of a kind. Throws base::Error where a document can not
// be read for want of a program (pdf.hpp). Thread-safe.
Examined examine_as(ContentKind kind, std::string_view bytes);

// Sees through what may be anything: by its head, whatever was promised; without a known head as
// what was promised; nothing if there is neither. What looks like the frames of an MP3 by chance is
// nothing, too, where no such thing was promised.
std::optional<Examined>
examine_content(std::string_view bytes, std::optional<ContentKind> promised = {});

// What is said of content that is of no known kind: what it is, if that is known, and what to do.
std::string why_no_content(std::string_view bytes);

}  // namespace formats
