#pragma once

#include <cstdint>
#include <string>

#include "labeling/quality/invalidation_store.hpp"
#include "service/verb.hpp"

// Answers of one person that shall count no more.
namespace service {

struct InvalidateAnswers {
    std::string project, user;
    std::string reason;
    std::string from, to;  // times
    static const base::Settings<InvalidateAnswers> settings;
};
struct InvalidatedAnswers {
    std::string user;
    std::int64_t answers = 0;
};
BOOST_DESCRIBE_STRUCT(InvalidatedAnswers, (), (user, answers))
// They are kept; their tasks wait for others, and labels follow at once.
InvalidatedAnswers invalidate_answers(Work& work, const InvalidateAnswers& request);

struct RestoreAnswers {
    std::string project, user;
    static const base::Settings<RestoreAnswers> settings;
};
// Of the last invalidation that stands.
InvalidatedAnswers restore_answers(Work& work, const RestoreAnswers& request);

struct ListInvalidations {
    std::string project;
    static const base::Settings<ListInvalidations> settings;
};
// All, on one page.
Page<labeling::Invalidation> list_invalidations(Work& work, const ListInvalidations& request);

}  // namespace service
