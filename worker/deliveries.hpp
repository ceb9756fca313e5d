#pragma once

#include <chrono>
#include <stop_token>

namespace base {
class Database;
}
namespace service {
struct Config;
}

namespace worker {

// Sends what webhooks are to be told, until it is stopped; looks for news every `pause`. Any number
// may do so at the same time. A message whose sender dies is sent again, by its old id.
void deliver_messages(
    base::Database& database,
    const service::Config& config,
    std::stop_token stop,
    std::chrono::milliseconds pause = std::chrono::seconds(1)
);

}  // namespace worker
