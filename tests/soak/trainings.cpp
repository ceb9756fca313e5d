#include "tests/soak/trainings.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "tests/soak/gathering.hpp"
#include "tests/soak/labelers.hpp"

namespace soak {

namespace json = boost::json;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t open_tasks = 200;    // at least, for the labelers
constexpr std::int64_t labels_wanted = 60;  // for a snapshot

}  // namespace

void make_project(Caller caller) {
    json::array classes;
    for (const auto* topic : topics) classes.push_back(json::object{{"name", topic}});
    caller.must(
        "POST",
        "/api/v1/projects",
        {{"name", project},
         {"source", csv_source},
         {"show", json::array{"fields"}},
         {"fields", json::array{"words"}},
         {"overlap", 2},
         {"truth", json::object{{"method", "mv"}}},
         {"class", std::move(classes)}}
    );
}

Trained train(Caller caller, Ledger& ledger) {
    Trained trained;
    auto pause = std::clamp<std::chrono::seconds>(ledger.length() / 60, 2s, 60s);
    auto due = Clock::now();
    const auto path = fmt::format("/api/v1/projects/{}", project);
    for (std::int64_t number = 1, labels = 0; ledger.open(); Ledger::rest(2s)) {
        auto queue = caller.must("POST", path + "/queue", {{"add", 0}});
        if (queue.at("open").as_int64() < open_tasks)
            queue = caller.must("POST", path + "/queue", {{"add", open_tasks}});
        if (Clock::now() < due || queue.at("done").as_int64() < labels + labels_wanted) continue;
        due = Clock::now() + pause;
        labels = queue.at("done").as_int64();
        caller.must("POST", path + "/truth", json::object{});
        auto name = fmt::format("snapshot-{}", number);
        // One whose answer was lost in a kill is there already, of the labels that there were then.
        auto made = caller.ask(
            "POST", "/api/v1/snapshots", {{"name", name}, {"project", project}, {"seed", number}}
        );
        bool known =
            made.status == 409 && made.body.find("exists with other members") != made.body.npos;
        if (made.status >= 300 && !known)
            ledger.fault(fmt::format("POST /api/v1/snapshots: {} {}", made.status, made.body));
        trained.snapshots.push_back(name);
        auto queued = caller.must(
            "POST",
            "/api/v1/runs",
            {{"snapshot", name}, {"model", number % 2 == 0 ? "mlp" : "softmax"}}
        );
        trained.jobs.push_back(queued.at("job").as_int64());
        ledger.count("trainings queued");
        ++number;
    }
    return trained;
}

}  // namespace soak
