#pragma once

#include <string>
#include <vector>

#include <boost/json/value.hpp>

#include "tests/api/support/client.hpp"
#include "tests/soak/ledger.hpp"

namespace soak {

// Somebody who asks until there is an answer, with one Idempotency-Key, as clients are told to do.
class Caller {
public:
    Caller(std::uint16_t port, Ledger& ledger, std::string name, std::string bearer);

    // The first answer that is no 429, 503 or lost connection. A 500, and no answer for ten
    // minutes, are faults; the latter throws std::runtime_error.
    test::Reply ask(
        const std::string& method,
        const std::string& path,
        const boost::json::value& body = {},
        std::vector<std::string> headers = {}
    );
    // The body of an answer that must be good: else throws std::runtime_error.
    boost::json::value
    must(const std::string& method, const std::string& path, const boost::json::value& body = {});
    // One that uses headers of its own in place of the key, made anew for each try.
    using Headers = std::vector<std::string> (*)(const std::string& id, const std::string& body);
    test::Reply push(
        const std::string& path,
        const boost::json::value& body,
        const std::string& id,
        Headers headers
    );

private:
    template <typename Ask>
    test::Reply until_answered(const std::string& what, Ask ask);

    test::Client client_;
    Ledger& ledger_;
    std::string name_;
    std::int64_t asked_ = 0;
};

}  // namespace soak
