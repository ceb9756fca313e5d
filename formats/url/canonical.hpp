#pragma once

#include <string>
#include <string_view>

#include "formats/url/url.hpp"

namespace crawler {

// The one spelling of a web address under which a page is fetched, compared and stored. From the
// parsed URL it drops the fragment, user name and password, a final dot of the host, empty query
// parts, parameters that only track the reader (utm_*, gclid ..) and session ids (PHPSESSID,
// ;jsessionid= ..), decodes %XX of unreserved characters and writes other %XX in upper case (RFC
// 3986, 6.2.2). The order of parameters stays: servers may read meaning into it. URLs of other
// schemes than http and https only lose their fragment.
std::string canonical_url(const Url& url);

// Whether a query parameter of this name never changes the page.
bool is_tracking_parameter(std::string_view name);
bool is_session_parameter(std::string_view name, std::string_view value);

}  // namespace crawler
