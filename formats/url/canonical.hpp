#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "formats/url/url.hpp"

namespace formats {

// The one spelling of a web address under which a page is fetched, compared and stored. From the
// parsed URL it drops the fragment, user name and password, a final dot of the host, empty query
// parts, parameters that only track the reader (utm_*, gclid ..) and keys of sessions (PHPSESSID,
// ;jsessionid= ..) but for those named `telling`, decodes %XX of unreserved characters and writes
// other %XX in upper case (RFC 3986, 6.2.2). The order of parameters stays: servers may read
// meaning into it. URLs of other schemes than http and https only lose their fragment.
std::string canonical_url(const Url& url, std::span<const std::string> telling = {});

// Whether a query parameter of this name never changes the page.
bool is_tracking_parameter(std::string_view name);
// Whether it is the key of a session: by its name alone where servers give that name to nothing
// else, else by a value that looks like one, too.
bool is_session_parameter(std::string_view name, std::string_view value);

// Parameters that look like a session's and are none: a page has one session, so what differs
// between the addresses that one page leads to tells their pages apart.
class SessionNames {
public:
    SessionNames() = default;
    // Of the links of a page: what its own canonical address holds was found to tell.
    explicit SessionNames(const Url& page);

    void add(const Url& url);
    // In lower case; for canonical_url().
    const std::vector<std::string>& telling() const { return telling_; }

private:
    template <typename Note>
    static void each(const Url& url, Note note);

    std::map<std::string, std::string> values_;
    std::vector<std::string> telling_;
};

}  // namespace formats
