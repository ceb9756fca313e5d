#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace api {

// Requests counted and timed, and gauges, as Prometheus' text format 0.0.4. Not thread-safe.
class Metrics {
public:
    // `route` is the pattern, never the path: the number of series stays bounded.
    void count(
        std::string_view method,
        std::string_view route,
        int status,
        std::chrono::duration<double> took
    );
    void set(const std::string& gauge, double value);
    // `help` of each gauge that set() is called for.
    std::string text(const std::vector<std::pair<std::string, std::string>>& gauges) const;

private:
    static constexpr std::array<double, 12>
        bounds{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10};
    struct Histogram {
        std::array<std::uint64_t, bounds.size() + 1> buckets{};
        double sum = 0;
    };

    std::map<std::tuple<std::string, std::string, int>, std::uint64_t> requests_;
    std::map<std::string, Histogram> seconds_;
    std::map<std::string, double> gauges_;
};

}  // namespace api
