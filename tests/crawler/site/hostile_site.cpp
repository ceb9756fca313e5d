#include "tests/crawler/site/hostile_site.hpp"

#include <chrono>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <boost/asio.hpp>

#include "tests/crawler/site/hostile_pages.hpp"
#include "tests/support/codings.hpp"

namespace test {

namespace asio = boost::asio;
using asio::awaitable;
using asio::ip::tcp;
using namespace std::chrono_literals;

struct HostileSite::Server {
    asio::io_context io{1};
    tcp::acceptor acceptor{io, {asio::ip::address_v4::loopback(), 0}};
    mutable std::mutex mutex;
    std::map<std::string, int> counts;
    std::string gzip_bomb = gzip(std::string(64 << 20, 'x'));
    std::string br_bomb = brotli(std::string(64 << 20, 'x'));
    std::string page_bomb = gzip(html("Bomb", repeated("<p><b><a href=x>", 3 << 20)));
    std::thread thread;

    // What to do with the connection after an answer.
    enum class Then { keep, close, reset };

    awaitable<void> listen() {
        for (;;) {
            auto socket = co_await acceptor.async_accept(asio::use_awaitable);
            asio::co_spawn(io, serve(std::move(socket)), asio::detached);
        }
    }

    awaitable<void> serve(tcp::socket socket) {
        auto then = Then::keep;
        try {
            std::string buffer;
            while (then == Then::keep) {
                auto size = co_await asio::async_read_until(
                    socket, asio::dynamic_buffer(buffer), "\r\n\r\n", asio::use_awaitable
                );
                auto start = buffer.find(' ') + 1;
                auto target = buffer.substr(start, buffer.find(' ', start) - start);
                buffer.erase(0, size);
                int before = 0;
                {
                    std::lock_guard lock(mutex);
                    before = counts[target]++;
                }
                then = co_await answer(socket, target, before);
            }
        } catch (const boost::system::system_error&) {
            // the client had enough
        }
        boost::system::error_code ignored;
        if (then == Then::reset) socket.set_option(asio::socket_base::linger(true, 0), ignored);
        socket.close(ignored);
    }

    awaitable<void> send(tcp::socket& socket, std::string text) {
        co_await asio::async_write(socket, asio::buffer(text), asio::use_awaitable);
    }

    awaitable<void> pause(std::chrono::milliseconds time) {
        asio::steady_timer timer(io, time);
        co_await timer.async_wait(asio::use_awaitable);
    }

    // An answer in good order.
    awaitable<Then>
    reply(tcp::socket& socket, std::string head, std::string body, std::string status = "200 OK") {
        if (head.find("Content-Type") == head.npos)
            head += "Content-Type: text/html; charset=utf-8\r\n";
        co_await send(
            socket,
            fmt::format(
                "HTTP/1.1 {}\r\n{}Content-Length: {}\r\n\r\n{}", status, head, body.size(), body
            )
        );
        co_return Then::keep;
    }

    // `text` as it stands, in steps, for ever.
    awaitable<Then> for_ever(
        tcp::socket& socket,
        std::string start,
        std::string text,
        std::chrono::milliseconds step
    ) {
        co_await send(socket, std::move(start));
        for (;;) {
            co_await send(socket, text);
            if (step > 0ms) co_await pause(step);
        }
    }

    awaitable<Then> raw(tcp::socket& socket, std::string text, Then then = Then::close) {
        co_await send(socket, std::move(text));
        if (then == Then::reset) co_await pause(20ms);  // so that it is read before
        co_return then;
    }

    std::string page_of_all() const {
        std::string body;
        for (const char* path : hostile_paths)
            body += fmt::format("<a href=\"{}\">{}</a> ", path, path);
        return html(
            "Hostile", "<link rel=alternate type=application/rss+xml href=/laughs/feed.xml>" + body
        );
    }

    awaitable<Then> answer(tcp::socket& socket, const std::string& target, int before) {
        auto is = [&](std::string_view path) { return target == path; };
        auto in = [&](std::string_view folder) { return target.starts_with(folder); };
        auto port = acceptor.local_endpoint().port();
        auto here = fmt::format("http://127.0.0.1:{}", port);
        if (is("/")) co_return co_await reply(socket, "", page_of_all());
        if (is("/robots.txt"))
            co_return co_await reply(
                socket,
                "Content-Type: text/plain\r\n",
                fmt::format(
                    "User-agent: *\nDisallow: /secret\n{}Sitemap: {}/laughs/sitemap.xml\nSitemap: "
                    "{}/maps/0.xml\n"
                    "Sitemap: {}/bomb/sitemap.xml.gz\nSitemap: {}/drip/sitemap.xml\n",
                    repeated("Disallow: /*a*a*a*a*a*a*b$\n", 200),
                    here,
                    here,
                    here,
                    here
                )
            );
        if (in("/loop/")) co_return co_await loop(socket, target);
        if (in("/chain/")) {
            auto next = fmt::format("Location: /chain/{}\r\n", std::stoi(target.substr(7)) + 1);
            co_return co_await reply(socket, next, "", "302 Found");
        }
        if (in("/calendar/")) co_return co_await reply(socket, "", calendar(target));
        if (in("/maps/")) {  // an index of indexes without end
            auto number = std::stoi(target.substr(6));
            auto body = fmt::format(
                "<sitemapindex "
                "xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\"><sitemap><loc>{}/maps/"
                "{}.xml</loc>"
                "</sitemap><sitemap><loc>{}/maps/{}.xml</loc></sitemap></sitemapindex>",
                here,
                number + 1,
                here,
                number
            );
            co_return co_await reply(socket, "Content-Type: text/xml\r\n", body);
        }
        if (in("/drip/")) co_return co_await drip(socket, target);
        if (in("/gzip/") || in("/br/") || in("/bomb/") || in("/endless/"))
            co_return co_await packed(socket, target);
        if (in("/length/") || in("/chunks/")) co_return co_await lengths(socket, target);
        if (in("/headers/")) co_return co_await headers(socket, target);
        if (in("/deep/") || in("/page/")) co_return co_await pages(socket, target);
        if (in("/laughs/")) co_return co_await laughs(socket, target);
        if (in("/reset/") || in("/close/")) co_return co_await resets(socket, target, before);
        if (in("/storm/") || in("/limit/") || in("/status/"))
            co_return co_await statuses(socket, target, before);
        if (in("/location/")) co_return co_await locations(socket, target);
        if (is("/cookies")) {
            std::string head;
            for (int i = 0; i < 500; ++i)
                head += fmt::format("Set-Cookie: c{}={}; Path=/\r\n", i, std::string(300, 'x'));
            co_return co_await reply(socket, head, html("Cookies", ""));
        }
        if (is("/type/none"))
            co_return co_await raw(
                socket, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n\x01\x02\x03", Then::keep
            );
        if (is("/type/wrong"))
            co_return co_await reply(socket, "Content-Type: \xff\xfe;;;=\"\r\n", "?");
        if (is("/old")) co_return co_await raw(socket, html("HTTP 0.9", ""));
        co_return co_await reply(socket, "", "no such page", "404 Not Found");
    }

    awaitable<Then> loop(tcp::socket& socket, const std::string& target) {
        auto to = target == "/loop/self" ? target : target == "/loop/a" ? "/loop/b" : "/loop/a";
        co_return co_await reply(socket, "Location: " + to + "\r\n", "", "301 Moved");
    }

    awaitable<Then> drip(tcp::socket& socket, const std::string& target) {
        constexpr auto beat = 300ms;
        if (target == "/drip/start")
            co_return co_await for_ever(socket, "HTTP/1.1 200 ", "O", beat);
        if (target == "/drip/head")
            co_return co_await for_ever(socket, "HTTP/1.1 200 OK\r\n", "X: y\r\n", beat);
        co_return co_await for_ever(
            socket,
            "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 100000\r\n\r\n<p>",
            "a",
            beat
        );
    }

    awaitable<Then> packed(tcp::socket& socket, const std::string& target) {
        auto good = gzip(html("Packed", repeated("<p>Some text, and more of it.", 2000)));
        const std::string gz = "Content-Encoding: gzip\r\n", br = "Content-Encoding: br\r\n";
        if (target == "/gzip/garbage")
            co_return co_await reply(socket, gz, good.substr(0, 40) + std::string(500, '\xa7'));
        if (target == "/gzip/cut")
            co_return co_await reply(socket, gz, good.substr(0, good.size() / 2));
        if (target == "/gzip/plain") co_return co_await reply(socket, gz, html("Plain", ""));
        if (target == "/gzip/checksum") {
            good[good.size() - 6] = static_cast<char>(good[good.size() - 6] ^ 0x55);
            co_return co_await reply(socket, gz, good);
        }
        if (target == "/gzip/twice")
            co_return co_await reply(socket, "Content-Encoding: gzip, gzip\r\n", gzip(gzip_bomb));
        if (target == "/gzip/unknown")
            co_return co_await reply(socket, "Content-Encoding: cipher\r\n", good);
        if (target == "/br/garbage") co_return co_await reply(socket, br, std::string(500, '\xa7'));
        if (target == "/bomb/gzip") co_return co_await reply(socket, gz, gzip_bomb);
        if (target == "/bomb/br") co_return co_await reply(socket, br, br_bomb);
        if (target == "/bomb/page") co_return co_await reply(socket, gz, page_bomb);
        if (target == "/bomb/sitemap.xml.gz")
            co_return co_await reply(socket, "Content-Type: application/gzip\r\n", gzip_bomb);
        auto block = std::string(65536, 'x');
        if (target == "/endless/chunks")
            co_return co_await for_ever(
                socket,
                "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n",
                "10000\r\n" + block + "\r\n",
                0ms
            );
        co_return co_await for_ever(
            socket, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n", block, 0ms
        );
    }

    awaitable<Then> lengths(tcp::socket& socket, const std::string& target) {
        auto body = html("Length", "");
        auto with = [&](const std::string& length) {
            return "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n" + length + "\r\n" + body;
        };
        // What comes too much is taken for the next answer by a client that does not look.
        if (target == "/length/short") {
            body += "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5\r\n\r\nwrong";
            co_return co_await raw(socket, with("Content-Length: 20\r\n"), Then::keep);
        }
        if (target == "/length/long")
            co_return co_await raw(socket, with("Content-Length: 5000\r\n"));
        if (target == "/length/negative")
            co_return co_await raw(socket, with("Content-Length: -20\r\n"));
        if (target == "/length/huge")
            co_return co_await raw(socket, with("Content-Length: 99999999999999999999\r\n"));
        if (target == "/length/words")
            co_return co_await raw(socket, with("Content-Length: many\r\n"));
        if (target == "/length/two")
            co_return co_await raw(socket, with("Content-Length: 20\r\nContent-Length: 40\r\n"));
        auto chunked =
            "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n";
        if (target == "/chunks/cut")
            co_return co_await raw(
                socket, fmt::format("{}{:x}\r\n{}", chunked, body.size() + 9, body)
            );
        co_return co_await raw(socket, fmt::format("{}zz\r\n{}\r\n", chunked, body));
    }

    awaitable<Then> headers(tcp::socket& socket, const std::string& target) {
        const std::string ok = "HTTP/1.1 200 OK\r\n";
        if (target == "/headers/large")
            co_return co_await raw(
                socket, ok + "X: " + std::string(10 << 20, 'x') + "\r\n\r\nbody"
            );
        if (target == "/headers/many") {
            std::string lines;
            for (int i = 0; lines.size() < (10U << 20U); ++i)
                lines += fmt::format("X-{}: some value\r\n", i);
            co_return co_await raw(socket, ok + lines + "\r\nbody");
        }
        if (target == "/headers/interim")
            co_return co_await for_ever(
                socket, "", "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n", 0ms
            );
        if (target == "/headers/nul")
            co_return co_await raw(
                socket,
                ok + std::string("X: a\0b\r\n", 8) +
                    "ETag: \"a\x80\xff\"\r\nContent-Type: text/html\r\n\r\n" + html("Nul", "")
            );
        co_return co_await raw(
            socket, ok + "no colon here\r\n: no name\r\n\r\n" + html("None", "")
        );
    }

    awaitable<Then> pages(tcp::socket& socket, const std::string& target) {
        if (target == "/page/utf16")
            co_return co_await reply(
                socket,
                "Content-Type: text/html; charset=utf-16le\r\n",
                std::string("\xff\xfe<\0p\0>\0\x00\xd8\x00", 11)
            );
        if (target == "/page/empty") co_return co_await reply(socket, "", "");
        co_return co_await reply(socket, "", page_without_sense(target));
    }

    awaitable<Then> laughs(tcp::socket& socket, const std::string& target) {
        const std::string xml = target == "/laughs/page" ? "" : "Content-Type: text/xml\r\n";
        co_return co_await reply(socket, xml, laughing(target));
    }

    awaitable<Then> resets(tcp::socket& socket, const std::string& target, int before) {
        auto page = html("Reset", "");
        auto head = fmt::format(
            "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {}\r\n\r\n", page.size()
        );
        if (target == "/close/accept") co_return Then::close;
        if (target == "/reset/accept") co_return Then::reset;
        if (target == "/reset/status") co_return co_await raw(socket, "HTTP/1.", Then::reset);
        if (target == "/reset/head")
            co_return co_await raw(socket, head.substr(0, 40), Then::reset);
        if (target == "/reset/once" && before > 0)
            co_return co_await raw(socket, head + page, Then::keep);
        co_return co_await raw(socket, head + page.substr(0, 20), Then::reset);
    }

    awaitable<Then> statuses(tcp::socket& socket, const std::string& target, int before) {
        auto page = html("At last " + target, "");
        if (target == "/storm/always")
            co_return co_await reply(socket, "", "storm", "503 Unavailable");
        if (target == "/storm/asked")
            co_return co_await reply(socket, "Retry-After: 1\r\n", "storm", "503 Unavailable");
        if (target == "/storm/twice" && before < 2)
            co_return co_await reply(socket, "Retry-After: 0\r\n", "storm", "503 Unavailable");
        if (target == "/limit/always")
            co_return co_await reply(socket, "", "slower", "429 Too Many Requests");
        if (target == "/limit/once" && before < 1)
            co_return co_await reply(
                socket, "Retry-After: 1\r\n", "slower", "429 Too Many Requests"
            );
        if (target == "/limit/nonsense")
            co_return co_await reply(
                socket, "Retry-After: -1, soon\r\n", "slower", "429 Too Many Requests"
            );
        if (target == "/status/999") co_return co_await reply(socket, "", "?", "999 What");
        if (target == "/status/304")
            co_return co_await raw(socket, "HTTP/1.1 304 Not Modified\r\n\r\n", Then::keep);
        if (target == "/status/204")
            co_return co_await raw(socket, "HTTP/1.1 204 No Content\r\n\r\n", Then::keep);
        if (target == "/status/100")
            co_return co_await raw(socket, "HTTP/1.1 100 Continue\r\n\r\n");
        if (target == "/status/none") co_return co_await raw(socket, "HTTP/1.1 \r\n\r\nbody");
        co_return co_await reply(socket, "", page);
    }

    awaitable<Then> locations(tcp::socket& socket, const std::string& target) {
        std::string to;
        if (target == "/location/bad") to = "Location: http://[::1/\r\n";
        if (target == "/location/file") to = "Location: file:///etc/passwd\r\n";
        if (target == "/location/metadata")
            to = "Location: http://169.254.169.254/latest/meta-data/\r\n";
        if (target == "/location/long") to = "Location: /x" + std::string(100'000, 'y') + "\r\n";
        if (target == "/location/bytes") to = "Location: /caf\xe9\xff\x80?\xfe\r\n";
        co_return co_await reply(socket, to, "", "302 Found");
    }
};

HostileSite::HostileSite() : server_(std::make_unique<Server>()) {
    asio::co_spawn(server_->io, server_->listen(), asio::detached);
    server_->thread = std::thread([this] { server_->io.run(); });
}

HostileSite::~HostileSite() {
    server_->io.stop();
    server_->thread.join();
}

std::string HostileSite::url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(server_->acceptor.local_endpoint().port()) + path;
}

std::set<std::string> HostileSite::asked() const {
    std::lock_guard lock(server_->mutex);
    std::set<std::string> all;
    for (const auto& [target, times] : server_->counts) all.insert(target);
    return all;
}

int HostileSite::count(const std::string& target) const {
    std::lock_guard lock(server_->mutex);
    auto found = server_->counts.find(target);
    return found == server_->counts.end() ? 0 : found->second;
}

}  // namespace test
