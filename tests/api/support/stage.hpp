#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tests/api/support/client.hpp"
#include "tests/api/support/fixture.hpp"
#include "tests/support/test_database.hpp"

namespace test {

// A server on a database of its own, and the people who ask it.
class Stage {
public:
    explicit Stage(api::Options options = {}, int records = 0);

    TestDatabase database;
    std::unique_ptr<Running> server;

    Client nobody() const { return Client(server->port()); }
    Client bearer(const std::string& name, const std::string& role);
    // A browser that signed in by a one-time link.
    Client browser(const std::string& name, const std::string& role);
};

// The browser that an answer signed in.
Client signed_in(std::uint16_t port, const Reply& reply);

}  // namespace test
