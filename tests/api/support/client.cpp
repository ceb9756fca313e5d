#include "tests/api/support/client.hpp"

#include <stdexcept>

#include <arpa/inet.h>
#include <curl/curl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace test {

namespace {

std::size_t take(char* data, std::size_t size, std::size_t count, void* out) {
    static_cast<std::string*>(out)->append(data, size * count);
    return size * count;
}

std::map<std::string, std::string> headers_of(const std::string& text) {
    std::map<std::string, std::string> out;
    for (std::size_t at = 0; at < text.size();) {
        auto end = text.find("\r\n", at);
        auto line = text.substr(at, end - at);
        at = end + 2;
        auto colon = line.find(": ");
        if (colon == line.npos) continue;
        auto name = line.substr(0, colon);
        for (char& c : name) c = static_cast<char>(std::tolower(c));
        out[name] = line.substr(colon + 2);
    }
    return out;
}

}  // namespace

boost::json::value Reply::json() const {
    return boost::json::parse(body);
}

std::string Reply::text(std::string_view member) const {
    return std::string(json().as_object().at(member).as_string());
}

Reply Client::get(const std::string& path, std::vector<std::string> headers) const {
    return perform("GET", path, nullptr, std::move(headers));
}

Reply Client::send(
    const std::string& method,
    const std::string& path,
    const boost::json::value& body,
    std::vector<std::string> headers
) const {
    auto text = body.is_null() ? std::string() : boost::json::serialize(body);
    headers.emplace_back("Content-Type: application/json");
    return perform(method, path, &text, std::move(headers));
}

Reply Client::perform(
    const std::string& method,
    const std::string& path,
    const std::string* body,
    std::vector<std::string> headers
) const {
    CURL* curl = curl_easy_init();
    Reply reply;
    std::string head;
    if (!bearer.empty()) headers.push_back("Authorization: Bearer " + bearer);
    if (!cookie.empty()) headers.push_back("Cookie: tilth_session=" + cookie);
    if (!csrf.empty() && method != "GET") headers.push_back("X-CSRF-Token: " + csrf);
    headers.emplace_back("Expect:");
    curl_slist* list = nullptr;
    for (const auto& header : headers) list = curl_slist_append(list, header.c_str());
    curl_easy_setopt(curl, CURLOPT_URL, (base_ + path).c_str());
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method.c_str());
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, list);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, 40L);
    curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
    if (body) {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, static_cast<long>(body->size()));
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body->c_str());
    }
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &reply.body);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, &head);
    auto result = curl_easy_perform(curl);
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_slist_free_all(list);
    curl_easy_cleanup(curl);
    if (result != CURLE_OK) throw std::runtime_error(curl_easy_strerror(result));
    reply.status = static_cast<int>(status);
    reply.headers = headers_of(head);
    return reply;
}

std::string
Client::raw(std::uint16_t port, const std::string& bytes, std::size_t at_most, bool ends) {
    int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    timeval patience{10, 0};
    setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    std::string out;
    if (connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
        ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (ends) shutdown(socket, SHUT_WR);
        char buffer[4096];
        while (out.size() < at_most) {
            auto got = recv(socket, buffer, sizeof buffer, 0);
            if (got <= 0) break;
            out.append(buffer, static_cast<std::size_t>(got));
        }
    }
    close(socket);
    return out;
}

}  // namespace test
