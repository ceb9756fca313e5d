#include "tests/api/support/stage.hpp"

#include <stdexcept>

namespace test {

Stage::Stage(api::Options options, int records) {
    if (records > 0) make_world(*database, records);
    server = std::make_unique<Running>(*database, std::move(options));
}

Client Stage::bearer(const std::string& name, const std::string& role) {
    Client client(server->port());
    client.bearer = api::bearer_token(*database, name, role);
    return client;
}

Client Stage::browser(const std::string& name, const std::string& role) {
    auto link = api::sign_in_link(*database, name, role);
    return signed_in(server->port(), nobody().send("POST", "/api/v1/session", {{"token", link}}));
}

Client signed_in(std::uint16_t port, const Reply& reply) {
    auto found = reply.headers.find("set-cookie");
    if (found == reply.headers.end()) throw std::runtime_error("no session: " + reply.body);
    const auto& text = found->second;
    auto begin = text.find('=') + 1;
    Client client(port);
    client.cookie = text.substr(begin, text.find(';') - begin);
    client.csrf = client.get("/api/v1/session").text("csrf_token");
    return client;
}

}  // namespace test
