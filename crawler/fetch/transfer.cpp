// What curl calls while a request is under way, and what its end means.
//
// Addresses are checked where the socket is made, the last place before a packet leaves: whatever a
// name led to before, and whichever of its addresses curl tries, none that is refused is reached.
// A callback can only tell curl to stop; why it did is kept in `stopped`, since curl's own code for
// it is the same for all of them.
#include "crawler/fetch/transfer.hpp"

#include <algorithm>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/x509_vfy.h>
#include <sys/socket.h>

#include "base/text/ascii.hpp"
#include "base/text/utf8.hpp"

namespace crawler {

namespace {

std::string address_text(const sockaddr& address) {
    char text[INET6_ADDRSTRLEN] = "";
    if (address.sa_family == AF_INET) {
        inet_ntop(
            AF_INET, &reinterpret_cast<const sockaddr_in&>(address).sin_addr, text, sizeof text
        );
    } else if (address.sa_family == AF_INET6) {
        inet_ntop(
            AF_INET6, &reinterpret_cast<const sockaddr_in6&>(address).sin6_addr, text, sizeof text
        );
    }
    return text;
}

FetchError error_of(CURLcode result) {
    switch (result) {
        case CURLE_COULDNT_RESOLVE_HOST:
            return FetchError::not_found;
        case CURLE_OPERATION_TIMEDOUT:
            return FetchError::timeout;
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_ISSUER_ERROR:
            return FetchError::untrusted;
        case CURLE_URL_MALFORMAT:
        case CURLE_UNSUPPORTED_PROTOCOL:
            return FetchError::bad_url;
        case CURLE_OUT_OF_MEMORY:  // a header line beyond curl's own 100 KiB
            return FetchError::too_large;
        case CURLE_PARTIAL_FILE:
        case CURLE_BAD_CONTENT_ENCODING:
        case CURLE_HTTP2_STREAM:
        case CURLE_WRITE_ERROR:
            return FetchError::cut_short;
        default:
            return FetchError::connect;
    }
}

// Why a certificate is not trusted: OpenSSL's words.
std::string distrust(CURL* easy) {
    long verdict = X509_V_OK;
    curl_easy_getinfo(easy, CURLINFO_SSL_VERIFYRESULT, &verdict);
    return std::string("its certificate is not trusted: ") +
           (verdict == X509_V_OK ? "it is not for this host"
                                 : X509_verify_cert_error_string(verdict));
}

std::optional<std::uint64_t> promised_length(CURL* easy) {
    curl_off_t length = -1;
    curl_easy_getinfo(easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
    if (length <= 0) return std::nullopt;
    return static_cast<std::uint64_t>(length);
}

}  // namespace

Transfer::Transfer(
    const FetchOptions& fetch_options,
    BodyBudget& body_budget,
    const boost::asio::any_io_executor& executor
)
    : options(fetch_options),
      budget(body_budget),
      done(executor, boost::asio::steady_timer::time_point::max()),
      body(fetch_options.limits) {}

void Transfer::set_callbacks(CURL* easy) {
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &Transfer::on_open);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &Transfer::on_body);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &Transfer::on_header);
}

curl_socket_t Transfer::on_open(void* given, curlsocktype, curl_sockaddr* address) {
    auto& transfer = *static_cast<Transfer*>(given);
    auto text = address_text(address->addr);
    const auto& proxys = transfer.proxy_addresses;
    bool allowed = transfer.proxy ? std::find(proxys.begin(), proxys.end(), text) != proxys.end()
                                  : transfer.options.permits(text);
    if (!allowed) {
        transfer.stopped = Stopped::address;
        transfer.response.address = text;
        return CURL_SOCKET_BAD;
    }
    return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

std::size_t Transfer::on_body(char* data, std::size_t, std::size_t size, void* given) {
    auto& transfer = *static_cast<Transfer*>(given);
    auto& response = transfer.response;
    if (transfer.body.received() == 0)
        transfer.stopped = transfer.body.begin(promised_length(transfer.easy), response);
    if (transfer.stopped != Stopped::no) return 0;
    if (transfer.budget.has_to_pause(transfer.easy)) return CURL_WRITEFUNC_PAUSE;
    auto before = response.body.size();
    transfer.stopped = transfer.body.add({data, size}, response.body);
    transfer.budget.grew(response.body.size() - before);
    return transfer.stopped == Stopped::no ? size : 0;
}

std::size_t Transfer::on_header(char* data, std::size_t, std::size_t size, void* given) {
    auto& transfer = *static_cast<Transfer*>(given);
    transfer.header_bytes += size;
    if (transfer.header_bytes > transfer.options.limits.headers) {
        transfer.stopped = Stopped::headers;
        return 0;
    }
    auto line = base::trim(std::string_view(data, size));
    if (line.starts_with("HTTP/")) {  // an interim answer came before
        transfer.response.headers.clear();
    } else if (auto colon = line.find(':'); colon != line.npos) {
        transfer.response.headers.emplace_back(
            base::to_lower(base::trim(line.substr(0, colon))),
            base::mend_utf8(base::trim(line.substr(colon + 1)))
        );
    }
    return size;
}

void Transfer::refuse(FetchError error, std::string message) {
    response.error = error;
    response.message = std::move(message);
}

void Transfer::refuse_address(const std::string& address) {
    response.address = address;
    refuse(FetchError::refused_address, address + " is a private address");
}

bool Transfer::take_outcome(CURLcode result, const std::string& proxy_name) {
    long status = 0, version = 0;
    curl_off_t total = 0;
    char* address = nullptr;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(easy, CURLINFO_HTTP_VERSION, &version);
    curl_easy_getinfo(easy, CURLINFO_TOTAL_TIME_T, &total);
    curl_easy_getinfo(easy, CURLINFO_PRIMARY_IP, &address);
    response.wire_bytes = body.received();
    response.elapsed = std::chrono::milliseconds(total / 1000);
    // Through a proxy it is the proxy's.
    if (address && *address && !proxy) response.address = address;
    response.version = version == CURL_HTTP_VERSION_2_0 ? "2" : "1.1";
    auto fault = result == CURLE_OK ? body.fault_of_length(response, status) : std::string_view();
    if (proxy && is_proxys_fault(result, status)) {
        refuse(FetchError::proxy, proxy_name + ": " + proxys_fault(result, status));
        response.body.clear();
        return true;
    }
    if (!fault.empty()) {
        refuse(FetchError::cut_short, std::string(fault));
        response.body.clear();
    } else if (result == CURLE_OK) {
        response.status = static_cast<int>(status);
    } else {
        fail(result);
    }
    return false;
}

bool Transfer::is_proxys_fault(CURLcode result, long status) const {
    long connected = 0, why = 0;
    curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &connected);
    curl_easy_getinfo(easy, CURLINFO_PROXY_ERROR, &why);
    // What a SOCKS proxy says of the target is not its own fault.
    bool of_target =
        why >= CURLPX_REPLY_ADDRESS_TYPE_NOT_SUPPORTED && why <= CURLPX_REPLY_TTL_EXPIRED;
    if (status == 407 || connected == 407) return true;
    return stopped == Stopped::no &&
           (result == CURLE_COULDNT_RESOLVE_PROXY || result == CURLE_COULDNT_CONNECT ||
            (result == CURLE_PROXY && !of_target));
}

std::string Transfer::proxys_fault(CURLcode result, long status) const {
    long connected = 0;
    curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &connected);
    if (status == 407 || connected == 407) return "wants another login";
    return curl_easy_strerror(result);
}

void Transfer::fail(CURLcode result) {
    response.body.clear();
    const auto& limits = options.limits;
    switch (stopped) {
        case Stopped::no: {
            auto error = error_of(result);
            return refuse(
                error, error == FetchError::untrusted ? distrust(easy) : curl_easy_strerror(result)
            );
        }
        case Stopped::address:
            return refuse_address(std::string(response.address));
        case Stopped::body:
            return refuse(
                FetchError::too_large, "body beyond " + std::to_string(limits.body) + " bytes"
            );
        case Stopped::headers:
            return refuse(
                FetchError::too_large, "headers beyond " + std::to_string(limits.headers) + " bytes"
            );
        case Stopped::expansion:
            return refuse(FetchError::too_large, "a compressed body that grows too much");
        case Stopped::coding:
            return refuse(FetchError::cut_short, "the compressed body is broken");
        case Stopped::unknown_coding:
            return refuse(
                FetchError::cut_short,
                "content encoding '" + std::string(response.header("content-encoding")) +
                    "' is not known"
            );
    }
}

}  // namespace crawler
