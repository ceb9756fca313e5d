#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "labeling/quality/dashboard_store.hpp"
#include "service/verb.hpp"

// How the work in a labeling project goes, for boards that show it.
namespace service {

enum class BoardFormat { json, csv };

constexpr auto words_of(BoardFormat) {
    return std::to_array<base::Word<BoardFormat>>({
        {BoardFormat::json, "json", "all of it"},
        {BoardFormat::csv, "csv", "a row for each figure: section,begin,user,name,value"},
    });
}

struct ShowDashboard {
    std::string project;
    labeling::Bucket bucket = labeling::Bucket::day;
    std::string since, until;  // times; empty: the last 48 hours, 30 days or 26 weeks
    BoardFormat format = BoardFormat::json;
    static const base::Settings<ShowDashboard> settings;
};

struct BoardQueue {
    std::int64_t open = 0, done = 0, cancelled = 0, gold = 0;  // tasks
    std::int64_t leased = 0;                                   // that people have in hand: one each
    std::int64_t skipped = 0;                                  // open, and somebody skipped it
    std::int64_t waiting_review = 0;                           // whose answers disagree
    std::int64_t flagged = 0;  // that people want a reviewer to look at
};
BOOST_DESCRIBE_STRUCT(
    BoardQueue,
    (),
    (open, done, cancelled, gold, leased, skipped, waiting_review, flagged)
)

struct BoardWork {
    std::int64_t answers = 0;         // as they were given
    std::int64_t taken_back = 0;      // by who gave them, then
    std::int64_t done = 0;            // tasks that had all they wanted with one of these
    std::optional<double> agreement;  // mean likeness of answers to others, as they came
};
BOOST_DESCRIBE_STRUCT(BoardWork, (), (answers, taken_back, done, agreement))
struct BoardPersonWork : BoardWork {
    std::string user;
};
BOOST_DESCRIBE_STRUCT(BoardPersonWork, (BoardWork), (user))
struct BoardBucket : BoardWork {
    base::Time begin;
    std::int64_t labels = 0;  // whose truth was set then
    std::vector<BoardPersonWork> people;
};
BOOST_DESCRIBE_STRUCT(BoardBucket, (BoardWork), (begin, labels, people))

// Seconds from the lease of a task, or from the person's answer before it, to the answer, and no
// more than the page measured. Half an hour and more is a pause, and counted as one only.
struct BoardTime {
    std::int64_t answers = 0;  // with a time
    std::int64_t pauses = 0;   // without
    std::optional<double> median, p90;
};
BOOST_DESCRIBE_STRUCT(BoardTime, (), (answers, pauses, median, p90))
struct BoardPersonTime : BoardTime {
    std::string user;
};
BOOST_DESCRIBE_STRUCT(BoardPersonTime, (BoardTime), (user))

struct Dashboard {
    std::string project;
    labeling::Bucket bucket = labeling::Bucket::day;
    base::Time since, until;
    BoardQueue queue;
    std::optional<base::Time> done_by;  // if people go on as in the last week
    BoardTime seconds;
    std::vector<BoardPersonTime> people;
    std::vector<labeling::SkipReason> skips;
    std::vector<BoardBucket> buckets;  // all in a row, those without work too
};
BOOST_DESCRIBE_STRUCT(
    Dashboard,
    (),
    (project, bucket, since, until, queue, done_by, seconds, people, skips, buckets)
)
Dashboard show_dashboard(Work& work, const ShowDashboard& request);

// RFC 4180, with a header; formulas in names are guarded.
std::string csv_of(const Dashboard& board);

}  // namespace service
