#include "api/server/metrics.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

namespace api {

void Metrics::count(
    std::string_view method,
    std::string_view route,
    int status,
    std::chrono::duration<double> took
) {
    ++requests_[{std::string(method), std::string(route), status}];
    auto& histogram = seconds_[std::string(route)];
    auto bucket = std::lower_bound(bounds.begin(), bounds.end(), took.count()) - bounds.begin();
    ++histogram.buckets[static_cast<std::size_t>(bucket)];
    histogram.sum += took.count();
}

void Metrics::set(const std::string& gauge, double value) {
    gauges_[gauge] = value;
}

std::string Metrics::text(const std::vector<std::pair<std::string, std::string>>& gauges) const {
    std::string out;
    auto to = std::back_inserter(out);
    fmt::format_to(to, "# HELP tilth_http_requests_total Requests answered.\n");
    fmt::format_to(to, "# TYPE tilth_http_requests_total counter\n");
    for (const auto& [key, count] : requests_) {
        const auto& [method, route, status] = key;
        fmt::format_to(
            to,
            "tilth_http_requests_total{{method=\"{}\",route=\"{}\",status=\"{}\"}} {}\n",
            method,
            route,
            status,
            count
        );
    }
    fmt::format_to(
        to, "# HELP tilth_http_request_seconds Time from request read to answer ready.\n"
    );
    fmt::format_to(to, "# TYPE tilth_http_request_seconds histogram\n");
    for (const auto& [route, histogram] : seconds_) {
        std::uint64_t total = 0;
        for (std::size_t i = 0; i <= bounds.size(); ++i) {
            total += histogram.buckets[i];
            auto bound = i < bounds.size() ? fmt::format("{}", bounds[i]) : "+Inf";
            fmt::format_to(
                to,
                "tilth_http_request_seconds_bucket{{route=\"{}\",le=\"{}\"}} {}\n",
                route,
                bound,
                total
            );
        }
        fmt::format_to(
            to, "tilth_http_request_seconds_sum{{route=\"{}\"}} {}\n", route, histogram.sum
        );
        fmt::format_to(to, "tilth_http_request_seconds_count{{route=\"{}\"}} {}\n", route, total);
    }
    for (const auto& [name, help] : gauges) {
        auto found = gauges_.find(name);
        if (found == gauges_.end()) continue;
        fmt::format_to(
            to, "# HELP {} {}\n# TYPE {} gauge\n{} {}\n", name, help, name, name, found->second
        );
    }
    return out;
}

}  // namespace api
