#include "tests/crawler/site/test_proxy.hpp"

#include <array>
#include <mutex>
#include <thread>

#include <boost/asio.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>

namespace test {

namespace asio = boost::asio;
using asio::awaitable;
using asio::use_awaitable;
using asio::ip::tcp;

struct TestProxy::Server {
    Server(Kind given, std::string wanted) : kind(given), login(std::move(wanted)) {}

    Kind kind;
    std::string login;
    asio::io_context io{1};
    tcp::acceptor acceptor{io, {asio::ip::address_v4::loopback(), 0}};
    mutable std::mutex mutex;
    std::vector<std::string> asked;
    std::thread thread;

    void note(const std::string& what) {
        std::lock_guard lock(mutex);
        asked.push_back(what);
    }

    awaitable<void> listen() {
        for (;;) {
            auto socket = co_await acceptor.async_accept(use_awaitable);
            asio::co_spawn(io, serve(std::move(socket)), asio::detached);
        }
    }

    awaitable<void> serve(tcp::socket client) {
        try {
            if (kind == Kind::http) {
                co_await http(client);
            } else {
                co_await socks(client);
            }
        } catch (const boost::system::system_error&) {
            // one side went away
        }
    }

    awaitable<void> copy(tcp::socket& from, tcp::socket& to) {
        std::array<char, 16384> buffer{};
        for (;;) {
            auto size = co_await from.async_read_some(asio::buffer(buffer), use_awaitable);
            co_await asio::async_write(to, asio::buffer(buffer.data(), size), use_awaitable);
        }
    }

    awaitable<void> connect(tcp::socket& server, const std::string& port) {
        auto number = static_cast<std::uint16_t>(std::stoi(port));
        tcp::endpoint there(asio::ip::address_v4::loopback(), number);
        co_await server.async_connect(there, use_awaitable);
    }

    awaitable<void> send(tcp::socket& socket, std::string text) {
        co_await asio::async_write(socket, asio::buffer(text), use_awaitable);
    }

    awaitable<void> http(tcp::socket& client) {
        using namespace asio::experimental::awaitable_operators;
        std::string buffer;
        auto size = co_await asio::async_read_until(
            client, asio::dynamic_buffer(buffer), "\r\n\r\n", use_awaitable
        );
        auto head = buffer.substr(0, size);
        // "bWU6aW4=" is "me:in".
        if (!login.empty() && head.find("Proxy-Authorization: Basic bWU6aW4=") == head.npos) {
            note("refused");
            co_await send(
                client,
                "HTTP/1.1 407 Login\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n"
            );
            co_return;
        }
        auto method = head.substr(0, head.find(' '));
        auto start = method.size() + 1;
        auto target = head.substr(start, head.find(' ', start) - start);
        bool tunnel = method == "CONNECT";
        auto place = target;
        if (!tunnel) {
            place.erase(0, place.find("://") + 3);
            place.resize(std::min(place.find('/'), place.size()));
        }
        note(method + " " + place);
        auto colon = place.rfind(':');
        // Named, since g++ 12 frees temporaries of a choice inside co_await twice.
        auto port = colon == place.npos ? std::string("80") : place.substr(colon + 1);
        tcp::socket server(io);
        co_await connect(server, port);
        if (tunnel) {
            co_await send(client, "HTTP/1.1 200 Connected\r\n\r\n");
        } else {
            co_await send(server, buffer);
        }
        co_await (copy(client, server) || copy(server, client));
    }

    awaitable<void> socks(tcp::socket& client) {
        using namespace asio::experimental::awaitable_operators;
        std::array<unsigned char, 512> bytes{};
        auto read = [&](std::size_t size) {
            return asio::async_read(client, asio::buffer(bytes.data(), size), use_awaitable);
        };
        co_await read(2);
        co_await read(bytes[1]);
        co_await send(client, std::string("\5\0", 2));
        co_await read(4);
        std::string host;
        if (bytes[3] == 1) {
            co_await read(4);
            for (int i = 0; i < 4; ++i)
                host += (i ? "." : "") + std::to_string(bytes[static_cast<std::size_t>(i)]);
        } else {
            co_await read(1);
            std::size_t size = bytes[0];
            co_await read(size);
            host.assign(bytes.begin(), bytes.begin() + static_cast<long>(size));
        }
        co_await read(2);
        auto port = std::to_string(bytes[0] * 256 + bytes[1]);
        note("SOCKS " + host + ":" + port);
        tcp::socket server(io);
        co_await connect(server, port);
        co_await send(client, std::string("\5\0\0\1\0\0\0\0\0\0", 10));
        co_await (copy(client, server) || copy(server, client));
    }
};

TestProxy::TestProxy(Kind kind, std::string login)
    : server_(std::make_unique<Server>(kind, std::move(login))) {
    asio::co_spawn(server_->io, server_->listen(), asio::detached);
    server_->thread = std::thread([this] { server_->io.run(); });
}

TestProxy::~TestProxy() {
    server_->io.stop();
    server_->thread.join();
}

std::string TestProxy::url() const {
    auto port = std::to_string(server_->acceptor.local_endpoint().port());
    return (server_->kind == Kind::http ? "http" : "socks5") + ("://127.0.0.1:" + port);
}

std::vector<std::string> TestProxy::asked() const {
    std::lock_guard lock(server_->mutex);
    return server_->asked;
}

}  // namespace test
