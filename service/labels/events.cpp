// What happens in labeling projects, for those who watch: each is told what comes after the last
// event that they got, so that nothing is kept for who is slow or gone, and any process that has
// the database can go on where another left off. Whether they may still watch is asked each time.
#include "service/labels/events.hpp"

#include <algorithm>
#include <map>

#include <boost/json.hpp>

#include "labeling/projects/project_store.hpp"
#include "labeling/queue/event_store.hpp"
#include "service/labels/projects.hpp"

namespace service {

namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

constexpr int most_at_once = 200;
constexpr auto between_counts = 5s;

bool sees_all_events(base::Tx& tx, const EventWatch& watch) {
    return may(watch.caller.role, analysts) ||
           may_in_project(tx, watch.caller, analysts | project_reviewers, watch.project);
}

bool is_there_for(base::Tx& tx, const EventWatch& watch) {
    auto found = labeling::find_project(tx, watch.project);
    return found && found->id == watch.project_id &&
           sees_project(tx, watch.caller.id, watch.caller.role, *found);
}

TextEvent told_event(const labeling::ProjectEvent& event) {
    json::object data{{"task", event.task}, {"at", base::rfc3339(event.at)}};
    if (event.user) data["user"] = *event.user;
    return {
        .id = event.place().text(),
        .kind = std::string(base::name_of(event.kind)),
        .data = json::serialize(data)};
}

std::string progress_line(base::Tx& tx, std::int64_t project) {
    auto counts = labeling::task_counts(tx, project);
    return json::serialize(json::object{{"open", counts.open}, {"done", counts.done}});
}

}  // namespace

EventWatch watch_project(Work& work, const std::string& project, std::string_view last_id) {
    auto stored = known_project(work, project);
    EventWatch watch{
        .caller = work.caller, .project = project, .project_id = stored.id, .place = {}};
    auto last = labeling::EventPlace::of(last_id);
    if (last && labeling::is_kept(work.tx, stored.id, *last)) {
        watch.place = last->text();
    } else {
        watch.place = labeling::present_place(work.tx, stored.id).text();
        watch.missed = !last_id.empty();
    }
    return watch;
}

std::vector<WatchNews> news_of(base::Tx& tx, std::vector<EventWatch> watches, base::Time now) {
    std::vector<WatchNews> news;
    std::vector<labeling::Follower> followers;
    for (auto& watch : watches) {
        auto& one = news.emplace_back(WatchNews{.watch = std::move(watch), .events = {}});
        one.over = !is_there_for(tx, one.watch);
        if (one.over) continue;
        followers.push_back(
            {.stream = static_cast<std::int64_t>(news.size()) - 1,
             .project = one.watch.project_id,
             .after = labeling::EventPlace::of(one.watch.place).value_or(labeling::EventPlace{}),
             .user = one.watch.caller.id,
             .sees_all = sees_all_events(tx, one.watch)}
        );
        if (one.watch.missed)
            one.events.push_back({.id = one.watch.place, .kind = "reset", .data = "{}"});
        one.watch.missed = false;
    }
    for (const auto& event : labeling::events_after(tx, followers, most_at_once)) {
        auto& one = news[static_cast<std::size_t>(event.stream)];
        one.events.push_back(told_event(event));
        one.watch.place = event.place().text();
    }
    std::map<std::int64_t, std::string> counted;
    for (auto& one : news) {
        if (one.over || now - one.watch.counted < between_counts) continue;
        auto [line, is_new] = counted.try_emplace(one.watch.project_id);
        if (is_new) line->second = progress_line(tx, one.watch.project_id);
        one.watch.counted = now;
        if (one.watch.progress == line->second) continue;
        one.watch.progress = line->second;
        one.events.push_back({.id = {}, .kind = "progress", .data = line->second});
    }
    return news;
}

void forget_old_events(base::Tx& tx, base::Time now) {
    labeling::forget_events(tx, now - 48h);
}

}  // namespace service
