#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "labeling/browse/browse_store.hpp"
#include "labeling/quality/review_store.hpp"
#include "service/labels/tasks.hpp"
#include "service/paging.hpp"

// The tasks of a project looked through: found, seen one by one, kept to come back to.
namespace service {

struct ListTasks {
    std::string project;
    std::string state, class_name, user, find;
    bool disagreed = false, flagged = false, bookmarked = false;
    Paging page;
    static const base::Settings<ListTasks> settings;
};
// In the order of the records. A page may be short, or empty, and yet lead on.
Page<labeling::TaskLine> list_tasks(Work& work, const ListTasks& request);

struct ShowTask {
    std::string project;
    std::int64_t task = 0;
    static const base::Settings<ShowTask> settings;
};
struct LookedAt {
    std::int64_t task = 0;
    Item item;
    std::string part;  // of the caller: held, answered, skipped, released; empty: none
    bool bookmarked = false;
    std::optional<labeling::ReviewItem> review{};  // all that was said, for those who review
};
BOOST_DESCRIBE_STRUCT(LookedAt, (), (task, item, part, bookmarked, review))
// As those who label see it. Who only labels sees what he was given.
LookedAt show_task(Work& work, const ShowTask& request);

struct BookmarkTask {
    std::int64_t task = 0;
    bool remove = false;
    std::string user;
    static const base::Settings<BookmarkTask> settings;
};
// One's own, to come back to. Said twice it is the same.
Nothing bookmark_task(Work& work, const BookmarkTask& request);

}  // namespace service
