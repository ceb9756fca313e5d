#include "tests/soak/caller.hpp"

#include <fmt/format.h>
#include <boost/json/serialize.hpp>

namespace soak {

using namespace std::chrono_literals;

namespace {

constexpr auto patience = 10min;

// A request of the same key is at work: a connection that was lost, not yet known to be.
bool under_way(const test::Reply& reply) {
    return reply.status == 409 && reply.body.find("Under way") != std::string::npos;
}

}  // namespace

Caller::Caller(std::uint16_t port, Ledger& ledger, std::string name, std::string bearer)
    : client_(port), ledger_(ledger), name_(std::move(name)) {
    client_.bearer = std::move(bearer);
}

template <typename Ask>
test::Reply Caller::until_answered(const std::string& what, Ask ask) {
    auto end = Clock::now() + patience;
    for (auto pause = 50ms;; pause = std::min<std::chrono::milliseconds>(pause * 2, 1s)) {
        try {
            auto reply = ask();
            if (reply.status == 500)
                ledger_.fault(fmt::format("{}: 500 {}", what, reply.body.substr(0, 300)));
            else if (reply.status != 503 && reply.status != 429 && !under_way(reply))
                return reply;
        } catch (const std::runtime_error&) {  // no connection, or it was lost
        }
        ledger_.count("retries");
        if (Clock::now() > end) {
            ledger_.fault(what + ": no answer for ten minutes");
            throw std::runtime_error(what + ": no answer");
        }
        Ledger::rest(pause);
    }
}

test::Reply Caller::ask(
    const std::string& method,
    const std::string& path,
    const boost::json::value& body,
    std::vector<std::string> headers
) {
    headers.push_back(fmt::format("Idempotency-Key: {}-{}", name_, ++asked_));
    return until_answered(method + " " + path, [&] {
        return method == "GET" ? client_.get(path) : client_.send(method, path, body, headers);
    });
}

boost::json::value
Caller::must(const std::string& method, const std::string& path, const boost::json::value& body) {
    auto reply = ask(method, path, body);
    if (reply.status >= 300)
        throw std::runtime_error(fmt::format(
            "{} {} of {}: {} {}", method, path, name_, reply.status, reply.body.substr(0, 300)
        ));
    return reply.json();
}

test::Reply Caller::push(
    const std::string& path,
    const boost::json::value& body,
    const std::string& id,
    Headers headers
) {
    auto text = boost::json::serialize(body);
    return until_answered("POST " + path, [&] {
        return client_.send("POST", path, body, headers(id, text));
    });
}

}  // namespace soak
