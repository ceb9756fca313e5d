// Simulated annotators: people whose errors are known, for trials of a project's set-up.
//
// They go the way of people, through claim, submit and skip, so that what is tried is the real
// queue. Each error is drawn from a hash of the seed, the annotator and the record and not from one
// sequence: who claims what depends on timing, and the answers must not.
#include "labeling/queue/simulate.hpp"

#include <algorithm>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "base/numbers/random.hpp"
#include "labeling/queue/people_store.hpp"
#include "labeling/queue/task_store.hpp"
#include "labeling/tasks/stored_answer.hpp"
#include "labeling/tasks/task_type.hpp"

namespace labeling {

namespace {

using namespace std::chrono_literals;

constexpr int tasks_at_once = 50;

struct Worker {
    std::int64_t user = 0;
    SimulatedAnnotator who;
    bool idle = false;
};

// One round of one worker: claims some tasks and answers them, in one transaction.
class Round {
public:
    Round(const StoredProject& project, const Simulation& simulation)
        : project_(project), simulation_(simulation) {}

    Simulated run(base::Tx& tx, Worker& worker, int n, Time now) const {
        Simulated done;
        auto tasks = claim(tx, project_.id, worker.user, n, now, 10min);
        worker.idle = tasks.empty();
        // Everybody locks tasks in the same order.
        std::sort(tasks.begin(), tasks.end(), [](const auto& a, const auto& b) {
            return a.task < b.task;
        });
        for (const auto& task : tasks) answer(tx, worker, task, now, done);
        return done;
    }

private:
    void answer(base::Tx& tx, const Worker& worker, const Claimed& task, Time now, Simulated& done)
        const {
        const auto& question = project_.project.question;
        auto truth = simulation_.truth(task.key);
        if (!truth) {
            if (skip(tx, task.task, worker.user, task.token, "simulated: unknown truth", now))
                ++done.skipped;
            return;
        }
        base::Random random(
            base::seed_of(task.key, base::seed_of(worker.who.name, simulation_.seed))
        );
        auto said = *truth;
        if (random.uniform() < worker.who.error)
            said = task_type(question.kind).mistake(question, *truth, random);
        bool wrong = said != *truth;
        auto stored = stored_answer(question, said);
        auto milliseconds = static_cast<std::int32_t>(1'000 + random.below(4'000));
        Answer given{
            .task = task.task,
            .user_id = worker.user,
            .token = task.token,
            .attempt = task.attempt,
            .class_id = stored.class_id,
            .value = stored.value,
            .milliseconds = milliseconds};
        if (submit(tx, given, now) != Submitted::accepted) return;
        ++done.answers;
        if (wrong) ++done.wrong;
        if (project_.project.max_overlap > 0) settle(tx, project_, task.task, now);
    }

    const StoredProject& project_;
    const Simulation& simulation_;
};

}  // namespace

Simulated simulate(
    base::Transactions steps,
    const StoredProject& project,
    const Simulation& simulation,
    const std::function<Time()>& clock
) {
    if (simulation.pool.empty() || !simulation.truth)
        throw base::UsageError("simulated annotators", "the pool is empty or no truth is given");
    std::vector<Worker> workers;
    for (const auto& who : simulation.pool) {
        auto user = steps.call([&](base::Tx& tx) { return simulated_user(tx, who.name, clock()); });
        workers.push_back({user, who});
    }

    Simulated total;
    Round round(project, simulation);
    for (bool any = true; any && total.answers < simulation.at_most;) {
        any = false;
        for (auto& worker : workers) {
            auto left = simulation.at_most - total.answers;
            if (left <= 0) break;
            int n = static_cast<int>(std::min<std::int64_t>(tasks_at_once, left));
            auto done = steps.call([&](base::Tx& tx) { return round.run(tx, worker, n, clock()); });
            total.answers += done.answers;
            total.wrong += done.wrong;
            total.skipped += done.skipped;
            any = any || !worker.idle;
            if (simulation.on_progress) simulation.on_progress(total.answers);
        }
    }
    return total;
}

}  // namespace labeling
