#pragma once

#include <memory>
#include <string>

#include "crawler/fetch/fetch.hpp"
#include "ingest/sources/api/http.hpp"

namespace app {

// The crawler's fetcher, for one request after the other.
class Line {
public:
    explicit Line(crawler::FetchOptions options);
    ~Line();

    // Throws base::Error for an address that is wrong or forbidden, which does not get better by
    // trying; `mend` says what to look at. Redirects are answers.
    ingest::api::Response send(const ingest::api::Request& asked, const std::string& mend);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace app
