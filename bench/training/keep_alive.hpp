#pragma once

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>

#include <netinet/in.h>
#include <netinet/tcp.h>

namespace bench {

// One connection to a server on the loopback address, kept open: what it costs the asker is two
// system calls. Only answers with a Content-Length are read.
class KeepAlive {
public:
    KeepAlive(std::uint16_t port, const std::string& bearer)
        : head_("Host: 127.0.0.1\r\nAuthorization: Bearer " + bearer + "\r\n"),
          socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        const int on = 1;
        ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
            throw std::runtime_error("no connection to the service");
    }
    ~KeepAlive() { ::close(socket_); }
    KeepAlive(const KeepAlive&) = delete;

    // The whole request as it is sent; a body is JSON.
    std::string request(std::string_view method, std::string_view path, std::string_view body = {})
        const {
        std::string text(method);
        text.append(" ").append(path).append(" HTTP/1.1\r\n").append(head_);
        if (!body.empty())
            text.append("Content-Type: application/json\r\nContent-Length: ")
                .append(std::to_string(body.size()))
                .append("\r\n");
        return text.append("\r\n").append(body);
    }

    // The body of the answer. Throws unless its status is 200.
    std::string ask(std::string_view request) {
        while (!request.empty()) {
            const auto sent = ::send(socket_, request.data(), request.size(), MSG_NOSIGNAL);
            if (sent <= 0) throw std::runtime_error("the service closed the connection");
            request.remove_prefix(static_cast<std::size_t>(sent));
        }
        std::string answer;
        std::size_t body = 0, whole = 0;
        char part[16384];
        while (whole == 0 || answer.size() < whole) {
            const auto got = ::recv(socket_, part, sizeof part, 0);
            if (got <= 0) throw std::runtime_error("the service closed the connection");
            answer.append(part, static_cast<std::size_t>(got));
            const auto end = answer.find("\r\n\r\n");
            if (whole > 0 || end == answer.npos) continue;
            body = end + 4;
            whole = body + length_in(answer.substr(0, body));
        }
        if (!answer.starts_with("HTTP/1.1 200 ")) throw std::runtime_error(answer);
        return answer.substr(body);
    }

private:
    static std::size_t length_in(std::string_view header) {
        constexpr std::string_view name = "\r\nContent-Length: ";
        const auto at = header.find(name);
        if (at == header.npos) throw std::runtime_error("an answer without a length");
        return std::strtoull(header.data() + at + name.size(), nullptr, 10);
    }

    std::string head_;
    int socket_;
};

}  // namespace bench
