#include "crawler/fetch/received.hpp"

#include <algorithm>
#include <iterator>

namespace crawler {

namespace {

// Headers that tell something of the content. Others differ from answer to answer (date), or are
// secrets (set-cookie).
constexpr std::string_view kept[] = {
    "content-type",
    "content-language",
    "content-disposition",
    "content-signal",
    "content-usage",
    "last-modified",
    "link",
    "location",
    "tdm-policy",
    "tdm-reservation",
    "x-robots-tag",
};

}  // namespace

Received::Received(std::string_view body, std::string_view source) : body_(body), source_(source) {
    if (body.starts_with("\xef\xbb\xbf")) mark_ = 3;
    std::size_t at = 0;
    for (auto i = mark_; i < body.size(); ++i) {
        char c = body[i];
        bool dropped = c == '\0' || (c == '\r' && i + 1 < body.size() && body[i + 1] == '\n');
        if (dropped) {
            dropped_.push_back(at);
            continue;
        }
        if (c == '\r') c = '\n';
        if (at >= source.size() || source[at] != c) return;
        ++at;
    }
    exact_ = at == source.size();
}

std::int64_t Received::offset(std::size_t place) const {
    if (!exact_) return -1;
    auto before = std::upper_bound(dropped_.begin(), dropped_.end(), place) - dropped_.begin();
    return static_cast<std::int64_t>(mark_ + place) + before;
}

std::string_view Received::bytes(std::size_t begin, std::size_t end) const {
    if (!exact_) return source_.substr(begin, end - begin);
    auto from = static_cast<std::size_t>(offset(begin));
    // What was left out just before the end belongs to what comes after.
    auto before = std::lower_bound(dropped_.begin(), dropped_.end(), end) - dropped_.begin();
    auto to = mark_ + end + static_cast<std::size_t>(before);
    return body_.substr(from, to - from);
}

std::string
http_message(const Response& response, std::string_view body, std::string_view charset) {
    auto text = "HTTP/1.1 " + std::to_string(response.status) + "\r\n";
    for (const auto& [name, value] : response.headers) {
        if (std::find(std::begin(kept), std::end(kept), name) == std::end(kept)) continue;
        text.append(name).append(": ");
        if (name == "content-type" && !charset.empty()) {
            text.append(value.substr(0, value.find(';'))).append("; charset=").append(charset);
        } else {
            text.append(value);
        }
        text.append("\r\n");
    }
    return text.append("\r\n").append(body);
}

}  // namespace crawler
