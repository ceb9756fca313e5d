#include "tests/soak/pushes.hpp"

#include <chrono>
#include <random>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/bytes/base64.hpp"
#include "base/bytes/hash.hpp"
#include "tests/soak/caller.hpp"

namespace soak {

namespace json = boost::json;

namespace {

std::vector<std::string> signed_headers(const std::string& id, const std::string& body) {
    auto now = std::chrono::system_clock::now().time_since_epoch();
    auto time = std::to_string(std::chrono::duration_cast<std::chrono::seconds>(now).count());
    auto key = *base::from_base64(std::string_view(push_secret).substr(6));
    auto proof = base::hmac(base::Digest::sha256, key, id + "." + time + "." + body);
    return {
        "webhook-id: " + id,
        "webhook-timestamp: " + time,
        "webhook-signature: v1," + base::base64(proof)};
}

}  // namespace

Pushed push(std::uint16_t port, Ledger& ledger, int sender, unsigned seed) {
    Pushed pushed;
    Caller caller(port, ledger, fmt::format("sender {}", sender), "");
    std::mt19937 random(seed);
    const auto path = fmt::format("/api/v1/push/{}", push_source);
    for (int number = 0; ledger.open(); ++number) {
        auto id = fmt::format("msg_{}_{}", sender, number);
        json::array body;
        Pushed now;
        for (auto i = 1 + random() % 5; i > 0; --i) {
            auto key = fmt::format("{}-{}-{}", sender, number, i);
            auto value = static_cast<std::int64_t>(random() % 1000);
            json::object record{{"id", key}, {"number", value}};
            if (random() % 25 == 0) {
                record.erase("id");
                ++now.rejects;
            } else {
                now.records[key] = value;
            }
            body.push_back(std::move(record));
        }
        auto reply = caller.push(path, body, id, signed_headers);
        if (reply.status != 200) {
            ledger.fault(fmt::format("push {}: {} {}", id, reply.status, reply.body));
            continue;
        }
        pushed.messages.insert(id);
        pushed.records.merge(now.records);
        pushed.rejects += now.rejects;
        ledger.count("pushes");
        if (random() % 20 == 0) {
            auto again = caller.push(path, body, id, signed_headers);
            if (again.status != 200 || !again.json().at("repeated").as_bool())
                ledger.fault(fmt::format("push {} again: {} {}", id, again.status, again.body));
        }
        Ledger::rest(std::chrono::milliseconds(100 + random() % 500));
    }
    return pushed;
}

}  // namespace soak
