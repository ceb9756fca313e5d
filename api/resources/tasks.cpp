#include <algorithm>
#include <charconv>

#include <boost/json/serialize.hpp>

#include "api/resources/resources.hpp"
#include "api/store.hpp"
#include "api/time.hpp"
#include "base/error.hpp"
#include "labeling/queue/task_store.hpp"

namespace api {

namespace {

using boost::json::array;
using boost::json::object;
using labeling::Project;

constexpr auto lease_time = std::chrono::minutes(10);

// What fences a late answer: the lease's token and the attempt.
struct Lease {
    std::int64_t token = 0;
    int attempt = 0;
};

std::string text_of(const Lease& lease) {
    return std::to_string(lease.token) + "." + std::to_string(lease.attempt);
}

Lease lease_of(const object& body) {
    auto text = required_text(body, "lease");
    const char* end = text.data() + text.size();
    Lease lease;
    auto [dot, error] = std::from_chars(text.data(), end, lease.token);
    if (error == std::errc{} && dot != end && *dot == '.') {
        auto [last, second] = std::from_chars(dot + 1, end, lease.attempt);
        if (second == std::errc{} && last == end) return lease;
    }
    throw Problem(422, "Bad member", "'lease' must be the lease of the claimed task");
}

[[noreturn]] void given_on() {
    throw Problem(
        409, "Lease over", "this task was held too long or undone, and went back to the queue"
    );
}

labeling::StoredProject project_of(Call& call) {
    try {
        return labeling::load_project(call.tx, call.segment("project"));
    } catch (const base::Error&) {
        not_found("project", call.segment("project"));
    }
}

bool shows(const Project& project, Project::Show what) {
    if (project.show.empty()) return what != Project::Show::fields;
    return std::find(project.show.begin(), project.show.end(), what) != project.show.end();
}

std::string unit_of(const boost::json::value& columns, std::string_view name) {
    if (!columns.is_array()) return {};
    for (const auto& column : columns.as_array())
        if (const auto* known = column.as_object().if_contains("name");
            known && known->is_string() && known->as_string() == name)
            if (const auto* unit = column.as_object().if_contains("unit");
                unit && unit->is_string())
                return std::string(unit->as_string());
    return {};
}

// Only fields that the project names are shown, so that a payload does not give the answer away;
// all if it names none.
array fields_of(const Project& project, const object& row) {
    array out;
    if (!shows(project, Project::Show::fields) || !row.at("payload").is_object()) return out;
    const auto& payload = row.at("payload").as_object();
    auto add = [&](std::string_view name, const boost::json::value& value) {
        bool plain = !value.is_object() && !value.is_array();
        out.push_back(object{
            {"name", name},
            {"unit", unit_of(row.at("columns"), name)},
            {"value", plain ? value : boost::json::value(boost::json::serialize(value))}});
    };
    if (project.fields.empty())
        for (const auto& member : payload) add(member.key(), member.value());
    for (const auto& name : project.fields)
        if (const auto* value = payload.if_contains(name)) add(name, *value);
    return out;
}

boost::json::value text_or_empty(const boost::json::value& value) {
    return value.is_string() ? value : boost::json::value("");
}

object item_of(const Project& project, const object& row) {
    bool text = shows(project, Project::Show::text);
    object item{
        {"id", row.at("record")},
        {"key", row.at("key")},
        {"title", text ? text_or_empty(row.at("title")) : ""},
        {"text", text ? text_or_empty(row.at("body")) : ""},
        {"language", text_or_empty(row.at("language"))},
        {"url", text_or_empty(row.at("url"))},
        {"image", nullptr},
        {"fields", fields_of(project, row)}};
    if (shows(project, Project::Show::image) && !row.at("width").is_null()) {
        std::string url = "/api/v1/records/" + std::string(row.at("record").as_string()) + "/image";
        item["image"] = {{"url", url}, {"width", row.at("width")}, {"height", row.at("height")}};
    }
    return item;
}

object task_of(const Project& project, const store::Held& held) {
    return {
        {"id", held.task},
        {"lease", text_of({held.token, held.attempt})},
        {"expires_at", held.row.at("expires_at")},
        {"item", item_of(project, held.row)}};
}

}  // namespace

// Tasks that the caller holds already come first: a browser that was closed goes on where it was.
Response claim_tasks(Call& call) {
    auto n = optional_number(call.body(), "n").value_or(1);
    if (n < 1 || n > 20) throw Problem(422, "Bad member", "'n' must be from 1 to 20");
    auto stored = project_of(call);
    auto wanted = static_cast<int>(n);
    auto held = store::tasks_in_hand(call.tx, call.account.id, stored.id, call.now, {}, wanted);
    if (auto missing = wanted - static_cast<int>(held.size()); missing > 0) {
        auto now = time_of(call.now);
        auto fresh = labeling::claim(call.tx, stored.id, call.account.id, missing, now, lease_time);
        if (!fresh.empty())
            held = store::tasks_in_hand(call.tx, call.account.id, stored.id, call.now, {}, wanted);
    }
    array tasks;
    for (const auto& each : held) tasks.push_back(task_of(stored.project, each));
    auto mine = store::answers_of(call.tx, stored.id, call.account.id);
    return json({{"tasks", std::move(tasks)}, {"mine", mine}});
}

Response submit_task(Call& call) {
    auto body = call.body();
    auto lease = lease_of(body);
    auto name = required_text(body, "class");
    auto milliseconds = optional_number(body, "milliseconds");
    labeling::Answer answer;
    answer.task = call.number("task");
    answer.user_id = call.account.id;
    answer.token = lease.token;
    answer.attempt = lease.attempt;
    if (milliseconds)
        answer.milliseconds =
            static_cast<std::int32_t>(std::clamp<std::int64_t>(*milliseconds, 0, 86'400'000));
    answer.class_id = store::class_of_task(call.tx, answer.task, name).value_or(-1);
    switch (labeling::submit(call.tx, answer, time_of(call.now))) {
        case labeling::Submitted::accepted:
        case labeling::Submitted::repeated:
            return json({{"state", "answered"}});
        case labeling::Submitted::stale:
            given_on();
        case labeling::Submitted::unknown_class:
            throw Problem(422, "Unknown class", "the project has no class '" + name + "'");
        case labeling::Submitted::unknown_task:
            break;
    }
    not_found("task", call.segment("task"));
}

Response skip_task(Call& call) {
    auto body = call.body();
    auto lease = lease_of(body);
    auto reason = required_text(body, "reason");
    if (reason.size() > 1000)
        throw Problem(422, "Bad member", "'reason' is longer than 1000 bytes");
    auto task = call.number("task");
    if (!labeling::skip(call.tx, task, call.account.id, lease.token, reason, time_of(call.now)))
        given_on();
    return json({{"state", "skipped"}});
}

Response renew_task(Call& call) {
    auto lease = lease_of(call.body());
    auto until = time_of(call.now) + lease_time;
    if (!labeling::renew(call.tx, call.number("task"), call.account.id, lease.token, until))
        given_on();
    return json({{"expires_at", rfc3339(until)}});
}

Response undo_task(Call& call) {
    auto stored = project_of(call);
    auto now = time_of(call.now);
    auto back = labeling::undo_last(call.tx, stored.id, call.account.id, now, lease_time);
    if (!back)
        throw Problem(404, "Nothing to undo", "you have answered or skipped nothing here yet");
    auto held = store::tasks_in_hand(call.tx, call.account.id, stored.id, call.now, back->task, 1);
    if (held.empty()) throw Problem(409, "Task cancelled", "the task is no longer in the queue");
    return json(task_of(stored.project, held.front()));
}

}  // namespace api
