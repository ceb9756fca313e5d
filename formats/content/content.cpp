// The readers of heads are asked one after the other: pictures, documents, recordings. That of MP3
// comes last, for a sound without a tag begins with eleven bits that hashes and compressed bytes
// begin with as well; where nobody promised a sound, one that cannot be read through is none.
#include "formats/content/content.hpp"

#include <fmt/format.h>

#include "base/text/ascii.hpp"
#include "formats/image/image.hpp"
#include "formats/media/media.hpp"
#include "formats/pdf/pdf.hpp"
#include "formats/signature/signature.hpp"

namespace formats {

namespace {

using namespace std::string_view_literals;

constexpr auto headless_sound = "an MP3 sound"sv;

std::string_view picture_name(std::string_view head) {
    if (head.starts_with("\x89PNG\r\n\x1a\n"sv)) return "a PNG picture";
    if (head.starts_with("\xFF\xD8\xFF"sv)) return "a JPEG picture";
    if (head.starts_with("GIF87a"sv) || head.starts_with("GIF89a"sv)) return "a GIF picture";
    if (head.starts_with("RIFF"sv) && head.substr(8, 4) == "WEBP"sv) return "a WebP picture";
    if (head.starts_with("II*\0"sv) || head.starts_with("MM\0*"sv)) return "a TIFF picture";
    return {};
}

Examined picture(std::string_view bytes) {
    auto examined = examine_image(bytes);
    if (auto* reason = std::get_if<std::string>(&examined))
        return ContentFault{"image.broken", std::move(*reason)};
    auto& image = std::get<Image>(examined);
    Content content{.media_type = media_type_of_format(image.format)};
    content.image = std::move(image);
    return content;
}

Examined recording(std::string_view bytes) {
    auto examined = examine_media(bytes);
    if (auto* reason = std::get_if<std::string>(&examined))
        return ContentFault{"media.broken", std::move(*reason)};
    auto& media = std::get<Media>(examined);
    Content content{.media_type = media.type};
    content.media = std::move(media);
    return content;
}

Examined document(std::string_view bytes) {
    if (!is_pdf(bytes)) return ContentFault{"pdf.broken", "it does not begin as a PDF does"};
    auto examined = examine_pdf(bytes);
    if (auto* fault = std::get_if<PdfFault>(&examined)) {
        const bool locked = fault->kind == PdfFault::Kind::password;
        return ContentFault{locked ? "pdf.password" : "pdf.broken", std::move(fault->reason)};
    }
    auto& pdf = std::get<Pdf>(examined);
    Content content{.media_type = "application/pdf"};
    content.media = std::move(pdf.media);
    content.title = std::move(pdf.title);
    content.text = std::move(pdf.text);
    content.note = std::move(pdf.note);
    return content;
}

}  // namespace

std::string_view content_name(std::string_view head) {
    if (auto name = picture_name(head); !name.empty()) return name;
    if (is_pdf(head)) return "a PDF";
    return media_signature(head);
}

std::optional<ContentKind> content_kind(std::string_view head) {
    if (!picture_name(head).empty()) return ContentKind::picture;
    if (is_pdf(head)) return ContentKind::document;
    if (!media_signature(head).empty()) return ContentKind::recording;
    return std::nullopt;
}

std::optional<ContentKind> promised_by_type(std::string_view media_type) {
    const auto type =
        base::to_lower(base::trim(media_type.substr(0, media_type.find_first_of(";,"))));
    if (type.starts_with("image/")) return ContentKind::picture;
    if (type.starts_with("audio/") || type.starts_with("video/") || type == "application/ogg")
        return ContentKind::recording;
    if (type == "application/pdf" || type == "application/x-pdf") return ContentKind::document;
    return std::nullopt;
}

std::optional<ContentKind> promised_by_name(std::string_view file_name) {
    const auto dot = file_name.rfind('.');
    if (dot == file_name.npos) return std::nullopt;
    const auto ending = base::to_lower(file_name.substr(dot + 1));
    for (auto one : {"png", "jpg", "jpeg", "gif", "webp", "tif", "tiff"})
        if (ending == one) return ContentKind::picture;
    for (auto one :
         {"wav",
          "mp3",
          "flac",
          "ogg",
          "oga",
          "ogv",
          "opus",
          "m4a",
          "m4v",
          "mp4",
          "mov",
          "webm",
          "mkv",
          "mka"})
        if (ending == one) return ContentKind::recording;
    if (ending == "pdf") return ContentKind::document;
    return std::nullopt;
}

Examined examine_as(ContentKind kind, std::string_view bytes) {
    switch (kind) {
        case ContentKind::picture:
            return picture(bytes);
        case ContentKind::recording:
            return recording(bytes);
        default:
            return document(bytes);
    }
}

std::optional<Examined>
examine_content(std::string_view bytes, std::optional<ContentKind> promised) {
    const auto kind = content_kind(bytes);
    if (!kind) return promised ? std::optional(examine_as(*promised, bytes)) : std::nullopt;
    auto examined = examine_as(*kind, bytes);
    const bool by_chance = kind == ContentKind::recording && !bytes.starts_with("ID3") &&
                           media_signature(bytes) == headless_sound && promised != kind;
    if (by_chance && std::holds_alternative<ContentFault>(examined))
        return promised ? std::optional(examine_as(*promised, bytes)) : std::nullopt;
    return examined;
}

std::string why_no_content(std::string_view bytes) {
    if (bytes.empty()) return "it is empty";
    if (const auto known = signature_of(bytes))
        return fmt::format("it is {}: {}", known->name, known->mend);
    return "it is no picture, sound, film or PDF of a known kind";
}

}  // namespace formats
