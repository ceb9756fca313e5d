#include "crawler/fetch/cookie_jar.hpp"

#include <string>
#include <string_view>
#include <vector>

#include "formats/url/url.hpp"

namespace crawler {

namespace {

constexpr std::size_t cookies_at_most = 20'000, look_every = 2'000;

// Whose a line of curl's Netscape cookie format is: its first field.
bool is_of_session(std::string_view line, const SignIn* sign_in) {
    if (line.starts_with("#HttpOnly_")) line.remove_prefix(10);
    while (line.starts_with('.')) line.remove_prefix(1);
    auto host = line.substr(0, line.find('\t'));
    auto url = formats::parse_url("http://" + std::string(host) + "/");
    return sign_in && url && sign_in->covers(*url);
}

}  // namespace

void CookieJar::saw(std::size_t cookies, CURL* easy, const SignIn* sign_in) {
    seen_ += cookies;
    if (seen_ < look_every) return;
    seen_ = 0;
    curl_slist* lines = nullptr;
    curl_easy_getinfo(easy, CURLINFO_COOKIELIST, &lines);
    std::size_t count = 0;
    std::vector<std::string> kept;
    for (auto* line = lines; line; line = line->next) {
        ++count;
        if (is_of_session(line->data, sign_in)) kept.emplace_back(line->data);
    }
    curl_slist_free_all(lines);
    if (count <= cookies_at_most) return;
    curl_easy_setopt(easy, CURLOPT_COOKIELIST, "ALL");
    for (const auto& line : kept) curl_easy_setopt(easy, CURLOPT_COOKIELIST, line.c_str());
}

}  // namespace crawler
