#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "labeling/quality/review_store.hpp"
#include "service/paging.hpp"

// What reviewers do: see where people disagree, decide, or ask again.
namespace service {

struct ListReview {
    std::string project;
    bool flagged = false;
    bool decided = false;
    std::string key;
    Paging page;
    static const base::Settings<ListReview> settings;
};
// Records whose answers disagree, the least agreed first; or those with flagged comments; or what
// was decided, the latest first; or the one of a key.
Page<labeling::ReviewItem> list_review(Work& work, const ListReview& request);

struct AcceptAnswer {
    std::string project, key;
    std::string user;
    std::string comment;
    static const base::Settings<AcceptAnswer> settings;
};
// One person's answer becomes the label, or, without a person, the merged one is confirmed.
labeling::ReviewItem accept_answer(Work& work, const AcceptAnswer& request);

struct FixLabel {
    std::string project, key;
    std::string class_name;  // "class"
    base::JsonText value;
    std::string comment;
    static const base::Settings<FixLabel> settings;
};
labeling::ReviewItem fix_label(Work& work, const FixLabel& request);

struct SendBack {
    std::string project, key;
    std::string user;
    std::string comment;
    static const base::Settings<SendBack> settings;
};
// For seven days it waits for them, before all other tasks; then anybody may have it.
labeling::ReviewItem send_back(Work& work, const SendBack& request);

struct UndoReview {
    std::string project, key;
    static const base::Settings<UndoReview> settings;
};
labeling::ReviewItem undo_review(Work& work, const UndoReview& request);

}  // namespace service
