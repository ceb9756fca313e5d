// The life of a job in a worker's hands.
//
// Whatever happens ends in one of four steps on the queue: done, failed, given back for another
// try, or parked (given back, and the try does not count). The step itself needs the database,
// which may be what failed: it is tried until it succeeds or the worker is stopped. A worker that
// dies before needs no step, since the lease runs out and another takes the job up again; the token
// of the lease keeps a worker that comes back late from ending a job that is another's by then.
#include "worker/slot.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <boost/json/serialize.hpp>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "base/run/log.hpp"
#include "base/run/stop.hpp"
#include "schema/jobs/job_store.hpp"
#include "schema/records/values.hpp"

namespace worker {

namespace json = boost::json;
using namespace std::chrono_literals;
using Clock = std::chrono::system_clock;

namespace {

constexpr int attempts_at_most = 5;
constexpr auto ended_within = 2s;  // the process, after a stop

using Step = std::function<void(base::Tx&)>;

// What is noted of a job, and what it ended with if it is over.
struct Verdict {
    Step step;
    std::optional<json::object> result = {};
};

Verdict park(const schema::Job& job, base::Time due) {
    return {[job, due](base::Tx& tx) { schema::park_job(tx, job, due); }};
}

Verdict finish(const schema::Job& job, schema::JobState state, const json::object& result) {
    auto step = [job, state, text = json::serialize(result)](base::Tx& tx) {
        schema::finish_job(tx, job, state, text, Clock::now());
    };
    return {step, result};
}

Verdict after_failure(const schema::Job& job, const std::exception& failure) {
    base::log::error("job {}: {}", job.id, failure.what());
    const bool hopeless = dynamic_cast<const base::UsageError*>(&failure) != nullptr ||
                          dynamic_cast<const Final*>(&failure) != nullptr;
    if (hopeless || job.attempts >= attempts_at_most)
        return finish(job, schema::JobState::failed, {{"error", failure.what()}});
    auto wait = std::min<std::chrono::seconds>(10s * (1 << job.attempts), 1h);
    return {[job, due = Clock::now() + wait](base::Tx& tx) { schema::release_job(tx, job, due); }};
}

// Tries are counted when a job is taken, so that one that ends its process ends in the end as well.
Verdict give_up(const schema::Job& job) {
    auto why = fmt::format(
        "given up: its process died at the last of {} tries, which said nothing", job.attempts - 1
    );
    base::log::error("job {}: {}", job.id, why);
    return finish(job, schema::JobState::failed, {{"error", why}});
}

// Does the job; what it returns is to be done on the queue.
Verdict work_on(
    base::Database& database,
    const schema::Job& job,
    const SlotOptions& options,
    const DoJob& do_job,
    std::stop_token stop
) {
    base::log::info("job {}: {} {} begins", job.id, base::name_of(job.kind), job.spec);
    try {
        auto renew = [&](base::Time until) {
            return database.call([&](base::Tx& tx) { return schema::renew_job(tx, job, until); });
        };
        LeaseRenewal renewal(renew, options.times, stop);
        // Should the work be cut off, another worker takes it up as soon as this one is gone.
        base::OnStop let_go(stop, [&] {
            auto gone = Clock::now() + ended_within;
            database.call([&](base::Tx& tx) { schema::let_go_job(tx, job, gone); });
        });
        auto result = do_job(job, renewal.token());
        base::log::info("job {}: done {}", job.id, json::serialize(result));
        return finish(job, schema::JobState::done, result);
    } catch (const Parked& parked) {
        base::log::info("job {}: goes on at {}", job.id, schema::timestamp(parked.due));
        return park(job, parked.due);
    } catch (const base::Interrupted&) {
        return park(job, Clock::now());
    } catch (const base::DatabaseAway& away) {
        base::log::warning("job {}: goes on when the database is back: {}", job.id, away.what());
        return park(job, Clock::now());
    } catch (const std::exception& failure) {
        return after_failure(job, failure);
    }
}

void note(
    base::Database& database,
    const Step& step,
    const SlotOptions& options,
    std::stop_token stop
) {
    do {
        try {
            database.call([&](base::Tx& tx) { step(tx); });
            return;
        } catch (const base::DatabaseAway& away) {
            base::log::error("worker {}: {}", options.worker, away.what());
        }
    } while (base::rest(stop, options.pause));
}

}  // namespace

void serve_slot(
    base::Database& database,
    const SlotOptions& options,
    const DoJob& do_job,
    std::stop_token stop
) {
    while (!stop.stop_requested()) {
        try {
            if (options.before_claim) options.before_claim();
            auto now = Clock::now();
            auto job = database.call([&](base::Tx& tx) {
                auto until = now + options.times.lease;
                return schema::claim_job(tx, options.kinds, options.worker, now, until);
            });
            if (job) {
                auto verdict = job->attempts > attempts_at_most
                                   ? give_up(*job)
                                   : work_on(database, *job, options, do_job, stop);
                note(database, verdict.step, options, stop);
                if (verdict.result && options.after_end) options.after_end(*job, *verdict.result);
                continue;
            }
            if (options.when_idle && options.when_idle(stop)) continue;
        } catch (const std::exception& failure) {
            base::log::error("worker {}: {}", options.worker, failure.what());
        } catch (...) {
            base::log::error("worker {}: failed for an unknown reason", options.worker);
        }
        base::rest(stop, options.pause);
    }
}

}  // namespace worker
