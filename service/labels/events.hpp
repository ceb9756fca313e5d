#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time/time.hpp"
#include "service/access.hpp"

namespace service {

struct Work;

// Somebody who watches what happens in a labeling project.
struct EventWatch {
    std::int64_t stream = 0;  // by which the caller tells watches apart
    Caller caller;
    std::string project;  // its name
    std::int64_t project_id = 0;
    std::string place;       // of the last event that was told
    bool missed = false;     // what came before can not be told any more, and is to be said so
    base::Time counted{};    // when progress was told last
    std::string progress{};  // as it was told last
};

// For who asks for a project's events after `last_id`, the id of the last one that they got; from
// now on if it is empty. Refused to those for whom the project is not there.
EventWatch watch_project(Work& work, const std::string& project, std::string_view last_id);

struct TextEvent {
    std::string id;    // to go on from; empty: of none
    std::string kind;  // "answer", "done", "progress" ..
    std::string data;  // a line of JSON
};
struct WatchNews {
    EventWatch watch;  // as it is after these
    std::vector<TextEvent> events;
    bool over = false;  // the project is not there for them any more
};
// What there is to tell to each, at most some hundred events each. Those who review see all; a
// labeler sees what is about his own work, and how far the project is.
std::vector<WatchNews> news_of(base::Tx& tx, std::vector<EventWatch> watches, base::Time now);
// What is older than two days is told to nobody any more.
void forget_old_events(base::Tx& tx, base::Time now);

}  // namespace service
