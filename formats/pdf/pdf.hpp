#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

#include "formats/media/media_measures.hpp"

namespace formats {

struct Pdf {
    Media media;        // its pages, and the size of the first in points
    std::string title;  // as the document has it; may be empty
    std::string text;   // UTF-8, pages parted by a blank line; empty of pictures of pages
    std::string note;   // why there is less of the text than there might be; empty: there is not
};

struct PdfFault {
    enum class Kind { broken, password } kind = Kind::broken;
    std::string reason;  // one line
};

// What a reader may take of the machine for one document.
struct PdfLimits {
    int seconds = 20;                       // of a processor
    std::size_t memory = 1UL << 30U;        // bytes
    std::size_t text = 16UL * 1024 * 1024;  // bytes
};

// Reads a document by pdfinfo and pdftotext of Poppler, as programs of their own: what is foreign
// and broken can then neither end this one nor take all of its memory. Throws base::Error if they
// are not installed or can not be started. Thread-safe.
std::variant<Pdf, PdfFault> examine_pdf(std::string_view bytes, const PdfLimits& limits = {});

bool is_pdf(std::string_view head);

}  // namespace formats
