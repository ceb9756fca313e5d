#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "crawler/fetch/fetch.hpp"
#include "ingest/sources/api/http.hpp"

namespace service {

struct Opening;

// The crawler's fetcher, for one request after the other.
class Line {
public:
    // A request that is under way at the stop is given up.
    explicit Line(crawler::FetchOptions options, std::stop_token stop = {});
    ~Line();

    // Throws base::Error for an address that is wrong or forbidden, which does not get better by
    // trying; `mend` says what to look at; base::Interrupted after the stop. Redirects are answers.
    ingest::api::Response send(const ingest::api::Request& asked, const std::string& mend);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// For a source that is opened: a run's requests end by themselves, a look's are bounded.
std::shared_ptr<Line> line_of(const Opening& opening, crawler::FetchOptions options);

}  // namespace service
