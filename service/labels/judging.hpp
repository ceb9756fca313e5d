#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "labeling/agreement/split_agreement.hpp"
#include "labeling/quality/accuracy.hpp"
#include "labeling/queue/people_store.hpp"
#include "labeling/truth/truth.hpp"
#include "service/paging.hpp"

// What people said, how far they agree, and what follows as the truth.
namespace service {

struct ListAnnotators {
    std::string project;
    static const base::Settings<ListAnnotators> settings;
};
// Everybody whose answers stand, on one page.
Page<labeling::AnnotatorQuality> list_annotators(Work& work, const ListAnnotators& request);

struct ListAnswers {
    std::string project;
    std::string user;  // empty: of all
    Paging page;
    static const base::Settings<ListAnswers> settings;
};
Page<labeling::AnswerEntry> list_answers(Work& work, const ListAnswers& request);

struct MeasureAgreement {
    std::string project;
    std::string metric;  // of the type of task; empty: those that are shown beside each other
    bool gold = false;   // answers to hidden gold, too
    std::optional<labeling::AgreementSplit> by{};
    std::optional<labeling::Bucket> bucket{};  // of a split by time; a day by default
    static const base::Settings<MeasureAgreement> settings;
};
struct MeasuredAgreement {
    std::string metric;
    std::optional<double> value;      // null if it is undefined
    std::optional<double> low, high;  // 95 % interval
    std::size_t units = 0, raters = 0;
};
BOOST_DESCRIBE_STRUCT(MeasuredAgreement, (), (metric, value, low, high, units, raters))
struct AgreementOfPart : MeasuredAgreement {
    std::string part;  // a class, two people, or when a span of time begins
};
BOOST_DESCRIBE_STRUCT(AgreementOfPart, (MeasuredAgreement), (part))
struct ProjectAgreement {
    std::size_t ratings = 0;
    std::vector<MeasuredAgreement> metrics;  // none while no record has two answers
    std::vector<AgreementOfPart> parts{};    // where `by` asks for them
};
BOOST_DESCRIBE_STRUCT(ProjectAgreement, (), (ratings, metrics, parts))
// Of all answers. A metric that is asked for by name and can not be told is base::Error, and so is
// a split while no record has two answers. The parts go by `metric`, or by the first of the kind of
// question; those by class by Krippendorff's alpha.
ProjectAgreement measure_agreement(Work& work, const MeasureAgreement& request);
// The metric that says most where only one is asked for.
std::string first_metric(Work& work, const MeasureAgreement& request);

struct ResolveTruth {
    std::string project;
    std::optional<labeling::Method> method;
    bool replace_imported = false;
    static const base::Settings<ResolveTruth> settings;
};
struct ResolvedTruth {
    std::string project;
    labeling::Method method = labeling::Method::mv;
    std::string why{};  // if the method was chosen here
    std::int64_t records = 0, workers = 0, answers = 0;
    std::int64_t added = 0;  // "new"
    std::int64_t changed = 0;
    std::int64_t below_target = 0;  // records less probable than the project's target
    std::int64_t asked_again = 0;   // of these
    std::int64_t closed = 0;        // tasks that waited for one more only because they were unsure
    std::int64_t judged = 0;        // records whose label is also known by import
    double accuracy = 0;            // on these
    std::vector<std::pair<std::string, double>> worker_accuracy;  // estimated
    std::vector<std::string> machines_left_out;  // why, where the project lets machines count
    static const base::Settings<ResolvedTruth> settings;
};
ResolvedTruth resolve_truth(Work& work, const ResolveTruth& request);

struct SimulateAnswers {
    std::string project;
    std::string field;                   // of the records, that holds the true class
    std::vector<std::string> annotator;  // "NAME:0.1", or an error rate alone
    std::uint64_t seed = 1;
    std::int64_t answers = 1'000'000'000;  // at most
    static const base::Settings<SimulateAnswers> settings;
};
struct SimulatedAnswers {
    std::string project;
    bool simulated = true;
    std::int64_t answers = 0;
    std::int64_t wrong = 0;
    std::int64_t skipped = 0;
};
BOOST_DESCRIBE_STRUCT(SimulatedAnswers, (), (project, simulated, answers, wrong, skipped))
// Takes transactions of its own: each claim and answer stands by itself, as those of people.
SimulatedAnswers simulate_answers(Work& work, const SimulateAnswers& request);
// The same, and tells how many answers there are now and then.
SimulatedAnswers simulate_and_tell(
    Work& work,
    const SimulateAnswers& request,
    const std::function<void(std::int64_t answers)>& tell
);

}  // namespace service
