#include "worker/worker.hpp"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include <fmt/format.h>
#include <unistd.h>
#include <boost/json.hpp>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "base/run/log.hpp"
#include "schema/jobs/job_store.hpp"
#include "service/gather/cron.hpp"
#include "service/gather/gather.hpp"
#include "service/version.hpp"
#include "training/experiment.hpp"

namespace worker {

namespace json = boost::json;
using namespace std::chrono_literals;
using Clock = std::chrono::system_clock;

namespace {

constexpr auto lease = 60s;
constexpr auto renewal = 15s;
constexpr auto pause = 1s;
constexpr int attempts_at_most = 5;

// A job that has to wait, and knows until when.
struct Parked {
    Clock::time_point due;
};

json::object do_job(service::Context& context, const schema::Job& job, std::stop_token stop) {
    auto spec = json::parse(job.spec).as_object();
    if (job.kind == schema::JobKind::train) {
        training::TrainRequest request;
        request.snapshot = std::string(spec.at("snapshot").as_string());
        if (const auto* kind = spec.if_contains("model"))
            request.spec.model = std::string(kind->as_string());
        if (const auto* tune = spec.if_contains("tune"))
            request.spec.tune = std::string(tune->as_string());
        request.code_version = service::version;
        auto outcome = training::train(context.database(), context.blobs(), {}, request, {}, stop);
        return {
            {"run", outcome.run.id},
            {"model", outcome.model_name},
            {"version", outcome.model_version}};
    }
    if (job.kind != schema::JobKind::crawl && job.kind != schema::JobKind::ingest)
        throw base::UsageError(
            fmt::format("job of kind {}", base::name_of(job.kind)),
            "no worker of this version does it"
        );
    auto name = std::string(spec.at("source").as_string());
    auto source =
        context.database().call([&](base::Tx& tx) { return schema::require_source(tx, name); });
    auto result = service::gather(context, source, stop);
    if (result.due_again) throw Parked{*result.due_again};
    if (result.state == "interrupted") throw base::Interrupted();
    return {
        {"run", result.run_id},
        {"read", result.counts.read},
        {"new", result.counts.added},
        {"changed", result.counts.changed},
        {"unchanged", result.counts.unchanged},
        {"rejected", result.counts.rejected}};
}

// Renews a job's lease while it is done; asks the job to stop when the lease was lost.
class Keeper {
public:
    Keeper(base::Database& database, const schema::Job& job, std::stop_token outer)
        : forward_(outer, [this] { work_.request_stop(); }),
          thread_([this, &database, job](std::stop_token done) {
              while (!done.stop_requested()) {
                  base::rest(done, renewal);
                  if (done.stop_requested()) return;
                  bool held = database.call([&](base::Tx& tx) {
                      return schema::renew_job(tx, job, Clock::now() + lease);
                  });
                  if (!held) work_.request_stop();
              }
          }) {}

    std::stop_token token() const { return work_.get_token(); }

private:
    std::stop_source work_;
    std::stop_callback<std::function<void()>> forward_;
    std::jthread thread_;
};

void finish(
    base::Database& database,
    const schema::Job& job,
    schema::JobState state,
    const json::object& result
) {
    database.call([&](base::Tx& tx) {
        schema::finish_job(tx, job, state, json::serialize(result), Clock::now());
    });
}

void work_on(service::Context& context, const schema::Job& job, std::stop_token stop) {
    auto& database = context.database();
    base::log::info("job {}: {} {} begins", job.id, base::name_of(job.kind), job.spec);
    try {
        Keeper keeper(database, job, stop);
        auto result = do_job(context, job, keeper.token());
        finish(database, job, schema::JobState::done, result);
        base::log::info("job {}: done {}", job.id, json::serialize(result));
    } catch (const Parked& parked) {
        base::log::info("job {}: goes on at {}", job.id, schema::timestamp(parked.due));
        database.call([&](base::Tx& tx) { schema::release_job(tx, job, parked.due); });
    } catch (const base::Interrupted&) {
        database.call([&](base::Tx& tx) { schema::release_job(tx, job, Clock::now()); });
    } catch (const std::exception& failure) {
        base::log::error("job {}: {}", job.id, failure.what());
        bool final =
            job.attempts >= attempts_at_most || dynamic_cast<const base::UsageError*>(&failure);
        if (final) {
            finish(database, job, schema::JobState::failed, {{"error", failure.what()}});
        } else {
            auto wait = std::min<std::chrono::seconds>(10s * (1 << job.attempts), 1h);
            database.call([&](base::Tx& tx) { schema::release_job(tx, job, Clock::now() + wait); });
        }
    }
}

void queue_due_sources(base::Database& database) {
    database.call([](base::Tx& tx) {
        auto now = Clock::now();
        for (const auto& due : schema::due_sources(tx, now)) {
            schema::add_job(
                tx,
                due.kind == "crawl" ? schema::JobKind::crawl : schema::JobKind::ingest,
                json::serialize(json::object{{"source", due.name}}),
                "source:" + due.name,
                now,
                now
            );
            schema::set_schedule(
                tx, due.id, due.schedule, service::next_time(service::parse_cron(due.schedule), now)
            );
        }
    });
}

void serve_slot(
    service::Context& context,
    const WorkerOptions& options,
    const std::string& name,
    bool schedule,
    std::stop_token stop
) {
    auto& database = context.database();
    while (!stop.stop_requested()) {
        try {
            if (schedule) queue_due_sources(database);
            auto now = Clock::now();
            auto job = database.call([&](base::Tx& tx) {
                return schema::claim_job(tx, options.kinds, name, now, now + lease);
            });
            if (job) {
                work_on(context, *job, stop);
                continue;
            }
        } catch (const std::exception& failure) {
            base::log::error("worker {}: {}", name, failure.what());
        }
        base::rest(stop, pause);
    }
}

}  // namespace

void run_worker(service::Context& context, const WorkerOptions& options, std::stop_token stop) {
    context.database();
    context.blobs();
    char host[256] = "host";
    gethostname(host, sizeof host - 1);
    std::vector<std::jthread> slots;
    for (std::size_t slot = 0; slot < options.slots; ++slot) {
        slots.emplace_back([&, slot] {
            serve_slot(
                context,
                options,
                fmt::format("{}-{}-{}", host, getpid(), slot),
                options.schedule && slot == 0,
                stop
            );
        });
    }
}

}  // namespace worker
