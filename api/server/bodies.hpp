#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>

#include "api/server/message.hpp"
#include "api/server/server.hpp"

namespace api {

// The bytes of all bodies that are being read or answered to, in sum and by address of the client.
// For the thread that has the sockets.
class Bodies {
public:
    explicit Bodies(const Options& options) : options_(options) {}
    Bodies(const Bodies&) = delete;

    // What one body holds of them, until it is destroyed; `all` must outlive it.
    class Share {
    public:
        Share(Bodies& all, std::string address) : all_(all), address_(std::move(address)) {}
        ~Share();
        Share(const Share&) = delete;

        // Holds so many bytes more. A body that is not small and finds no room is refused: 429 when
        // its address holds its share already, 503 when all do; both say when to try again. Small
        // bodies are bounded by the number of connections.
        std::optional<Problem> grow(std::size_t bytes);

    private:
        Bodies& all_;
        const std::string address_;
        std::size_t bytes_ = 0;
    };

    std::size_t bytes() const { return bytes_; }

private:
    const Options& options_;
    std::size_t bytes_ = 0;
    std::map<std::string, std::size_t> by_address_;
};

}  // namespace api
