#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "schema/people/user.hpp"

namespace base {
class Tx;
}

// Answers of writes that carried a key, so that the same request sent again is done once.
namespace schema {

struct KeptAnswer {
    std::string request_hash{};
    int status = 0;
    std::string media_type{};
    std::string body{};
};

// Takes the key for a request; waits while another transaction holds it. False when it was used
// before: then kept_answer() tells what came of it.
bool take_key(
    base::Tx& tx,
    std::int64_t user_id,
    const std::string& key,
    const std::string& request_hash,
    Time now
);
std::optional<KeptAnswer> kept_answer(base::Tx& tx, std::int64_t user_id, const std::string& key);
// `answer.request_hash` is the one of take_key() and is not stored again.
void keep_answer(
    base::Tx& tx,
    std::int64_t user_id,
    const std::string& key,
    const KeptAnswer& answer
);
// Drops answers that are older than a day.
void sweep_answers(base::Tx& tx, Time now);

}  // namespace schema
