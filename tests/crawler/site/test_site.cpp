#include "tests/crawler/site/test_site.hpp"

#include <algorithm>
#include <thread>

#include <boost/asio.hpp>

namespace test {

namespace asio = boost::asio;
using asio::ip::tcp;

struct TestSite::Server {
    asio::io_context io{1};
    tcp::acceptor acceptor{io, {asio::ip::address_v4::loopback(), 0}};
    mutable std::mutex mutex;
    std::map<std::string, Script> scripts;
    Script fallback;
    std::vector<SiteRequest> requests;
    std::map<std::string, int> counts;
    int open = 0;
    std::thread thread;

    asio::awaitable<void> listen() {
        for (;;) {
            auto socket = co_await acceptor.async_accept(asio::use_awaitable);
            asio::co_spawn(io, serve(std::move(socket)), asio::detached);
        }
    }

    SiteReply answer(SiteRequest& request) {
        std::lock_guard lock(mutex);
        request.at_once = ++open;
        request.before = counts[request.path]++;
        requests.push_back(request);
        auto found = scripts.find(request.path);
        if (found != scripts.end()) return found->second(request);
        if (fallback) return fallback(request);
        SiteReply missing;
        missing.status = 404;
        return missing;
    }

    static SiteRequest parse(const std::string& head) {
        SiteRequest request;
        request.at = std::chrono::steady_clock::now();
        auto start = head.find(' ') + 1;
        request.method = head.substr(0, start - 1);
        request.path = head.substr(start, head.find(' ', start) - start);
        if (request.path.starts_with("http://"))  // as a proxy passes it on
            request.path.erase(0, request.path.find('/', 7));
        for (auto line = head.find("\r\n"); line != std::string::npos;) {
            auto end = head.find("\r\n", line + 2);
            auto text = head.substr(line + 2, end - line - 2);
            auto colon = text.find(": ");
            if (colon != std::string::npos) {
                auto name = text.substr(0, colon);
                std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) {
                    return static_cast<char>(std::tolower(c));
                });
                request.headers[name] = text.substr(colon + 2);
            }
            line = end;
        }
        return request;
    }

    asio::awaitable<void> serve(tcp::socket socket) {
        try {
            std::string buffer;
            for (;;) {
                auto size = co_await asio::async_read_until(
                    socket, asio::dynamic_buffer(buffer), "\r\n\r\n", asio::use_awaitable
                );
                auto request = parse(buffer.substr(0, size));
                buffer.erase(0, size);
                if (auto length = request.headers.find("content-length");
                    length != request.headers.end()) {
                    auto wanted = std::stoul(length->second);
                    if (buffer.size() < wanted)
                        co_await asio::async_read(
                            socket,
                            asio::dynamic_buffer(buffer),
                            asio::transfer_exactly(wanted - buffer.size()),
                            asio::use_awaitable
                        );
                    request.body = buffer.substr(0, wanted);
                    buffer.erase(0, wanted);
                }
                auto reply = answer(request);
                asio::steady_timer timer(io, reply.delay);
                co_await timer.async_wait(asio::use_awaitable);
                {
                    std::lock_guard lock(mutex);
                    --open;
                }
                if (reply.drop) co_return;
                auto promised = reply.body.size() * (reply.cut ? 2 : 1);
                auto text = "HTTP/1.1 " + std::to_string(reply.status) +
                            " X\r\nContent-Length: " + std::to_string(promised) + "\r\n";
                for (const auto& header : reply.headers) text += header + "\r\n";
                text += "\r\n" + reply.body;
                co_await asio::async_write(socket, asio::buffer(text), asio::use_awaitable);
                if (reply.cut) co_return;
            }
        } catch (const boost::system::system_error&) {
            // the client went away
        }
    }
};

TestSite::TestSite() : server_(std::make_unique<Server>()) {
    asio::co_spawn(server_->io, server_->listen(), asio::detached);
    server_->thread = std::thread([this] { server_->io.run(); });
}

TestSite::~TestSite() {
    server_->io.stop();
    server_->thread.join();
}

std::string TestSite::url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(server_->acceptor.local_endpoint().port()) + path;
}

void TestSite::on(const std::string& path, Script script) {
    std::lock_guard lock(server_->mutex);
    server_->scripts[path] = std::move(script);
}

void TestSite::page(const std::string& path, const std::string& body) {
    on(path, [body](const SiteRequest&) {
        SiteReply reply;
        reply.body = body;
        return reply;
    });
}

void TestSite::otherwise(Script script) {
    std::lock_guard lock(server_->mutex);
    server_->fallback = std::move(script);
}

std::vector<SiteRequest> TestSite::requests() const {
    std::lock_guard lock(server_->mutex);
    return server_->requests;
}

int TestSite::count(const std::string& path) const {
    std::lock_guard lock(server_->mutex);
    auto found = server_->counts.find(path);
    return found == server_->counts.end() ? 0 : found->second;
}

void TestSite::forget() {
    std::lock_guard lock(server_->mutex);
    server_->requests.clear();
    server_->counts.clear();
}

std::string page_with_links(const std::string& title, const std::vector<std::string>& links) {
    std::string html =
        "<!doctype html><html lang=en><title>" + title + "</title><h1>" + title +
        "</h1><p>The page called " + title +
        " says something of its own, so that there is a text to keep, with commas, and an end.</p>";
    for (const auto& link : links) html += "<p><a href=\"" + link + "\">" + link + "</a></p>";
    return html + "</html>";
}

}  // namespace test
