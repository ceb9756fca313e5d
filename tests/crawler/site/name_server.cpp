#include "tests/crawler/site/name_server.hpp"

#include <array>
#include <atomic>
#include <map>
#include <mutex>
#include <thread>

#include <boost/asio.hpp>

namespace test {

namespace asio = boost::asio;
using asio::ip::udp;

struct NameServer::Server {
    struct Entry {
        std::vector<std::string> addresses;
        int time_to_live = 0;
    };

    asio::io_context io{1};
    udp::socket socket{io, {asio::ip::address_v4::loopback(), 0}};
    mutable std::mutex mutex;
    std::map<std::string, Entry> entries;
    std::map<std::string, int> counts;
    std::atomic<int> millis = 0;  // how long answers wait
    std::thread thread;

    static void add16(std::string& out, int value) {
        out += {static_cast<char>(value >> 8 & 255), static_cast<char>(value & 255)};
    }

    // The answer to a message with one question (RFC 1035, 4).
    std::string answer(const std::string& asked) {
        std::string name;
        std::size_t at = 12;
        while (at < asked.size() && asked[at] != 0) {
            auto size = static_cast<std::size_t>(asked[at]);
            name += (name.empty() ? "" : ".") + asked.substr(at + 1, size);
            at += size + 1;
        }
        int type = asked[at + 2];
        std::lock_guard lock(mutex);
        ++counts[name];
        auto found = entries.find(name);
        bool known = found != entries.end();
        auto addresses = known && type == 1 ? found->second.addresses : std::vector<std::string>();
        std::string out = asked.substr(0, 2);
        out += '\x81';
        out += known ? '\x80' : '\x83';  // no error, or no such name
        add16(out, 1);
        add16(out, static_cast<int>(addresses.size()));
        add16(out, 0);
        add16(out, 0);
        out += asked.substr(12, at + 5 - 12);
        for (const auto& text : addresses) {
            add16(out, 0xc00c);  // the name of the question
            add16(out, 1);
            add16(out, 1);
            add16(out, 0);
            add16(out, found->second.time_to_live);
            add16(out, 4);
            for (auto byte : asio::ip::make_address_v4(text).to_bytes())
                out += static_cast<char>(byte);
        }
        return out;
    }

    asio::awaitable<void> serve() {
        for (;;) {
            std::string message(2048, '\0');
            udp::endpoint from;
            auto size = co_await socket.async_receive_from(
                asio::buffer(message), from, asio::use_awaitable
            );
            message.resize(size);
            auto reply = answer(message);
            if (int wait = millis; wait > 0) {
                asio::steady_timer timer(io, std::chrono::milliseconds(wait));
                co_await timer.async_wait(asio::use_awaitable);
            }
            co_await socket.async_send_to(asio::buffer(reply), from, asio::use_awaitable);
        }
    }
};

NameServer::NameServer() : server_(std::make_unique<Server>()) {
    asio::co_spawn(server_->io, server_->serve(), asio::detached);
    server_->thread = std::thread([this] { server_->io.run(); });
}

NameServer::~NameServer() {
    server_->io.stop();
    server_->thread.join();
}

std::string NameServer::address() const {
    return "127.0.0.1:" + std::to_string(server_->socket.local_endpoint().port());
}

void NameServer::set(
    const std::string& name,
    const std::vector<std::string>& addresses,
    int time_to_live
) {
    std::lock_guard lock(server_->mutex);
    server_->entries[name] = {addresses, time_to_live};
}

void NameServer::delay(int milliseconds) {
    server_->millis = milliseconds;
}

int NameServer::count(const std::string& name) const {
    std::lock_guard lock(server_->mutex);
    auto found = server_->counts.find(name);
    return found == server_->counts.end() ? 0 : found->second;
}

}  // namespace test
