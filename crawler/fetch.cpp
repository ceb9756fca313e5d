#include "crawler/fetch.hpp"

#include <algorithm>
#include <list>
#include <unordered_map>
#include <vector>

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/error.hpp"
#include "crawler/characters.hpp"

namespace crawler {

namespace asio = boost::asio;

namespace {

struct CurlLibrary {
    CurlLibrary() { curl_global_init(CURL_GLOBAL_DEFAULT); }
};

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

// Why a request was stopped from inside one of curl's callbacks.
enum class Stopped { no, address, body, headers, expansion };

}  // namespace

std::string_view name_of(FetchError error) {
    switch (error) {
        case FetchError::none:
            return "none";
        case FetchError::refused_address:
            return "refused_address";
        case FetchError::not_found:
            return "not_found";
        case FetchError::connect:
            return "connect";
        case FetchError::timeout:
            return "timeout";
        case FetchError::too_large:
            return "too_large";
        case FetchError::bad_url:
            return "bad_url";
        case FetchError::cut_short:
            return "cut_short";
        case FetchError::stopped:
            return "stopped";
    }
    return "none";
}

std::string_view Response::header(std::string_view name) const {
    for (const auto& [key, value] : headers)
        if (key == name) return value;
    return {};
}

struct Fetcher::Impl {
    struct Transfer {
        Transfer(Impl& owner, const asio::any_io_executor& executor) : impl(owner), done(executor) {
            done.expires_at(asio::steady_timer::time_point::max());
        }
        Impl& impl;
        asio::steady_timer done;
        CURL* easy = nullptr;
        curl_slist* headers = nullptr;
        Response response;
        std::size_t header_bytes = 0;
        Stopped stopped = Stopped::no;
        bool finished = false;
    };

    // One descriptor that curl waits for. It outlives its fd only inside a pending wait's handler.
    struct Watch {
        explicit Watch(const asio::any_io_executor& executor) : descriptor(executor) {}
        asio::posix::stream_descriptor descriptor;
        int wanted = 0;        // CURL_POLL_*
        bool waiting[2] = {};  // a wait for reading, writing is pending
        bool own = false;      // opened by us: curl tells when it closes
        bool alive = true;
    };

    Impl(asio::any_io_executor on, FetchOptions given)
        : executor(std::move(on)), options(std::move(given)), timer(executor) {
        static CurlLibrary library;
        multi = curl_multi_init();
        if (!multi) throw base::Error("curl", "can not be started");
        curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, &Impl::on_socket);
        curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, this);
        curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, &Impl::on_timer);
        curl_multi_setopt(multi, CURLMOPT_TIMERDATA, this);
        curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, 512L);
        curl_multi_setopt(multi, CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
    }

    ~Impl() {
        timer.cancel();
        for (auto* transfer : active) curl_multi_remove_handle(multi, transfer->easy);
        for (auto* easy : spare) curl_easy_cleanup(easy);
        curl_multi_cleanup(multi);
        for (auto& [fd, watch] : watches) forget(*watch);
    }

    // ---- curl calls us

    static int on_socket(CURL*, curl_socket_t fd, int what, void* self, void*) {
        static_cast<Impl*>(self)->watch(fd, what);
        return 0;
    }

    static int on_timer(CURLM*, long millis, void* self) {
        static_cast<Impl*>(self)->arm(millis);
        return 0;
    }

    static curl_socket_t on_open(void* data, curlsocktype, curl_sockaddr* address) {
        auto& transfer = *static_cast<Transfer*>(data);
        auto text = address_text(address->addr);
        if (!transfer.impl.options.allow_private && transfer.impl.options.proxy.empty() &&
            is_private_address(text)) {
            transfer.stopped = Stopped::address;
            transfer.response.address = text;
            return CURL_SOCKET_BAD;
        }
        auto fd = ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
        if (fd >= 0) transfer.impl.opened(fd);
        return fd;
    }

    static int on_close(void* self, curl_socket_t fd) {
        static_cast<Impl*>(self)->closing(fd);
        return ::close(fd);
    }

    static std::size_t on_body(char* data, std::size_t, std::size_t size, void* given) {
        auto& transfer = *static_cast<Transfer*>(given);
        auto& body = transfer.response.body;
        const auto& limits = transfer.impl.options.limits;
        if (body.size() + size > limits.body) {
            transfer.stopped = Stopped::body;
            return 0;
        }
        if (body.empty()) {
            curl_off_t length = -1;
            curl_easy_getinfo(transfer.easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
            if (length > 0)
                body.reserve(std::min<std::size_t>(static_cast<std::size_t>(length), 1U << 20U));
        }
        body.append(data, size);
        constexpr std::size_t unsuspicious = 1U << 20U;
        if (body.size() > unsuspicious) {
            curl_off_t received = 0;
            curl_easy_getinfo(transfer.easy, CURLINFO_SIZE_DOWNLOAD_T, &received);
            if (static_cast<double>(body.size()) >
                limits.expansion * static_cast<double>(std::max<curl_off_t>(received, 1))) {
                transfer.stopped = Stopped::expansion;
                return 0;
            }
        }
        return size;
    }

    static std::size_t on_header(char* data, std::size_t, std::size_t size, void* given) {
        auto& transfer = *static_cast<Transfer*>(given);
        transfer.header_bytes += size;
        if (transfer.header_bytes > transfer.impl.options.limits.headers) {
            transfer.stopped = Stopped::headers;
            return 0;
        }
        auto line = trim(std::string_view(data, size));
        if (line.starts_with("HTTP/")) {  // an interim answer came before
            transfer.response.headers.clear();
        } else if (auto colon = line.find(':'); colon != line.npos) {
            transfer.response.headers.emplace_back(
                to_lower(trim(line.substr(0, colon))), valid_utf8(trim(line.substr(colon + 1)))
            );
        }
        return size;
    }

    // ---- descriptors

    std::shared_ptr<Watch> watch_of(curl_socket_t fd) {
        auto found = watches.find(fd);
        return found == watches.end() ? nullptr : found->second;
    }

    void opened(curl_socket_t fd) {
        auto watch = std::make_shared<Watch>(executor);
        watch->own = true;
        watch->descriptor.assign(fd);
        watches[fd] = std::move(watch);
    }

    void forget(Watch& watch) {
        watch.alive = false;
        if (!watch.descriptor.is_open()) return;
        if (watch.own) {
            watch.descriptor.release();
        } else {
            watch.descriptor.close();
        }
    }

    void closing(curl_socket_t fd) {
        if (auto watch = watch_of(fd)) forget(*watch);
        watches.erase(fd);
    }

    void watch(curl_socket_t fd, int what) {
        auto found = watch_of(fd);
        if (what == CURL_POLL_REMOVE) {
            if (!found) return;
            found->wanted = 0;
            if (!found->own) closing(fd);
            return;
        }
        if (!found) {  // curl's own, such as the resolver's pipe: it may close before we hear of
                       // it, so watch a copy
            auto copy = ::dup(fd);
            if (copy < 0) return;
            found = std::make_shared<Watch>(executor);
            found->descriptor.assign(copy);
            watches[fd] = found;
        }
        found->wanted = what;
        wait(fd, found);
    }

    void wait(curl_socket_t fd, const std::shared_ptr<Watch>& watch) {
        using Descriptor = asio::posix::stream_descriptor;
        if ((watch->wanted & CURL_POLL_IN) && !watch->waiting[0])
            wait_for(fd, watch, Descriptor::wait_read, CURL_CSELECT_IN, 0);
        if ((watch->wanted & CURL_POLL_OUT) && !watch->waiting[1])
            wait_for(fd, watch, Descriptor::wait_write, CURL_CSELECT_OUT, 1);
    }

    void wait_for(
        curl_socket_t fd,
        const std::shared_ptr<Watch>& watch,
        asio::posix::stream_descriptor::wait_type type,
        int event,
        int slot
    ) {
        watch->waiting[slot] = true;
        watch->descriptor.async_wait(
            type,
            [this, fd, watch, event, slot](const boost::system::error_code& error) {
                watch->waiting[slot] = false;
                if (!watch->alive || error == asio::error::operation_aborted) return;
                int poll = event == CURL_CSELECT_IN ? CURL_POLL_IN : CURL_POLL_OUT;
                if (!(watch->wanted & poll)) return;
                act(fd, error ? CURL_CSELECT_ERR : event);
                if (watch->alive) wait(fd, watch);
            }
        );
    }

    void arm(long millis) {
        if (millis < 0) {
            timer.cancel();
            return;
        }
        timer.expires_after(std::chrono::milliseconds(millis));
        timer.async_wait([this](const boost::system::error_code& error) {
            if (!error) act(CURL_SOCKET_TIMEOUT, 0);
        });
    }

    // ---- transfers

    void act(curl_socket_t fd, int events) {
        int running = 0;
        curl_multi_socket_action(multi, fd, events, &running);
        int left = 0;
        while (auto* message = curl_multi_info_read(multi, &left)) {
            if (message->msg != CURLMSG_DONE) continue;
            auto* easy = message->easy_handle;
            auto result = message->data.result;
            char* data = nullptr;
            curl_easy_getinfo(easy, CURLINFO_PRIVATE, &data);
            finish(*reinterpret_cast<Transfer*>(data), result);
        }
    }

    void begin(Transfer& transfer, const Request& request) {
        if (spare.empty()) {
            transfer.easy = curl_easy_init();
        } else {
            transfer.easy = spare.back();
            spare.pop_back();
        }
        auto* easy = transfer.easy;
        auto set = [easy](auto option, auto value) { curl_easy_setopt(easy, option, value); };
        const auto& limits = options.limits;
        set(CURLOPT_URL, request.url.c_str());
        set(CURLOPT_PRIVATE, &transfer);
        set(CURLOPT_NOSIGNAL, 1L);
        set(CURLOPT_PROTOCOLS_STR, "http,https");
        set(CURLOPT_FOLLOWLOCATION, 0L);
        set(CURLOPT_PATH_AS_IS, 1L);
        set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
        set(CURLOPT_ACCEPT_ENCODING, "");
        set(CURLOPT_USERAGENT, options.user_agent.c_str());
        set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(limits.connect.count()));
        set(CURLOPT_TIMEOUT_MS, static_cast<long>(limits.total.count()));
        set(CURLOPT_LOW_SPEED_LIMIT, 1L);
        set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(limits.stalled.count() / 1000 + 1));
        set(CURLOPT_MAXAGE_CONN, 60L);
        set(CURLOPT_BUFFERSIZE, 65536L);
        set(CURLOPT_OPENSOCKETFUNCTION, &Impl::on_open);
        set(CURLOPT_OPENSOCKETDATA, &transfer);
        set(CURLOPT_CLOSESOCKETFUNCTION, &Impl::on_close);
        set(CURLOPT_CLOSESOCKETDATA, this);
        set(CURLOPT_WRITEFUNCTION, &Impl::on_body);
        set(CURLOPT_WRITEDATA, &transfer);
        set(CURLOPT_HEADERFUNCTION, &Impl::on_header);
        set(CURLOPT_HEADERDATA, &transfer);
        set(CURLOPT_PROXY, options.proxy.c_str());
        auto add = [&](const std::string& line) {
            transfer.headers = curl_slist_append(transfer.headers, line.c_str());
        };
        if (request.method == "POST") {
            set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
            set(CURLOPT_COPYPOSTFIELDS, request.body.c_str());
            add("Expect:");  // no round trip before the body
        }
        for (const auto& line : request.headers) add(line);
        if (!request.etag.empty()) add("If-None-Match: " + request.etag);
        if (!request.last_modified.empty()) add("If-Modified-Since: " + request.last_modified);
        set(CURLOPT_HTTPHEADER, transfer.headers);
        active.push_back(&transfer);
        curl_multi_add_handle(multi, easy);
    }

    void finish(Transfer& transfer, CURLcode result) {
        auto* easy = transfer.easy;
        auto& response = transfer.response;
        long status = 0, version = 0;
        curl_off_t received = 0, total = 0;
        char* address = nullptr;
        curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
        curl_easy_getinfo(easy, CURLINFO_HTTP_VERSION, &version);
        curl_easy_getinfo(easy, CURLINFO_SIZE_DOWNLOAD_T, &received);
        curl_easy_getinfo(easy, CURLINFO_TOTAL_TIME_T, &total);
        curl_easy_getinfo(easy, CURLINFO_PRIMARY_IP, &address);
        response.wire_bytes = static_cast<std::uint64_t>(received);
        response.elapsed = std::chrono::milliseconds(total / 1000);
        if (address && *address) response.address = address;
        response.version = version == CURL_HTTP_VERSION_2_0 ? "2" : "1.1";
        if (result == CURLE_OK) {
            response.status = static_cast<int>(status);
        } else {
            fail(transfer, result);
        }
        curl_multi_remove_handle(multi, easy);
        curl_slist_free_all(transfer.headers);
        transfer.headers = nullptr;
        curl_easy_reset(easy);
        spare.push_back(easy);
        std::erase(active, &transfer);
        transfer.finished = true;
        transfer.done.cancel();
    }

    static void fail(Transfer& transfer, CURLcode result) {
        auto& response = transfer.response;
        response.message = curl_easy_strerror(result);
        response.body.clear();
        switch (transfer.stopped) {
            case Stopped::no:
                response.error = error_of(result);
                break;
            case Stopped::address:
                response.error = FetchError::refused_address;
                response.message = response.address + " is a private address";
                break;
            case Stopped::body:
                response.error = FetchError::too_large;
                response.message =
                    "body beyond " + std::to_string(transfer.impl.options.limits.body) + " bytes";
                break;
            case Stopped::headers:
                response.error = FetchError::too_large;
                response.message = "headers beyond " +
                                   std::to_string(transfer.impl.options.limits.headers) + " bytes";
                break;
            case Stopped::expansion:
                response.error = FetchError::too_large;
                response.message = "a compressed body that grows too much";
                break;
        }
    }

    static FetchError error_of(CURLcode result) {
        switch (result) {
            case CURLE_COULDNT_RESOLVE_HOST:
            case CURLE_COULDNT_RESOLVE_PROXY:
                return FetchError::not_found;
            case CURLE_OPERATION_TIMEDOUT:
                return FetchError::timeout;
            case CURLE_URL_MALFORMAT:
            case CURLE_UNSUPPORTED_PROTOCOL:
                return FetchError::bad_url;
            case CURLE_PARTIAL_FILE:
            case CURLE_BAD_CONTENT_ENCODING:
            case CURLE_HTTP2_STREAM:
            case CURLE_WRITE_ERROR:
                return FetchError::cut_short;
            default:
                return FetchError::connect;
        }
    }

    void stop() {
        stopped = true;
        for (auto transfers = active; auto* transfer : transfers) {
            finish(*transfer, CURLE_ABORTED_BY_CALLBACK);
            transfer->response.error = FetchError::stopped;
            transfer->response.message = "stopped";
        }
    }

    asio::any_io_executor executor;
    FetchOptions options;
    asio::steady_timer timer;
    CURLM* multi = nullptr;
    std::unordered_map<curl_socket_t, std::shared_ptr<Watch>> watches;
    std::vector<Transfer*> active;
    std::vector<CURL*> spare;
    bool stopped = false;
};

Fetcher::Fetcher(asio::any_io_executor executor, FetchOptions options)
    : impl_(std::make_unique<Impl>(std::move(executor), std::move(options))) {}

Fetcher::~Fetcher() = default;

asio::awaitable<Response> Fetcher::get(Request request) {
    Impl::Transfer transfer(*impl_, impl_->executor);
    if (impl_->stopped) {
        transfer.response.error = FetchError::stopped;
        co_return std::move(transfer.response);
    }
    impl_->begin(transfer, request);
    while (!transfer.finished)
        co_await transfer.done.async_wait(asio::as_tuple(asio::use_awaitable));
    co_return std::move(transfer.response);
}

void Fetcher::stop() {
    impl_->stop();
}

}  // namespace crawler
