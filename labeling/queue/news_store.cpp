// Two answers at the same time may each end one of the last two tasks; each would see the other's
// as open. Where somebody waits for the end of a project, those who look go one after the other.
#include "labeling/queue/news_store.hpp"

#include <algorithm>

#include <boost/json/parse.hpp>

#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "labeling/queue/event_store.hpp"
#include "labeling/sql.hpp"
#include "labeling/tasks/stored_answer.hpp"
#include "schema/webhooks/webhook_store.hpp"

namespace labeling {

namespace {

namespace json = boost::json;
using schema::WebhookEvent;

struct TaskNews {
    std::string project, record, key;
    bool done = false;
    int answers = 0;
    std::string label, value;  // of the record
    std::optional<double> probability;
    std::optional<std::string> method;
};
BOOST_DESCRIBE_STRUCT(
    TaskNews,
    (),
    (project, record, key, done, answers, label, value, probability, method)
)

json::object told_of(const TaskNews& news, std::int64_t task) {
    json::object data{
        {"project", news.project},
        {"task", task},
        {"record", news.record},
        {"key", news.key},
        {"answers", news.answers}};
    if (!news.method) return data;
    data["truth"] = json::parse(answer_of(news.label, news.value));
    data["method"] = *news.method;
    if (news.probability) data["probability"] = *news.probability;
    return data;
}

// As JSON: one of them may be as the database writes it.
bool say_the_same(const std::string& a, const std::string& b) {
    if (a == b || a.empty() || b.empty()) return a == b;
    return json::parse(a) == json::parse(b);
}

void tell_if_done(base::Tx& tx, const StoredProject& project, Time now) {
    const auto& name = project.project.name;
    tx.exec(sql::file["look_one_by_one"], project.id);
    if (!*tx.value<bool>(sql::file["has_open_tasks"], project.id))
        schema::tell(tx, WebhookEvent::project_done, {{"project", name}}, name, now);
}

}  // namespace

void tell_of_answer(
    base::Tx& tx,
    const StoredProject& project,
    std::int64_t task,
    const Refreshed& refreshed,
    Time now
) {
    base::Batch writes(tx);
    auto awaited = schema::awaited_events(tx, project.project.name);
    auto told = refreshed;
    told.task = task;
    tell_of_answers(writes, awaited, project, std::span(&told, 1), now);
    writes.run();
}

void tell_of_answers(
    base::Batch& writes,
    const std::vector<WebhookEvent>& awaited,
    const StoredProject& project,
    std::span<const Refreshed> refreshed,
    Time now
) {
    auto& tx = writes.tx();
    const auto& name = project.project.name;
    std::vector<std::int64_t> changed;
    for (const auto& one : refreshed)
        if (!say_the_same(one.before, one.after)) changed.push_back(one.task);
    note_event(writes, changed, EventKind::truth, std::nullopt, now);
    auto waits = [&](WebhookEvent event) {
        return std::find(awaited.begin(), awaited.end(), event) != awaited.end();
    };
    bool end = waits(WebhookEvent::project_done), each = waits(WebhookEvent::task_done);
    bool truth = waits(WebhookEvent::truth_changed);
    if (!end && !each && !truth) return;
    writes.run();  // what is told is what stands then
    bool any_done = false;
    for (const auto& one : refreshed) {
        auto news = base::first_as<TaskNews>(tx.exec(sql::file["task_news"], one.task));
        if (!news) continue;
        any_done = any_done || news->done;
        if (each && news->done)
            schema::tell(tx, WebhookEvent::task_done, told_of(*news, one.task), name, now);
        auto now_true = news->method ? answer_of(news->label, news->value) : "";
        if (truth && now_true != one.before)
            schema::tell(tx, WebhookEvent::truth_changed, told_of(*news, one.task), name, now);
    }
    if (end && any_done) tell_if_done(tx, project, now);
}

void tell_of_end(base::Tx& tx, const StoredProject& project, Time now) {
    auto awaited = schema::awaited_events(tx, project.project.name);
    if (std::find(awaited.begin(), awaited.end(), WebhookEvent::project_done) != awaited.end())
        tell_if_done(tx, project, now);
}

void tell_of_inference(
    base::Tx& tx,
    const StoredProject& project,
    const Resolved& resolved,
    Time now
) {
    if (resolved.added + resolved.changed == 0) return;
    const auto& name = project.project.name;
    const json::object data{
        {"project", name},
        {"method", base::name_of(resolved.method)},
        {"records", resolved.records},
        {"added", resolved.added},
        {"changed", resolved.changed}};
    schema::tell(tx, WebhookEvent::truth_inferred, data, name, now);
}

void tell_of_flag(
    base::Tx& tx,
    std::int64_t task,
    const std::string& user,
    const std::string& text,
    Time now
) {
    auto news = base::first_as<TaskNews>(tx.exec(sql::file["task_news"], task));
    if (!news) return;
    auto data = told_of(*news, task);
    data["user"] = user;
    data["text"] = text;
    schema::tell(tx, WebhookEvent::review_wanted, data, news->project, now);
}

}  // namespace labeling
