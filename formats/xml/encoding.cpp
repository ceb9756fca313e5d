// What an XML document is encoded in. RFC 7303 would believe the header before the document and the
// document before its bytes; of feeds in the wild half of those that say us-ascii or iso-8859-1 are
// UTF-8, and some that say UTF-8 are what an editor of 1999 wrote.
#include <algorithm>

#include "base/text/ascii.hpp"
#include "base/text/decoder.hpp"
#include "base/text/encoding_guess.hpp"
#include "base/text/utf8.hpp"
#include "formats/text/charset.hpp"
#include "formats/text/media_type.hpp"
#include "formats/xml/xml.hpp"

namespace formats {

namespace {

using E = base::Encoding;

bool is_believed(std::optional<E> label, std::string_view bytes) {
    for (auto never : {E::utf8, E::replacement, E::utf16be, E::utf16le})
        if (label == never) return false;
    return label && !is_rather_utf8(bytes, *label);
}

base::EncodingGuess encoding_of_xml(std::string_view bytes, std::string_view content_type) {
    constexpr std::size_t start = 4096;
    if (auto found = base::guess_from_start(bytes.substr(0, start))) return *found;
    const auto label = base::encoding_of_label(media_type_of(content_type).charset);
    if (is_believed(label, bytes)) return {*label, 0, "as its server says"};
    if (const auto said = believed_declaration(bytes)) return {*said, 0, "as declared"};
    return base::guess_from_letters(bytes);
}

}  // namespace

std::optional<base::Encoding> believed_declaration(std::string_view head) {
    const auto at = head.find_first_not_of(" \t\r\n");
    const auto label = declared_by_xml(head.substr(std::min(at, head.size())));
    return is_believed(label, head) ? label : std::nullopt;
}

std::string decode_xml(std::string_view bytes, std::string_view content_type) {
    const auto found = encoding_of_xml(bytes, content_type);
    return base::decode_as(bytes.substr(found.bom), found.encoding);
}

}  // namespace formats
