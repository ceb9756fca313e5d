#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ingest {

// A message of mail, decoded: RFC 5322, 2045 to 2047, 2231. All texts are UTF-8 without NUL.
struct Mail {
    struct Attachment {
        std::string name;
        std::string media_type;
        std::size_t size = 0;  // decoded
        std::string sha256;    // of the decoded bytes, hexadecimal
    };
    std::string id;  // without < and >
    std::string subject, from, to, cc, date, in_reply_to, references;
    std::string text;  // all text/plain bodies
    std::string html;  // all text/html bodies
    std::vector<Attachment> attachments;
    std::vector<std::pair<std::string, std::string>> headers;  // all, in order, decoded
};

// Nothing if the bytes do not start with a header. What is broken inside (encodings, character
// sets, boundaries) is read as far as it goes. Thread-safe.
std::optional<Mail> parse_mail(std::string_view bytes);

}  // namespace ingest
