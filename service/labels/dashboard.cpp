// How the work in a labeling project goes, for boards that show it.
//
// Whole hours are what is counted, so that a board spans whole buckets: `since` is moved back to
// the begin of its bucket, `until` on to the end of its hour. What it reads grows with the hours
// and the people in it and with the labels made in them, never with the answers of the project.
#include "service/labels/dashboard.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/time/parse.hpp"
#include "formats/csv/csv.hpp"
#include "formats/csv/guard.hpp"
#include "service/labels/projects.hpp"

namespace service {

namespace {

using labeling::Bucket;

constexpr int most_buckets = 2'000;

std::optional<base::Fault> check_board_time(const std::string& text) {
    if (text.empty() || base::parse_iso_time(text)) return std::nullopt;
    return base::Fault{
        .reason = "is not a time", .mend = "write 2026-03-01 or 2026-03-01T12:00:00Z"};
}

struct Window {
    base::Time since, until;
};

Window window_of(const ShowDashboard& request, base::Time now) {
    using namespace std::chrono;
    Window window;
    auto end = request.until.empty() ? now : *base::parse_iso_time(request.until);
    window.until = ceil<hours>(end);
    if (window.until == end && request.until.empty()) window.until += hours(1);
    auto usual = request.bucket == Bucket::hour  ? hours(47)
                 : request.bucket == Bucket::day ? hours(24 * 29)
                                                 : hours(24 * 7 * 25);
    auto begin = request.since.empty() ? window.until - hours(1) - usual
                                       : *base::parse_iso_time(request.since);
    window.since = labeling::begin_of(begin, request.bucket);
    if (window.since >= window.until)
        throw base::UsageError("'since'", "is not before 'until'", "leave one of them out");
    auto length = labeling::after(window.since, request.bucket) - window.since;
    if ((window.until - window.since) / length >= most_buckets)
        throw base::UsageError(
            "'since'",
            fmt::format("makes more than {} buckets", most_buckets),
            "ask for a later one, or for larger buckets"
        );
    return window;
}

void add(BoardWork& to, const labeling::Pace& pace) {
    to.answers += pace.answers;
    to.taken_back += pace.taken_back;
    to.done += pace.done;
}

struct Likeness {
    double sum = 0;
    std::int64_t of = 0;

    void add(const labeling::Pace& pace) {
        sum += pace.alike;
        of += pace.compared;
    }
    std::optional<double> mean() const {
        if (of == 0) return std::nullopt;
        return sum / static_cast<double>(of);
    }
};

std::vector<BoardBucket>
buckets_of(Work& work, std::int64_t project, const Window& window, Bucket bucket) {
    std::vector<BoardBucket> buckets;
    for (auto begin = window.since; begin < window.until; begin = labeling::after(begin, bucket)) {
        BoardBucket one;
        one.begin = begin;
        buckets.push_back(std::move(one));
    }
    auto at = [&](base::Time begin) {
        return std::find_if(buckets.begin(), buckets.end(), [&](const BoardBucket& one) {
            return one.begin == begin;
        });
    };
    std::map<base::Time, Likeness> alike;
    for (const auto& pace : labeling::paces(work.tx, project, window.since, window.until, bucket)) {
        auto one = at(pace.begin);
        if (one == buckets.end()) continue;
        add(*one, pace);
        alike[pace.begin].add(pace);
        BoardPersonWork person;
        person.user = pace.user;
        add(person, pace);
        Likeness own;
        own.add(pace);
        person.agreement = own.mean();
        one->people.push_back(std::move(person));
    }
    for (auto& one : buckets) one.agreement = alike[one.begin].mean();
    for (const auto& made :
         labeling::labels_made(work.tx, project, window.since, window.until, bucket))
        if (auto one = at(made.begin); one != buckets.end()) one->labels = made.labels;
    return buckets;
}

template <typename Into>
Into told(const labeling::TimeOf& time) {
    Into into;
    into.answers = time.answers;
    into.pauses = time.pauses;
    into.median = time.median_seconds;
    into.p90 = time.p90_seconds;
    return into;
}

BoardQueue queue_of(Work& work, std::int64_t project) {
    auto tasks = labeling::task_counts(work.tx, project);
    auto waits = labeling::depth(work.tx, project, work.now);
    return {
        .open = tasks.open,
        .done = tasks.done,
        .cancelled = tasks.cancelled,
        .gold = tasks.gold,
        .leased = waits.leased,
        .skipped = waits.skipped,
        .waiting_review = waits.disagreed,
        .flagged = waits.flagged};
}

// The rows of the CSV form.
class BoardRows {
public:
    BoardRows() { put("section", "begin", "user", "name", "value"); }

    void add(
        const char* section,
        std::optional<base::Time> begin,
        const std::string& user,
        const std::string& name,
        const std::string& value
    ) {
        put(section, begin ? base::rfc3339(*begin) : "", user, name, value);
    }
    void add(
        const char* section,
        std::optional<base::Time> begin,
        const std::string& user,
        const BoardWork& work
    ) {
        add(section, begin, user, "answers", std::to_string(work.answers));
        add(section, begin, user, "taken_back", std::to_string(work.taken_back));
        add(section, begin, user, "done", std::to_string(work.done));
        if (work.agreement)
            add(section, begin, user, "agreement", fmt::format("{}", *work.agreement));
    }
    void add(const std::string& user, const BoardTime& time) {
        add("seconds", {}, user, "answers", std::to_string(time.answers));
        add("seconds", {}, user, "pauses", std::to_string(time.pauses));
        if (time.median) add("seconds", {}, user, "median", fmt::format("{:.2f}", *time.median));
        if (time.p90) add("seconds", {}, user, "p90", fmt::format("{:.2f}", *time.p90));
    }
    std::string text() && { return std::move(text_); }

private:
    void put(
        std::string section,
        std::string begin,
        std::string user,
        std::string name,
        std::string value
    ) {
        std::vector<std::string> cells{
            std::move(section),
            std::move(begin),
            std::move(user),
            std::move(name),
            std::move(value)};
        for (auto& cell : cells) formats::guard_formula(cell);
        formats::append_row(cells, text_);
    }

    std::string text_;
};

void add_queue(BoardRows& rows, const Dashboard& board) {
    const auto& queue = board.queue;
    auto put = [&](const char* name, std::int64_t value) {
        rows.add("queue", {}, "", name, std::to_string(value));
    };
    put("open", queue.open);
    put("done", queue.done);
    put("cancelled", queue.cancelled);
    put("gold", queue.gold);
    put("leased", queue.leased);
    put("skipped", queue.skipped);
    put("waiting_review", queue.waiting_review);
    put("flagged", queue.flagged);
    if (board.done_by) rows.add("queue", {}, "", "done_by", base::rfc3339(*board.done_by));
}

}  // namespace

const base::Settings<ShowDashboard> ShowDashboard::settings{
    {"project", &ShowDashboard::project, "its name", {.required = true}},
    {"bucket", &ShowDashboard::bucket, "how long a step of time is"},
    {"since",
     &ShowDashboard::since,
     "from then on; the last 48 hours, 30 days or 26 weeks by default",
     {.check = &check_board_time}},
    {"until", &ShowDashboard::until, "before then; now by default", {.check = &check_board_time}},
    {"format", &ShowDashboard::format, "over HTTP: how it is written"},
};

Dashboard show_dashboard(Work& work, const ShowDashboard& request) {
    auto project = known_project(work, request.project).id;
    auto window = window_of(request, work.now);
    Dashboard board{
        .project = request.project,
        .bucket = request.bucket,
        .since = window.since,
        .until = window.until,
        .queue = queue_of(work, project),
        .done_by = {},
        .seconds = {},
        .people = {},
        .skips = labeling::skip_reasons(work.tx, project, window.since, window.until),
        .buckets = buckets_of(work, project, window, request.bucket)};
    if (board.queue.open > 0)
        board.done_by = labeling::estimated_end(work.tx, project, board.queue.open, work.now);
    for (const auto& time : labeling::times_taken(work.tx, project, window.since, window.until)) {
        if (time.user.empty()) {
            board.seconds = told<BoardTime>(time);
            continue;
        }
        auto person = told<BoardPersonTime>(time);
        person.user = time.user;
        board.people.push_back(std::move(person));
    }
    return board;
}

std::string csv_of(const Dashboard& board) {
    BoardRows rows;
    add_queue(rows, board);
    rows.add("", board.seconds);
    for (const auto& person : board.people) rows.add(person.user, person);
    for (const auto& skip : board.skips)
        rows.add("skips", {}, "", skip.reason, std::to_string(skip.skips));
    for (const auto& one : board.buckets) {
        rows.add("work", one.begin, "", one);
        rows.add("work", one.begin, "", "labels", std::to_string(one.labels));
        for (const auto& person : one.people) rows.add("work", one.begin, person.user, person);
    }
    return std::move(rows).text();
}

}  // namespace service
