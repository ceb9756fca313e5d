// Secrets go to one origin, and a host's proxy is always the same one, both decided by pure
// functions. Rendezvous hashing gives each host the proxy with the highest hash of the two names
// together: when a proxy fails only its hosts move, and they come back to it afterwards.
//
// A proxy's address must not hold a login, because addresses are logged and stored; errors here
// never repeat the text that they complain of.
#include "crawler/fetch/access.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/bytes/base64.hpp"
#include "base/bytes/hash.hpp"
#include "base/error.hpp"
#include "base/text/ascii.hpp"
#include "formats/url/url.hpp"

namespace crawler {

namespace {

bool is_token(char c) {
    return base::is_alnum(c) ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

}  // namespace

std::string basic_header(std::string_view login) {
    return "Authorization: Basic " + base::base64(login);
}

std::string bearer_header(std::string_view token) {
    return "Authorization: Bearer " + std::string(token);
}

bool is_header(std::string_view line) {
    auto colon = line.find(':');
    if (colon == line.npos || colon == 0) return false;
    auto name = line.substr(0, colon), value = line.substr(colon + 1);
    return std::all_of(name.begin(), name.end(), is_token) && !base::trim(value).empty() &&
           std::none_of(value.begin(), value.end(), [](char c) {
               return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
           });
}

std::string Proxy::url() const {
    bool six = host.find(':') != host.npos;
    return fmt::format("{}://{}{}{}:{}", scheme, six ? "[" : "", host, six ? "]" : "", port);
}

Proxy parse_proxy(std::string_view text) {
    constexpr std::string_view mend = "write http://HOST:PORT, https://, socks5:// or socks5h://";
    auto mark = text.find("://");
    auto scheme = base::to_lower(text.substr(0, mark == text.npos ? 0 : mark));
    if (scheme != "http" && scheme != "https" && scheme != "socks5" && scheme != "socks5h")
        throw base::UsageError("a proxy", "has no known scheme", std::string(mend));
    auto url = formats::parse_url("http" + std::string(text.substr(mark)));
    if (!url || !url->host || url->host->empty() || (url->path != "/" && !url->path.empty()))
        throw base::UsageError("a proxy", "can not be read", std::string(mend));
    if (!url->username.empty() || !url->password.empty())
        throw base::UsageError(
            "a proxy", "holds a login", "give it by reference: proxy_login = \"env:NAME\""
        );
    Proxy proxy{scheme, *url->host, 0, {}};
    if (proxy.host.starts_with('[')) proxy.host = proxy.host.substr(1, proxy.host.size() - 2);
    // Port 80 is the default of http in a URL, so that parse_url() drops it.
    auto named = text.rfind(':') > text.rfind(']') || text.rfind(']') == text.npos;
    bool explicit_port = named && text.rfind(':') > mark;
    proxy.port = url->port           ? *url->port
                 : explicit_port     ? std::uint16_t{80}
                 : scheme == "https" ? std::uint16_t{443}
                 : scheme == "http"  ? std::uint16_t{3128}
                                     : std::uint16_t{1080};
    return proxy;
}

std::size_t choose_proxy(
    std::span<const Proxy> proxies,
    std::string_view host,
    const std::vector<bool>& out_of_order
) {
    auto best_of = [&](bool all) {
        std::size_t best = proxies.size();
        std::uint64_t most = 0;
        for (std::size_t i = 0; i < proxies.size(); ++i) {
            if (!all && i < out_of_order.size() && out_of_order[i]) continue;
            auto name = proxies[i].url();
            auto weight = base::hash_64(host, base::hash_64(name));
            if (best == proxies.size() || weight > most) {
                best = i;
                most = weight;
            }
        }
        return best;
    };
    if (proxies.size() < 2) return 0;
    auto best = best_of(false);
    return best < proxies.size() ? best : best_of(true);
}

bool is_inside_name(std::string_view host) {
    if (host.ends_with('.')) host.remove_suffix(1);
    if (host.find('.') == host.npos) return true;
    for (std::string_view end : {".localhost", ".local", ".internal", ".home.arpa"})
        if (host.ends_with(end)) return true;
    return false;
}

}  // namespace crawler
