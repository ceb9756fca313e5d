#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <curl/curl.h>

#include "crawler/fetch/fetch.hpp"

namespace crawler {

// A list of curl's, freed at the end.
class CurlList {
public:
    CurlList() = default;
    CurlList(const CurlList&) = delete;
    ~CurlList() { curl_slist_free_all(head_); }
    void add(const std::string& line) { head_ = curl_slist_append(head_, line.c_str()); }
    curl_slist* get() const { return head_; }

private:
    curl_slist* head_ = nullptr;
};

// What transfers have in common: TLS sessions, and cookies if asked for. Connections hold sessions
// of it, so it has to outlive the loop that keeps them.
class CurlShare {
public:
    // Throws base::Error if curl can not be started.
    explicit CurlShare(bool cookies);
    CurlShare(const CurlShare&) = delete;
    ~CurlShare() { curl_share_cleanup(share_); }
    CURLSH* get() const { return share_; }

private:
    CURLSH* share_;
};

// Handles for transfers: made once with what no request changes, and used again.
class CurlHandles {
public:
    // `options` and `share` have to outlive it.
    CurlHandles(const FetchOptions& options, const CurlShare& share)
        : options_(options), share_(share) {}
    CurlHandles(const CurlHandles&) = delete;
    ~CurlHandles();

    // Throws base::Error without memory.
    CURL* take();
    // With nothing left of what the request set.
    void give_back(CURL* easy);

private:
    CURL* make();

    const FetchOptions& options_;
    const CurlShare& share_;
    std::vector<CURL*> all_, spare_;
};

// Seconds that curl keeps what a transfer's CURLOPT_RESOLVE tells it of a name.
constexpr long names_kept = 60;

}  // namespace crawler
