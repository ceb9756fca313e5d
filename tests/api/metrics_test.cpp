#include "api/server/metrics.hpp"

#include <catch2/catch.hpp>

using Catch::Contains;
using namespace std::chrono_literals;

TEST_CASE("requests are counted and timed by route", "[api][metrics]") {
    api::Metrics metrics;
    metrics.count("GET", "/a/{id}", 200, 3ms);
    metrics.count("GET", "/a/{id}", 200, 20s);
    metrics.count("GET", "/a/{id}", 404, 1ms);
    metrics.set("tilth_jobs", 7);
    auto text = metrics.text({{"tilth_jobs", "Jobs."}, {"tilth_unset", "Not set."}});
    CHECK_THAT(
        text,
        Contains("tilth_http_requests_total{method=\"GET\",route=\"/a/{id}\",status=\"200\"} 2\n")
    );
    CHECK_THAT(
        text,
        Contains("tilth_http_requests_total{method=\"GET\",route=\"/a/{id}\",status=\"404\"} 1\n")
    );
    CHECK_THAT(text, Contains("le=\"0.001\"} 1\n"));
    CHECK_THAT(text, Contains("le=\"0.005\"} 2\n"));
    CHECK_THAT(text, Contains("le=\"10\"} 2\n"));
    CHECK_THAT(text, Contains("le=\"+Inf\"} 3\n"));
    CHECK_THAT(text, Contains("tilth_http_request_seconds_count{route=\"/a/{id}\"} 3\n"));
    CHECK_THAT(text, Contains("# TYPE tilth_jobs gauge\ntilth_jobs 7\n"));
    CHECK_THAT(text, !Contains("tilth_unset"));
}
