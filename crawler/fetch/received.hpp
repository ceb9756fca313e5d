#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "crawler/fetch/fetch.hpp"

namespace crawler {

// Where the parts of a parsed page stand among its bytes as received.
class Received {
public:
    // `source` is what Document::source() says of the page made of `body`. Both have to outlive it.
    Received(std::string_view body, std::string_view source);

    // Whether the page was UTF-8, so that its parts are parts of the body.
    bool is_exact() const { return exact_; }
    // Of an octet of the source; -1 if it is not exact.
    std::int64_t offset(std::size_t place) const;
    // The octets [begin, end) of the source as received, or as decoded if it is not exact.
    std::string_view bytes(std::size_t begin, std::size_t end) const;

private:
    std::string_view body_, source_;
    std::size_t mark_ = 0;              // octets of the byte order mark
    std::vector<std::size_t> dropped_;  // places in the source before which an octet was left out
    bool exact_ = false;
};

// A response as rejects and fixtures keep it: a status line, the headers that tell something of the
// content (type, language, opt-outs ..), and `body`. The same page gives the same bytes. `charset`,
// if not empty, overrules that of its Content-Type.
std::string
http_message(const Response& response, std::string_view body, std::string_view charset = {});

}  // namespace crawler
