// The queue of a project as a verb.
//
// All that puts records in by a model's predictions goes through send_to_queue(): the order is kept
// as a falling priority, from 1 to nearly 0, so that what was added at once is asked in its order
// before all that has no priority, and each task keeps what picked it.
#include "service/labels/queue/queue.hpp"

#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "labeling/projects/project_view_store.hpp"
#include "schema/records/record_fields.hpp"
#include "schema/select/filter.hpp"
#include "service/labels/projects.hpp"
#include "service/labels/queue/conflicts.hpp"
#include "training/analysis/analysis.hpp"
#include "training/run_store.hpp"

namespace service {

const base::Settings<QueueRecords> QueueRecords::settings{
    {"project", &QueueRecords::project, "its name", {.required = true}},
    {"add",
     &QueueRecords::add,
     "put so many records in that have neither label nor task",
     {.low = 0}},
    {"where", &QueueRecords::where, "only records that this condition holds for"},
    {"priority", &QueueRecords::priority, "higher ones come first; 0 by default"},
    {"assign", &QueueRecords::assign, "only to this user, until released"},
    {"release", &QueueRecords::release, "to everybody again"},
    {"remove", &QueueRecords::remove, "take them out of the queue; answers stay"},
    {"double",
     &QueueRecords::twice,
     "so large a share of all tasks, picked at random, wants one person more, each once",
     {.low = 0, .high = 1}},
    {"order",
     &QueueRecords::order,
     "those first, of what is added or waits, that the model of 'run' is least sure of, or "
     "(conflict) that labeling rules disagree on"},
    {"run", &QueueRecords::run, "number of a training run, for 'order'", {.low = 1}},
    {"random_share",
     &QueueRecords::random_share,
     "so large a share is picked by chance instead, so that estimates from it hold for all; 0.1 by "
     "default",
     {.low = 0, .high = 1}},
    {"label_errors",
     &QueueRecords::label_errors,
     "ask again about the 'add' labels that this run takes for wrong, of other people",
     {.low = 1}},
    {"waiting", &QueueRecords::waiting, "with 'order': put the tasks that wait in this order"},
    {"pool", &QueueRecords::pool, "with 'order': so many records to choose from", {.low = 1}},
    {"seed", &QueueRecords::seed, "of what is picked by chance"},
};
namespace {

constexpr std::size_t usual_batch = 1'000;

// Records that the condition holds for and that have neither label nor task, so many at most; of
// these only, if some are named.
std::vector<training::Item> fresh_items(
    Work& work,
    const labeling::StoredProject& stored,
    const std::string& condition,
    std::size_t most,
    const std::map<std::string, double>* of_these = nullptr
) {
    auto where = schema::Filter::parse(condition);
    std::vector<training::Item> fresh, looked;
    auto ask = [&] {
        std::vector<std::string> keys;
        for (const auto& item : looked) keys.push_back(item.id.key);
        auto at = looked.begin();
        for (const auto& key : labeling::neither_labeled_nor_queued(work.tx, stored, keys)) {
            while (at->id.key != key) ++at;
            if (fresh.size() < most) fresh.push_back(std::move(*at));
            ++at;
        }
        looked.clear();
    };
    auto take = [&](schema::RecordFound& found) {
        if ((!of_these || of_these->contains(found.id.key)) && where.matches(found.fields))
            looked.push_back({found.id, found.version, std::nullopt, std::nullopt, found.group});
        if (looked.size() == usual_batch) ask();
        return fresh.size() < most;
    };
    schema::each_record(work.tx, stored.source_id, where.fields(), take);
    ask();
    return fresh;
}

// Changes the waiting tasks of records that the condition holds for. Returns how many.
std::int64_t
change_queue(Work& work, const labeling::StoredProject& stored, const QueueRecords& request) {
    auto where = schema::Filter::parse(request.where);
    std::optional<std::int64_t> user;
    if (!request.assign.empty()) user = known_worker(work, stored, request.assign);
    std::int64_t changed = 0;
    std::vector<std::string> keys;
    auto change = [&] {
        if (request.remove)
            changed += labeling::remove_tasks(work.tx, stored, keys, work.now);
        else if (user || request.release)
            changed += labeling::assign(work.tx, stored, keys, user);
        else
            changed += labeling::set_priority(work.tx, stored, keys, *request.priority);
        keys.clear();
    };
    auto take = [&](schema::RecordFound& found) {
        if (where.matches(found.fields)) keys.push_back(found.id.key);
        if (keys.size() == usual_batch) change();
        return true;
    };
    schema::each_record(work.tx, stored.source_id, where.fields(), take);
    change();
    return changed;
}

void check_change(const QueueRecords& request) {
    auto changes =
        (request.assign.empty() ? 0 : 1) + (request.release ? 1 : 0) + (request.remove ? 1 : 0);
    if (changes > 1)
        throw base::UsageError(
            "'assign', 'release', 'remove'", "stand beside each other", "ask for one of them"
        );
    if (request.add > 0 && (request.release || request.remove))
        throw base::UsageError("'add'", "stands beside 'release' or 'remove'", "ask for one");
    if (changes > 0 && request.where.empty() && request.add == 0)
        throw base::UsageError("'where'", "is missing", "say which records are meant");
}

void check_order(const QueueRecords& request) {
    auto stands_beside = [](const char* one, const char* other) {
        throw base::UsageError(one, std::string("stands beside ") + other, "ask for one of them");
    };
    const auto by_run = request.order ? order_by_run(*request.order) : std::nullopt;
    if (by_run && !request.run)
        throw base::UsageError("'run'", "is missing", "say whose predictions make the order");
    if (request.order && !by_run && request.run)
        stands_beside("'run'", "the order 'conflict', which needs none");
    if (request.order && request.add == 0 && !request.waiting)
        throw base::UsageError(
            "'order'", "has nothing to order", "say how many to 'add', or 'waiting'"
        );
    for (auto [name, given] :
         {std::pair{"'run'", request.run.has_value()},
          {"'random_share'", request.random_share.has_value()},
          {"'waiting'", request.waiting}})
        if (given && !request.order)
            throw base::UsageError(name, "stands without 'order'", "say the order, too");
    if (request.order && request.priority) stands_beside("'priority'", "'order'");
    if (!request.label_errors) return;
    if (request.add == 0)
        throw base::UsageError("'add'", "is missing", "say how many labels are to be asked again");
    if (request.order) stands_beside("'label_errors'", "'order'");
    if (request.priority) stands_beside("'label_errors'", "'priority'");
    if (!request.where.empty()) stands_beside("'label_errors'", "'where'");
    if (!request.assign.empty()) stands_beside("'label_errors'", "'assign'");
}

// A run that learnt from the project's labels.
void check_run(Work& work, const labeling::StoredProject& stored, std::int64_t run) {
    auto info = training::require_run(work.tx, run);
    if (info.project_id == stored.id) return;
    throw base::Error(
        fmt::format("run {}", run),
        info.project.empty() ? "learnt from no labeling project"
                             : fmt::format("is of project '{}'", info.project),
        fmt::format("take a run of project '{}'", stored.project.name)
    );
}

constexpr double usual_random_share = 0.1;

training::NextRequest next_request(const QueueRecords& request, training::Order order) {
    return {
        .run_id = *request.run,
        .count = static_cast<std::size_t>(request.add),
        .order = order,
        .random_share = request.random_share.value_or(usual_random_share),
        .seed = request.seed,
        .pool = request.pool};
}

training::NextFound choose_by_run(Work& work, const training::NextRequest& request) {
    return training::choose_next(work.here.database, work.here.blobs, {}, request);
}

// What to add as a run says, of the records that the condition holds for.
training::NextFound
fresh_by_run(Work& work, const labeling::StoredProject& stored, const QueueRecords& request) {
    auto wanted = next_request(request, *order_by_run(*request.order));
    wanted.among = fresh_items(work, stored, request.where, request.pool);
    return choose_by_run(work, wanted);
}

// What to add as rules disagree. The random arm is picked from records without a conflict, too.
training::NextFound
fresh_by_conflict(Work& work, const labeling::StoredProject& stored, const QueueRecords& request) {
    const auto found = conflicts(work, stored);
    const auto most = static_cast<std::size_t>(request.add);
    std::vector<Conflict> rows;
    if (request.where.empty()) {
        for (auto at = found.begin(); at != found.end() && rows.size() < most;) {
            std::map<std::string, double> doubts;
            std::vector<std::string> keys;
            for (; at != found.end() && keys.size() < usual_batch; ++at) {
                doubts.emplace(at->key, at->doubt);
                keys.push_back(at->key);
            }
            for (auto& key : labeling::neither_labeled_nor_queued(work.tx, stored, keys))
                rows.push_back({key, doubts.at(key)});
        }
    } else {
        std::map<std::string, double> doubts;
        for (const auto& each : found) doubts.emplace(each.key, each.doubt);
        for (auto& item : fresh_items(work, stored, request.where, found.size(), &doubts))
            rows.push_back({item.id.key, doubts.at(item.id.key)});
    }
    std::set<std::string> there;
    for (const auto& row : rows) there.insert(row.key);
    for (auto& item : fresh_items(work, stored, request.where, request.pool))
        if (!there.contains(item.id.key)) rows.push_back({std::move(item.id.key), 0});
    return mix_conflicts(
        rows, most, request.random_share.value_or(usual_random_share), request.seed
    );
}

// Picks records that have neither label nor task, and puts them in. Returns their keys.
std::vector<std::string> add_in_order(
    Work& work,
    const labeling::StoredProject& stored,
    const QueueRecords& request,
    QueueState& state
) {
    const auto found = order_by_run(*request.order) ? fresh_by_run(work, stored, request)
                                                    : fresh_by_conflict(work, stored, request);
    auto put = send_to_queue(work, stored, request.run.value_or(0), found.items, false);
    state.looked_at += static_cast<std::int64_t>(found.pool);
    state.added += put.added + put.changed;
    state.unfit = put.unfit;
    std::vector<std::string> keys;
    for (const auto& one : found.items) keys.push_back(one.item.id.key);
    return keys;
}

training::NextFound waiting_by_run(
    Work& work,
    const labeling::StoredProject& stored,
    const QueueRecords& request,
    std::vector<labeling::WaitingTask> tasks
) {
    auto wanted = next_request(request, *order_by_run(*request.order));
    wanted.among.emplace();
    for (auto& task : tasks) {
        training::Item item;
        item.id = {.rk = task.rk, .source_id = stored.source_id, .key = std::move(task.key)};
        item.version = task.version;
        wanted.among->push_back(std::move(item));
    }
    wanted.count = wanted.among->size();
    wanted.all = true;
    return choose_by_run(work, wanted);
}

training::NextFound waiting_by_conflict(
    Work& work,
    const labeling::StoredProject& stored,
    const QueueRecords& request,
    std::vector<labeling::WaitingTask> tasks
) {
    std::map<std::string, double> doubts;
    for (auto& each : conflicts(work, stored)) doubts.emplace(std::move(each.key), each.doubt);
    std::vector<Conflict> rows;
    for (auto& task : tasks) {
        auto doubt = doubts.find(task.key);
        rows.push_back({std::move(task.key), doubt == doubts.end() ? 0 : doubt->second});
    }
    return mix_conflicts(
        rows, rows.size(), request.random_share.value_or(usual_random_share), request.seed
    );
}

// Puts all that waits in order.
void order_waiting(
    Work& work,
    const labeling::StoredProject& stored,
    const QueueRecords& request,
    QueueState& state
) {
    auto tasks = labeling::waiting_tasks(work.tx, stored);
    const auto found = order_by_run(*request.order)
                           ? waiting_by_run(work, stored, request, std::move(tasks))
                           : waiting_by_conflict(work, stored, request, std::move(tasks));
    state.looked_at += static_cast<std::int64_t>(found.pool);
    state.changed +=
        send_to_queue(work, stored, request.run.value_or(0), found.items, false).changed;
}

void ask_errors_again(
    Work& work,
    const labeling::StoredProject& stored,
    const QueueRecords& request,
    QueueState& state
) {
    training::AnalysisRequest wanted;
    wanted.run_id = *request.label_errors;
    wanted.slices = false;
    wanted.top = static_cast<std::size_t>(request.add);
    wanted.stop = work.here.stop;
    auto found = training::analyse(work.here.database, work.here.blobs, {}, wanted);
    auto put = send_to_queue(work, stored, *request.label_errors, found.label_errors, true);
    state.looked_at = static_cast<std::int64_t>(found.label_errors_judged);
    state.added = put.added;
    state.changed = put.changed;
    state.unfit = put.unfit;
}

}  // namespace

QueueState queue_records(Work& work, const QueueRecords& request) {
    check_change(request);
    check_order(request);
    auto stored = known_project(work, request.project);
    if (auto run = request.label_errors ? request.label_errors : request.run)
        check_run(work, stored, *run);
    QueueState state{.project = request.project};
    std::optional<std::int64_t> user;
    if (!request.assign.empty()) user = known_worker(work, stored, request.assign);
    if (request.waiting) order_waiting(work, stored, request, state);
    if (request.label_errors) {
        ask_errors_again(work, stored, request, state);
    } else if (request.order) {
        if (request.add > 0) {
            auto keys = add_in_order(work, stored, request, state);
            if (user) state.changed += labeling::assign(work.tx, stored, keys, user);
        }
    } else if (request.add > 0 && request.where.empty() && !user) {
        auto put = labeling::enqueue_unlabeled(
            work.tx, stored, request.add, request.priority.value_or(0), "added", work.now
        );
        state.added = put.added;
        state.unfit = put.unfit;
    } else if (request.add > 0) {
        std::vector<labeling::QueueRequest> requests;
        std::vector<std::string> keys;
        auto most = static_cast<std::size_t>(request.add);
        for (auto& item : fresh_items(work, stored, request.where, most)) {
            keys.push_back(item.id.key);
            requests.push_back(
                {.key = std::move(item.id.key),
                 .priority = request.priority.value_or(0),
                 .reason = "added"}
            );
        }
        auto put = labeling::enqueue(work.tx, stored, requests, false, work.now);
        state.added = put.added + put.changed;  // what was taken out comes back
        state.unfit = put.unfit;
        if (user) state.changed = labeling::assign(work.tx, stored, keys, user);
    } else if (!request.where.empty() &&
               (request.priority || request.release || request.remove || !request.assign.empty())) {
        state.changed = change_queue(work, stored, request);
    }
    if (request.twice > 0) state.changed += labeling::double_tasks(work.tx, stored, request.twice);
    auto at = labeling::progress(work.tx, stored.id);
    state.open = at.open;
    state.done = at.done;
    state.answers = at.answers;
    state.wanted = at.wanted;
    state.picked = labeling::picked_tasks(work.tx, stored.id);
    return state;
}

labeling::Enqueued send_to_queue(
    Work& work,
    const labeling::StoredProject& project,
    std::int64_t run,
    const std::vector<training::ReviewItem>& picked,
    bool again
) {
    std::vector<labeling::QueueRequest> requests;
    auto n = static_cast<double>(picked.size());
    for (const auto& one : picked)
        requests.push_back(
            {.key = one.item.id.key,
             .priority = 1 - static_cast<double>(requests.size()) / n,
             .reason = one.reason,
             .picked_by = one.reason,
             .run = run,
             .score = again ? 1 - one.score : one.score}
        );
    return labeling::enqueue(work.tx, project, requests, again, work.now);
}

}  // namespace service
