#include "service/figures.hpp"

#include "base/json/described.hpp"
#include "labeling/queue/task_store.hpp"
#include "schema/jobs/job_store.hpp"
#include "schema/sources/source_store.hpp"
#include "training/registry/run_steps.hpp"
#include "training/run_store.hpp"

namespace service {

namespace {

struct ModelProgress {
    std::int64_t id = 0;
    std::string kind, state;
    double seconds = 0;
    std::optional<training::LiveStep> step;  // where it is, while it goes on
};
BOOST_DESCRIBE_STRUCT(ModelProgress, (), (id, kind, state, seconds, step))

struct Progress {
    std::vector<schema::RunProgress> source_runs;
    std::vector<ModelProgress> model_runs;
};
BOOST_DESCRIBE_STRUCT(Progress, (), (source_runs, model_runs))

constexpr auto silent_for = std::chrono::seconds(30);  // a worker that lives tells every five

}  // namespace

Figures figures_of(base::Tx& tx, const Config& config) {
    auto totals = schema::run_totals(tx);
    return {
        .records = totals.added,
        .rejected = totals.rejected,
        .jobs = schema::count_jobs(tx),
        .workers = schema::count_workers(tx, std::chrono::system_clock::now() - silent_for),
        .open_tasks = labeling::count_open_tasks(tx),
        .crawl = crawler::crawl_figures(tx),
        .disk = disk_figures(tx, config)};
}

std::string progress_of(base::Tx& tx, base::Time now) {
    auto since = now - std::chrono::seconds(10);
    Progress progress{schema::recent_runs(tx, since), {}};
    const auto runs = training::recent_runs(tx, since);
    for (const auto& run : runs)
        progress.model_runs.push_back(
            {.id = run.id, .kind = run.kind, .state = run.state, .seconds = run.seconds, .step = {}}
        );
    if (runs.empty()) return base::json_text(progress);
    for (auto& step : training::live_steps(tx))
        for (auto& run : progress.model_runs)
            if (run.id == step.run_id) run.step = step;
    return base::json_text(progress);
}

}  // namespace service
