#include "crawler/fetch/curl_handles.hpp"

#include "base/error.hpp"
#include "crawler/fetch/transfer.hpp"

namespace crawler {

CurlShare::CurlShare(bool cookies) : share_(curl_share_init()) {
    if (!share_) throw base::Error("curl", "can not be started");
    if (cookies) curl_share_setopt(share_, CURLSHOPT_SHARE, CURL_LOCK_DATA_COOKIE);
    curl_share_setopt(share_, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
}

CurlHandles::~CurlHandles() {
    for (auto* easy : all_) curl_easy_cleanup(easy);
}

CURL* CurlHandles::make() {
    auto* easy = curl_easy_init();
    if (!easy) throw base::Error("curl", "is out of memory");
    all_.push_back(easy);
    auto set = [easy](auto option, auto value) { curl_easy_setopt(easy, option, value); };
    const auto& limits = options_.limits;
    set(CURLOPT_SHARE, share_.get());
    if (options_.cookies) set(CURLOPT_COOKIEFILE, "");  // only starts the engine
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set(CURLOPT_PATH_AS_IS, 1L);
    set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
    set(CURLOPT_ACCEPT_ENCODING, "gzip, deflate, br, zstd");
    set(CURLOPT_HTTP_CONTENT_DECODING, 0L);  // coding.hpp notices a body that was cut short
    set(CURLOPT_USERAGENT, options_.user_agent.c_str());
    set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(limits.connect.count()));
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(limits.total.count()));
    set(CURLOPT_LOW_SPEED_LIMIT, 1L);
    set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(limits.stalled.count() / 1000 + 1));
    set(CURLOPT_MAXAGE_CONN, 60L);
    set(CURLOPT_BUFFERSIZE, 65536L);
    set(CURLOPT_DNS_CACHE_TIMEOUT, names_kept);
    set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    set(CURLOPT_PROXY, "");    // whatever the environment says
    set(CURLOPT_NOPROXY, "");  // likewise: no_proxy would lead around the guard
    if (!options_.ca_file.empty()) {
        set(CURLOPT_CAINFO, options_.ca_file.c_str());
        set(CURLOPT_PROXY_CAINFO, options_.ca_file.c_str());
    }
    Transfer::set_callbacks(easy);
    return easy;
}

CURL* CurlHandles::take() {
    if (spare_.empty()) return make();
    auto* easy = spare_.back();
    spare_.pop_back();
    return easy;
}

void CurlHandles::give_back(CURL* easy) {
    auto clear = [easy](auto option) { curl_easy_setopt(easy, option, nullptr); };
    clear(CURLOPT_HTTPHEADER);
    clear(CURLOPT_RESOLVE);
    clear(CURLOPT_CONNECT_TO);
    curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
    spare_.push_back(easy);
}

}  // namespace crawler
