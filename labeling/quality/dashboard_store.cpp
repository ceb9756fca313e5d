// How the work in a project goes, from counts by hour, person and time taken.
//
// Times are counted in steps of 12 %: medians of any set of people and hours follow from sums of
// counts, where medians themselves could not be put together. What a look costs grows with the
// hours it spans and the people in them, not with their answers.
#include "labeling/quality/dashboard_store.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "labeling/sql.hpp"
#include "schema/records/values.hpp"

namespace labeling {

namespace {

constexpr double first_step = 100, step_factor = 1.12;  // milliseconds, as in note_answer

struct StepRow {
    std::string user;
    int step = 0;
    std::int64_t answers = 0;
};
BOOST_DESCRIBE_STRUCT(StepRow, (), (user, step, answers))

struct DoneRow {
    std::int64_t done = 0;
    std::optional<Time> first;
};
BOOST_DESCRIBE_STRUCT(DoneRow, (), (done, first))

using BySteps = std::vector<std::int64_t>;

void count(BySteps& steps, const StepRow& row) {
    auto place = static_cast<std::size_t>(std::max(0, row.step));
    if (steps.size() <= place) steps.resize(place + 1);
    steps[place] += row.answers;
}

TimeOf time_of(const std::string& user, const BySteps& steps) {
    TimeOf found;
    found.user = user;
    if (steps.empty()) return found;
    found.pauses = steps.front();
    found.answers = std::accumulate(steps.begin() + 1, steps.end(), std::int64_t{0});
    if (found.answers == 0) return found;
    found.median_seconds = quantile_of_steps(steps, 0.5) / 1000;
    found.p90_seconds = quantile_of_steps(steps, 0.9) / 1000;
    return found;
}

std::string word_of(Bucket bucket) {
    return std::string(base::name_of(bucket));
}

}  // namespace

double quantile_of_steps(const std::vector<std::int64_t>& by_step, double share) {
    if (by_step.size() < 2) return 0;
    auto all = std::accumulate(by_step.begin() + 1, by_step.end(), std::int64_t{0});
    double wanted = share * static_cast<double>(all), before = 0;
    for (std::size_t step = 1; step < by_step.size(); ++step) {
        auto here = static_cast<double>(by_step[step]);
        if (here > 0 && before + here >= wanted) {
            auto within = (wanted - before) / here;
            return first_step * std::pow(step_factor, static_cast<double>(step - 1) + within);
        }
        before += here;
    }
    return 0;
}

std::vector<Pace>
paces(base::Tx& tx, std::int64_t project_id, Time since, Time until, Bucket bucket) {
    return base::rows_as<Pace>(tx.exec(
        sql::file["pace_of_people"],
        project_id,
        schema::timestamp(since),
        schema::timestamp(until),
        word_of(bucket)
    ));
}

std::vector<TimeOf> times_taken(base::Tx& tx, std::int64_t project_id, Time since, Time until) {
    BySteps all;
    std::map<std::string, BySteps> people;
    for (const auto& row : base::rows_as<StepRow>(tx.exec(
             sql::file["pace_of_steps"],
             project_id,
             schema::timestamp(since),
             schema::timestamp(until)
         ))) {
        count(all, row);
        count(people[row.user], row);
    }
    std::vector<TimeOf> found{time_of("", all)};
    for (const auto& [user, steps] : people) found.push_back(time_of(user, steps));
    return found;
}

std::vector<SkipReason>
skip_reasons(base::Tx& tx, std::int64_t project_id, Time since, Time until) {
    return base::rows_as<SkipReason>(tx.exec(
        sql::file["pace_of_skips"], project_id, schema::timestamp(since), schema::timestamp(until)
    ));
}

std::vector<LabelsMade>
labels_made(base::Tx& tx, std::int64_t project_id, Time since, Time until, Bucket bucket) {
    return base::rows_as<LabelsMade>(tx.exec(
        sql::file["pace_of_truth"],
        project_id,
        schema::timestamp(since),
        schema::timestamp(until),
        word_of(bucket)
    ));
}

Depth depth(base::Tx& tx, std::int64_t project_id, Time now) {
    return base::first_as<Depth>(
               tx.exec(sql::file["queue_depth"], project_id, schema::timestamp(now))
    )
        .value();
}

std::optional<Time>
estimated_end(base::Tx& tx, std::int64_t project_id, std::int64_t open, Time now) {
    using namespace std::chrono;
    auto row = base::first_as<DoneRow>(tx.exec(
                                           sql::file["pace_of_done"],
                                           project_id,
                                           schema::timestamp(now - hours(7 * 24)),
                                           schema::timestamp(now + hours(1))
                                       ))
                   .value();
    if (row.done == 0 || !row.first) return std::nullopt;
    auto spent = std::max<Time::duration>(now - *row.first, minutes(1));
    auto share = static_cast<double>(open) / static_cast<double>(row.done);
    auto left = duration<double>(spent) * share;
    if (left > hours(24 * 365 * 100)) return std::nullopt;  // as good as never
    return now + duration_cast<Time::duration>(left);
}

}  // namespace labeling
