#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "labeling/queue/own_work_store.hpp"
#include "service/paging.hpp"

// What those who label say to those who review, and what they see of their own work.
namespace service {

struct CommentTask {
    std::int64_t task = 0;
    std::string text;
    bool flag = false;
    std::string user;
    static const base::Settings<CommentTask> settings;
};
// On a task that one was given.
Nothing comment_task(Work& work, const CommentTask& request);

struct ListComments {
    std::string project;
    bool flagged = false;
    Paging page;
    static const base::Settings<ListComments> settings;
};
// The oldest first.
Page<labeling::Comment> list_comments(Work& work, const ListComments& request);

struct ListMine {
    std::string project;
    bool skipped = false;
    bool bookmarked = false;
    std::string find;
    std::string user;
    Paging page;
    static const base::Settings<ListMine> settings;
};
// What one answered and skipped, the latest first.
Page<labeling::OwnTask> list_mine(Work& work, const ListMine& request);

struct ShowProgress {
    std::string project;
    std::string user;
    static const base::Settings<ShowProgress> settings;
};
labeling::OwnProgress show_progress(Work& work, const ShowProgress& request);

}  // namespace service
