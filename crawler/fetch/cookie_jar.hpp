#pragma once

#include <cstddef>

#include <curl/curl.h>

#include "crawler/fetch/sign_in.hpp"

namespace crawler {

// Bounds the cookies that curl keeps: a crawl of a million sites must not keep a million sessions.
// When there are more than 20,000, all go but those of the site we signed in to.
class CookieJar {
public:
    // An answer brought `cookies`. `easy` is any handle of the jar's share; `sign_in` may be null.
    void saw(std::size_t cookies, CURL* easy, const SignIn* sign_in);

private:
    std::size_t seen_ = 0;  // since it was looked at
};

}  // namespace crawler
