#include "crawler/fetch/fetch.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <map>
#include <set>
#include <unordered_map>
#include <vector>

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/error.hpp"
#include "base/text/ascii.hpp"
#include "base/text/utf8.hpp"
#include "crawler/fetch/curl_loop.hpp"
#include "crawler/fetch/resolver.hpp"
#include "formats/archive/coding.hpp"
#include "formats/url/url.hpp"

namespace crawler {

namespace asio = boost::asio;
using asio::awaitable;
using Steady = std::chrono::steady_clock;

namespace {

constexpr long names_kept = 60;  // seconds that curl keeps what we told it of a name
constexpr std::size_t names_at_most = 8192;
constexpr std::chrono::seconds proxy_rest{60};  // for one that is out of order
constexpr std::size_t cookies_at_most = 20'000, look_at_jar_every = 2'000;

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

// An IPv6 address within brackets, as curl's lists want it.
std::string bracketed(const std::string& address) {
    return address.find(':') == address.npos ? address : "[" + address + "]";
}

// The address that a URL's host is itself, without brackets; empty for a name.
std::string literal_of(const std::string& host) {
    if (host.starts_with('[')) return host.substr(1, host.size() - 2);
    in_addr parsed{};
    return inet_pton(AF_INET, host.c_str(), &parsed) == 1 ? host : std::string();
}

bool holds(const std::vector<std::string>& all, const std::string& one) {
    return std::find(all.begin(), all.end(), one) != all.end();
}

// A list of curl's, freed at the end.
class List {
public:
    List() = default;
    List(const List&) = delete;
    ~List() { curl_slist_free_all(head_); }
    void add(const std::string& line) { head_ = curl_slist_append(head_, line.c_str()); }
    curl_slist* get() const { return head_; }

private:
    curl_slist* head_ = nullptr;
};

// Why a request was stopped from inside one of curl's callbacks.
enum class Stopped { no, address, body, headers, expansion, coding, unknown_coding };

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
        case FetchError::proxy:
            return "proxy";
        case FetchError::sign_in:
            return "sign_in";
        case FetchError::signed_out:
            return "signed_out";
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

bool FetchOptions::permits(const std::string& address) const {
    auto inside = [&](const AddressRange& range) { return range.holds(address); };
    return allow_private || !is_private_address(address) ||
           std::any_of(allowed.begin(), allowed.end(), inside);
}

struct Fetcher::Impl {
    struct Transfer {
        Transfer(Impl& owner, const asio::any_io_executor& executor) : impl(owner), done(executor) {
            done.expires_at(asio::steady_timer::time_point::max());
        }
        Transfer(const Transfer&) = delete;
        Impl& impl;
        asio::steady_timer done;
        CURL* easy = nullptr;
        List headers, names, detours;
        std::string url;
        Response response;
        std::size_t header_bytes = 0;
        std::size_t received = 0;                   // octets of the body, as coded
        std::unique_ptr<formats::Decoder> decoder;  // null: the body is not coded
        Stopped stopped = Stopped::no;
        bool finished = false;
        bool secret = false;               // it carried credentials
        std::optional<std::size_t> proxy;  // index
        std::vector<std::string> proxy_addresses;
    };

    Impl(const asio::any_io_executor& on, FetchOptions given)
        : executor(on),
          options(std::move(given)),
          resolver(options.resolver ? options.resolver : Resolver::shared()),
          loop(on, [this](CURL* easy, CURLcode result) { ended(easy, result); }) {
        auto share = [this](curl_lock_data what) {
            curl_share_setopt(shared.share, CURLSHOPT_SHARE, what);
        };
        if (options.cookies) share(CURL_LOCK_DATA_COOKIE);
        share(CURL_LOCK_DATA_SSL_SESSION);
        for (const auto& access : options.access) secrets[access.origin] = &access;
        proxy_rests_until.resize(options.proxies.size());
        if (options.sign_in) {
            auto ask = [this](Request request) { return fetch(std::move(request)); };
            sign_in = std::make_unique<SignIn>(executor, *options.sign_in, ask);
        }
    }

    ~Impl() {
        for (auto* transfer : active) loop.remove(transfer->easy);
        for (auto* easy : all) curl_easy_cleanup(easy);
    }

    // ---- curl calls us

    static curl_socket_t on_open(void* data, curlsocktype, curl_sockaddr* address) {
        auto& transfer = *static_cast<Transfer*>(data);
        auto text = address_text(address->addr);
        const auto& options = transfer.impl.options;
        bool allowed =
            transfer.proxy ? holds(transfer.proxy_addresses, text) : options.permits(text);
        if (!allowed) {
            transfer.stopped = Stopped::address;
            transfer.response.address = text;
            return CURL_SOCKET_BAD;
        }
        return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    }

    static std::size_t on_body(char* data, std::size_t, std::size_t size, void* given) {
        auto& transfer = *static_cast<Transfer*>(given);
        auto& body = transfer.response.body;
        if (transfer.received == 0) transfer.stopped = begin_body(transfer);
        if (transfer.stopped != Stopped::no) return 0;
        if (transfer.impl.has_to_pause(transfer)) return CURL_WRITEFUNC_PAUSE;
        transfer.received += size;
        auto before = body.size();
        auto taken = take_in(transfer, data, size) ? size : 0;
        transfer.impl.held += body.size() - before;
        return taken;
    }

    // Bodies are never held beyond all_bodies but for one, the leader's, which goes on so that
    // there is an end.
    bool has_to_pause(Transfer& transfer) {
        if (held < options.limits.all_bodies || leader == &transfer) return false;
        if (!leader) {
            leader = &transfer;
            return false;
        }
        paused.push_back(&transfer);
        return true;
    }

    void go_on_after(Transfer& transfer) {
        held -= transfer.response.body.size();
        std::erase(paused, &transfer);
        if (leader == &transfer) leader = nullptr;
        if (held >= options.limits.all_bodies && leader) return;
        for (auto waiting = std::exchange(paused, {}); auto* other : waiting)
            curl_easy_pause(other->easy, CURLPAUSE_CONT);  // it may pause again
    }

    // False if the body must not grow: `stopped` says why.
    static bool take_in(Transfer& transfer, const char* data, std::size_t size) {
        auto& body = transfer.response.body;
        const auto& limits = transfer.impl.options.limits;
        if (!transfer.decoder) {
            if (body.size() + size > limits.body) {
                transfer.stopped = Stopped::body;
                return false;
            }
            body.append(data, size);
            return true;
        }
        auto most = limits.body;
        constexpr std::size_t unsuspicious = 1U << 20U;
        auto allowed = limits.expansion * static_cast<double>(transfer.received);
        if (allowed < static_cast<double>(most))
            most = std::max(unsuspicious, static_cast<std::size_t>(allowed));
        auto outcome = transfer.decoder->feed({data, size}, body, most);
        if (outcome == formats::Decoder::Outcome::good) return true;
        transfer.stopped = outcome == formats::Decoder::Outcome::broken ? Stopped::coding
                           : most < limits.body                         ? Stopped::expansion
                                                                        : Stopped::body;
        return false;
    }

    static Stopped begin_body(Transfer& transfer) {
        std::string codings;
        for (const auto& [name, value] : transfer.response.headers)
            if (name == "content-encoding") codings += (codings.empty() ? "" : ",") + value;
        if (!codings.empty()) {
            transfer.decoder = formats::Decoder::make(codings);
            return transfer.decoder ? Stopped::no : Stopped::unknown_coding;
        }
        curl_off_t length = -1;
        curl_easy_getinfo(transfer.easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
        if (length > static_cast<curl_off_t>(transfer.impl.options.limits.body))
            return Stopped::body;
        if (length > 0)
            transfer.response.body.reserve(
                std::min<std::size_t>(static_cast<std::size_t>(length), 1U << 20U)
            );
        return Stopped::no;
    }

    // What is wrong with the length of a body that came to its end; empty if nothing.
    static std::string_view fault_of_length(const Transfer& transfer, long status) {
        if (transfer.decoder && !transfer.decoder->is_whole())
            return "the compressed body ends too early";
        const auto& response = transfer.response;
        if (status < 200 || status == 204 || status == 304 ||
            !response.header("transfer-encoding").empty())
            return {};
        for (const auto& [name, value] : response.headers) {
            if (name != "content-length") continue;
            std::size_t length = 0;
            auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), length);
            if (error != std::errc() || end != value.data() + value.size() ||
                length != transfer.received)
                return "the body is not as long as its Content-Length says";
        }
        return {};
    }

    static std::size_t on_header(char* data, std::size_t, std::size_t size, void* given) {
        auto& transfer = *static_cast<Transfer*>(given);
        transfer.header_bytes += size;
        if (transfer.header_bytes > transfer.impl.options.limits.headers) {
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

    // ---- the way to a host

    // Waits for what a name leads to; null if the fetcher was stopped.
    awaitable<NameCache::Answer> look_up(std::string name) {
        auto question = resolver->ask(name, executor);
        while (!question->answer() && !stopped) {
            asking.insert(&question->timer());
            co_await question->timer().async_wait(asio::as_tuple(asio::use_awaitable));
            asking.erase(&question->timer());
        }
        co_return question->answer();
    }

    // Tells curl what a name leads to, unless it knows.
    void tell_names(
        Transfer& transfer,
        const std::string& host,
        std::uint16_t port,
        const std::vector<std::string>& addresses
    ) {
        auto place = host + ":" + std::to_string(port);
        std::string list;
        for (const auto& address : addresses)
            list += (list.empty() ? "" : ",") + bracketed(address);
        auto now = Steady::now();
        if (told.size() > names_at_most) told.clear();
        auto& known = told[place];
        if (known.first == list && now < known.second) return;
        known = {list, now + std::chrono::seconds(names_kept * 3 / 4)};
        transfer.names.add("+" + place + ":" + list);
    }

    static void refuse(Transfer& transfer, FetchError error, std::string message) {
        transfer.response.error = error;
        transfer.response.message = std::move(message);
    }

    static void refuse_address(Transfer& transfer, const std::string& address) {
        transfer.response.address = address;
        refuse(transfer, FetchError::refused_address, address + " is a private address");
    }

    // The addresses of a target that may be asked; empty if refused.
    awaitable<std::vector<std::string>> targets(Transfer& transfer, std::string host) {
        auto answer = co_await look_up(host);
        std::vector<std::string> allowed;
        if (!answer) {
            refuse(transfer, FetchError::stopped, "stopped");
        } else if (!answer->fault.empty()) {
            refuse(transfer, FetchError::not_found, answer->fault + ": " + host);
        } else {
            for (const auto& address : answer->addresses)
                if (options.permits(address)) allowed.push_back(address);
            if (allowed.empty()) refuse_address(transfer, answer->addresses[0]);
        }
        co_return allowed;
    }

    // Finds out whom to connect to. False if that is refused: the response tells why.
    awaitable<bool> find_way(Transfer& transfer, const formats::Url& url) {
        const auto& host = *url.host;
        auto literal = literal_of(host);
        if (!literal.empty() && !options.permits(literal)) {
            refuse_address(transfer, literal);
            co_return false;
        }
        bool through_proxy = !options.proxies.empty();
        if (through_proxy && !co_await find_proxy(transfer, host)) co_return false;
        if (!literal.empty()) co_return true;
        const auto* proxy = through_proxy ? &options.proxies[*transfer.proxy] : nullptr;
        if (proxy && (options.proxy_resolves || proxy->scheme == "socks5h")) {
            bool inside = is_inside_name(host) && !options.allow_private;
            if (inside) refuse(transfer, FetchError::refused_address, host + " is an inside name");
            co_return !inside;
        }
        auto addresses = co_await targets(transfer, host);
        if (addresses.empty()) co_return false;
        if (!proxy || proxy->scheme == "socks5") {
            tell_names(transfer, host, url.connect_port(), addresses);
        } else if (url.scheme == "https") {
            auto port = std::to_string(url.connect_port());
            transfer.detours.add(host + ":" + port + ":" + bracketed(addresses[0]) + ":" + port);
        }
        co_return true;
    }

    awaitable<bool> find_proxy(Transfer& transfer, std::string host) {
        std::vector<bool> out_of_order(options.proxies.size());
        for (std::size_t i = 0; i < out_of_order.size(); ++i)
            out_of_order[i] = proxy_rests_until[i] > Steady::now();
        transfer.proxy = choose_proxy(options.proxies, host, out_of_order);
        const auto& proxy = options.proxies[*transfer.proxy];
        auto literal =
            proxy.host.find(':') != proxy.host.npos ? proxy.host : literal_of(proxy.host);
        if (!literal.empty()) {
            transfer.proxy_addresses = {literal};
            co_return true;
        }
        auto answer = co_await look_up(proxy.host);
        if (!answer) {
            refuse(transfer, FetchError::stopped, "stopped");
            co_return false;
        }
        if (!answer->fault.empty()) {
            proxy_rests_until[*transfer.proxy] = Steady::now() + proxy_rest;
            refuse(transfer, FetchError::proxy, answer->fault + ": " + proxy.host);
            co_return false;
        }
        transfer.proxy_addresses = answer->addresses;
        tell_names(transfer, proxy.host, proxy.port, answer->addresses);
        co_return true;
    }

    // ---- transfers

    // What no request changes.
    CURL* new_easy() {
        auto* easy = curl_easy_init();
        if (!easy) throw base::Error("curl", "is out of memory");
        all.push_back(easy);
        auto set = [easy](auto option, auto value) { curl_easy_setopt(easy, option, value); };
        const auto& limits = options.limits;
        set(CURLOPT_SHARE, shared.share);
        if (options.cookies) set(CURLOPT_COOKIEFILE, "");  // only starts the engine
        set(CURLOPT_NOSIGNAL, 1L);
        set(CURLOPT_PROTOCOLS_STR, "http,https");
        set(CURLOPT_FOLLOWLOCATION, 0L);
        set(CURLOPT_PATH_AS_IS, 1L);
        set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
        set(CURLOPT_PIPEWAIT, 1L);  // one connection for many requests, where it is HTTP/2
        set(CURLOPT_ACCEPT_ENCODING, "gzip, deflate, br, zstd");
        set(CURLOPT_HTTP_CONTENT_DECODING, 0L);  // coding.hpp notices a body that was cut short
        set(CURLOPT_USERAGENT, options.user_agent.c_str());
        set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(limits.connect.count()));
        set(CURLOPT_TIMEOUT_MS, static_cast<long>(limits.total.count()));
        set(CURLOPT_LOW_SPEED_LIMIT, 1L);
        set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(limits.stalled.count() / 1000 + 1));
        set(CURLOPT_MAXAGE_CONN, 60L);
        set(CURLOPT_BUFFERSIZE, 65536L);
        set(CURLOPT_DNS_CACHE_TIMEOUT, names_kept);
        set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
        set(CURLOPT_OPENSOCKETFUNCTION, &Impl::on_open);
        set(CURLOPT_WRITEFUNCTION, &Impl::on_body);
        set(CURLOPT_HEADERFUNCTION, &Impl::on_header);
        set(CURLOPT_PROXY, "");    // whatever the environment says
        set(CURLOPT_NOPROXY, "");  // likewise: no_proxy would lead around the guard
        if (!options.ca_file.empty()) {
            set(CURLOPT_CAINFO, options.ca_file.c_str());
            set(CURLOPT_PROXY_CAINFO, options.ca_file.c_str());
        }
        return easy;
    }

    void begin(Transfer& transfer, const Request& request, const std::string& origin) {
        if (spare.empty()) {
            transfer.easy = new_easy();
        } else {
            transfer.easy = spare.back();
            spare.pop_back();
        }
        auto* easy = transfer.easy;
        auto set = [easy](auto option, auto value) { curl_easy_setopt(easy, option, value); };
        set(CURLOPT_URL, transfer.url.c_str());
        set(CURLOPT_PRIVATE, &transfer);
        set(CURLOPT_OPENSOCKETDATA, &transfer);
        set(CURLOPT_WRITEDATA, &transfer);
        set(CURLOPT_HEADERDATA, &transfer);
        if (request.post) {
            set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.post->size()));
            set(CURLOPT_COPYPOSTFIELDS, request.post->c_str());
        }
        for (const auto& line : request.headers) transfer.headers.add(line);
        if (!request.etag.empty()) transfer.headers.add("If-None-Match: " + request.etag);
        if (!request.last_modified.empty())
            transfer.headers.add("If-Modified-Since: " + request.last_modified);
        if (auto found = secrets.find(origin); found != secrets.end()) {
            transfer.secret = true;
            for (const auto& line : found->second->headers) transfer.headers.add(line);
        }
        set(CURLOPT_HTTPHEADER, transfer.headers.get());
        set(CURLOPT_RESOLVE, transfer.names.get());
        if (transfer.proxy) {
            const auto& proxy = options.proxies[*transfer.proxy];
            auto mark = std::min(proxy.login.find(':'), proxy.login.size());
            set(CURLOPT_PROXY, proxy.url().c_str());
            set(CURLOPT_CONNECT_TO, transfer.detours.get());
            bool login = !proxy.login.empty();
            set(CURLOPT_PROXYUSERNAME, login ? proxy.login.substr(0, mark).c_str() : nullptr);
            auto password = login && mark < proxy.login.size() ? proxy.login.substr(mark + 1) : "";
            set(CURLOPT_PROXYPASSWORD, login ? password.c_str() : nullptr);
        }
        active.push_back(&transfer);
        loop.add(easy);
    }

    void ended(CURL* easy, CURLcode result) {
        char* data = nullptr;
        curl_easy_getinfo(easy, CURLINFO_PRIVATE, &data);
        finish(*reinterpret_cast<Transfer*>(data), result);
    }

    void finish(Transfer& transfer, CURLcode result) {
        auto* easy = transfer.easy;
        auto& response = transfer.response;
        long status = 0, version = 0;
        curl_off_t total = 0;
        char* address = nullptr;
        curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
        curl_easy_getinfo(easy, CURLINFO_HTTP_VERSION, &version);
        curl_easy_getinfo(easy, CURLINFO_TOTAL_TIME_T, &total);
        curl_easy_getinfo(easy, CURLINFO_PRIMARY_IP, &address);
        go_on_after(transfer);
        response.wire_bytes = transfer.received;
        response.elapsed = std::chrono::milliseconds(total / 1000);
        // Through a proxy it is the proxy's.
        if (address && *address && !transfer.proxy) response.address = address;
        response.version = version == CURL_HTTP_VERSION_2_0 ? "2" : "1.1";
        auto fault = result == CURLE_OK ? fault_of_length(transfer, status) : std::string_view();
        if (transfer.proxy && is_proxys_fault(transfer, result, status)) {
            proxy_rests_until[*transfer.proxy] = Steady::now() + proxy_rest;
            refuse(transfer, FetchError::proxy, proxy_fault(transfer, result, status));
            response.body.clear();
        } else if (!fault.empty()) {
            refuse(transfer, FetchError::cut_short, std::string(fault));
            response.body.clear();
        } else if (result == CURLE_OK) {
            response.status = static_cast<int>(status);
        } else {
            fail(transfer, result);
        }
        release(transfer);
        keep_from_archives(transfer);
        transfer.finished = true;
        transfer.done.cancel();
    }

    // Gives the handle back.
    void release(Transfer& transfer) {
        auto* easy = transfer.easy;
        loop.remove(easy);
        auto clear = [easy](auto option) { curl_easy_setopt(easy, option, nullptr); };
        clear(CURLOPT_HTTPHEADER);
        clear(CURLOPT_RESOLVE);
        if (transfer.proxy) clear(CURLOPT_CONNECT_TO);
        curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
        spare.push_back(easy);
        auto place = std::find(active.begin(), active.end(), &transfer);
        std::swap(*place, active.back());
        active.pop_back();
    }

    // A session that stands for credentials is as secret as they are.
    void keep_from_archives(Transfer& transfer) {
        std::size_t cookies = 0;
        for (const auto& [name, value] : transfer.response.headers)
            if (name == "set-cookie") ++cookies;
        if (cookies == 0) return;
        if (transfer.secret)
            std::erase_if(transfer.response.headers, [](const auto& header) {
                return header.first == "set-cookie";
            });
        cookies_seen += cookies;
        if (options.cookies && cookies_seen >= look_at_jar_every) bound_jar();
    }

    // A crawl of a million sites must not keep a million sessions: when there are too many, all go
    // but those of the site we signed in to.
    void bound_jar() {
        cookies_seen = 0;
        auto* easy = spare.back();
        curl_slist* cookies = nullptr;
        curl_easy_getinfo(easy, CURLINFO_COOKIELIST, &cookies);
        std::size_t count = 0;
        std::vector<std::string> kept;
        for (auto* line = cookies; line; line = line->next) {
            ++count;
            std::string_view text = line->data;
            if (text.starts_with("#HttpOnly_")) text.remove_prefix(10);
            while (text.starts_with('.')) text.remove_prefix(1);
            auto host = text.substr(0, text.find('\t'));
            auto url = formats::parse_url("http://" + std::string(host) + "/");
            if (sign_in && url && sign_in->covers(*url)) kept.emplace_back(line->data);
        }
        curl_slist_free_all(cookies);
        if (count <= cookies_at_most) return;
        curl_easy_setopt(easy, CURLOPT_COOKIELIST, "ALL");
        for (const auto& line : kept) curl_easy_setopt(easy, CURLOPT_COOKIELIST, line.c_str());
    }

    static bool is_proxys_fault(const Transfer& transfer, CURLcode result, long status) {
        long connected = 0, why = 0;
        curl_easy_getinfo(transfer.easy, CURLINFO_HTTP_CONNECTCODE, &connected);
        curl_easy_getinfo(transfer.easy, CURLINFO_PROXY_ERROR, &why);
        // What a SOCKS proxy says of the target is not its own fault.
        bool of_target =
            why >= CURLPX_REPLY_ADDRESS_TYPE_NOT_SUPPORTED && why <= CURLPX_REPLY_TTL_EXPIRED;
        if (status == 407 || connected == 407) return true;
        return transfer.stopped == Stopped::no &&
               (result == CURLE_COULDNT_RESOLVE_PROXY || result == CURLE_COULDNT_CONNECT ||
                (result == CURLE_PROXY && !of_target));
    }

    std::string proxy_fault(const Transfer& transfer, CURLcode result, long status) const {
        long connected = 0;
        curl_easy_getinfo(transfer.easy, CURLINFO_HTTP_CONNECTCODE, &connected);
        auto name = options.proxies[*transfer.proxy].url() + ": ";
        if (status == 407 || connected == 407) return name + "wants another login";
        return name + curl_easy_strerror(result);
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
            case Stopped::coding:
                response.error = FetchError::cut_short;
                response.message = "the compressed body is broken";
                break;
            case Stopped::unknown_coding:
                response.error = FetchError::cut_short;
                response.message = "content encoding '" +
                                   std::string(response.header("content-encoding")) +
                                   "' is not known";
                break;
        }
    }

    static FetchError error_of(CURLcode result) {
        switch (result) {
            case CURLE_COULDNT_RESOLVE_HOST:
                return FetchError::not_found;
            case CURLE_OPERATION_TIMEDOUT:
                return FetchError::timeout;
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

    awaitable<Response> fetch(Request request) {
        Transfer transfer(*this, executor);
        auto url = formats::parse_url(request.url);
        if (stopped) {
            refuse(transfer, FetchError::stopped, "stopped");
        } else if (!url || !url->is_web() || !url->host || url->host->empty()) {
            refuse(transfer, FetchError::bad_url, "not an http or https URL");
        } else if (co_await find_way(transfer, *url) && !stopped) {
            transfer.url = url->href(false);
            transfer.secret = sign_in && sign_in->covers(*url);
            begin(transfer, request, url->origin());
            while (!transfer.finished)
                co_await transfer.done.async_wait(asio::as_tuple(asio::use_awaitable));
        }
        if (stopped && transfer.response.error == FetchError::none && !transfer.finished)
            refuse(transfer, FetchError::stopped, "stopped");
        co_return std::move(transfer.response);
    }

    void stop() {
        stopped = true;
        if (sign_in) sign_in->stop();
        for (auto* timer : asking) timer->cancel();
        for (auto transfers = active; auto* transfer : transfers) {
            finish(*transfer, CURLE_ABORTED_BY_CALLBACK);
            refuse(*transfer, FetchError::stopped, "stopped");
        }
    }

    // Declared before the loop: connections hold TLS sessions of the share until the loop is gone.
    struct Share {
        Share() : share(curl_share_init()) {
            if (!share) throw base::Error("curl", "can not be started");
        }
        Share(const Share&) = delete;
        ~Share() { curl_share_cleanup(share); }
        CURLSH* share;
    };

    asio::any_io_executor executor;
    FetchOptions options;
    std::shared_ptr<Resolver> resolver;
    Share shared;
    CurlLoop loop;
    std::unique_ptr<SignIn> sign_in;
    std::map<std::string, const Access*, std::less<>> secrets;                         // by origin
    std::unordered_map<std::string, std::pair<std::string, Steady::time_point>> told;  // names
    std::vector<Steady::time_point> proxy_rests_until;
    std::set<asio::steady_timer*> asking;
    std::vector<Transfer*> active;
    std::vector<CURL*> all, spare;
    std::size_t held = 0;  // octets of bodies under way
    Transfer* leader = nullptr;
    std::vector<Transfer*> paused;
    std::size_t cookies_seen = 0;  // since the jar was looked at
    bool stopped = false;
};

Fetcher::Fetcher(boost::asio::any_io_executor executor, FetchOptions options)
    : impl_(std::make_unique<Impl>(executor, std::move(options))) {}

Fetcher::~Fetcher() = default;

awaitable<Response> Fetcher::get(Request request) {
    auto& sign_in = impl_->sign_in;
    if (sign_in && !request.as_stranger)
        if (auto url = formats::parse_url(request.url); url && sign_in->covers(*url))
            return sign_in->get(std::move(request));
    return impl_->fetch(std::move(request));
}

awaitable<std::vector<std::string>> Fetcher::addresses_of(std::string name) {
    auto answer = co_await impl_->look_up(std::move(name));
    co_return answer ? answer->addresses : std::vector<std::string>();
}

void Fetcher::stop() {
    impl_->stop();
}

}  // namespace crawler
