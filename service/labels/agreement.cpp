// How far the people of a project agree: in all, and in parts.
//
// In parts the whole is told first, by a metric of its own kind where the parts go by another,
// since it is what refuses when no record has two answers: a list of parts without a figure would
// say less.
#include <algorithm>

#include "base/error.hpp"
#include "labeling/tasks/class_answers.hpp"
#include "labeling/tasks/task_type.hpp"
#include "labeling/truth/truth_store.hpp"
#include "service/labels/judging.hpp"
#include "service/labels/projects.hpp"

namespace service {

namespace {

constexpr std::size_t replicates_of_one = 1'000, replicates_of_several = 400;

MeasuredAgreement measured(const labeling::Agreement& found, std::string_view metric) {
    return {
        .metric = std::string(metric),
        .value = found.value,
        .low = found.low,
        .high = found.high,
        .units = found.units,
        .raters = found.raters};
}

MeasuredAgreement
measured(const labeling::AnswerSet& answers, std::string_view metric, std::size_t replicates) {
    return measured(answers.agreement(metric, replicates), metric);
}

void check_metric(const std::vector<labeling::MetricInfo>& metrics, const std::string& name) {
    std::vector<std::string> known;
    for (const auto& metric : metrics) {
        if (metric.name == name) return;
        known.push_back(metric.name);
    }
    throw base::UsageError("metric '" + name + "'", "unknown", base::mend_of_unknown(name, known));
}

}  // namespace

const base::Settings<MeasureAgreement> MeasureAgreement::settings{
    {"project", &MeasureAgreement::project, "its name", {.required = true}},
    {"metric", &MeasureAgreement::metric, "one; the usual ones by default"},
    {"gold", &MeasureAgreement::gold, "count answers to hidden gold, too"},
    {"by", &MeasureAgreement::by, "in parts, too"},
    {"bucket", &MeasureAgreement::bucket, "how long a part by time is; a day by default"},
};
namespace {

using labeling::AgreementSplit;

// Which metric the parts go by.
std::string
metric_of_parts(const MeasureAgreement& request, const std::vector<labeling::MetricInfo>& of_kind) {
    if (*request.by != AgreementSplit::class_) {
        if (!request.metric.empty()) check_metric(of_kind, request.metric);
        return request.metric.empty() ? of_kind.front().name : request.metric;
    }
    if (!request.metric.empty()) check_metric(labeling::ClassAnswers::metrics(), request.metric);
    auto usual = base::name_of(labeling::usual_metrics.front());
    return request.metric.empty() ? std::string(usual) : request.metric;
}

ProjectAgreement agreement_in_parts(
    Work& work,
    const labeling::StoredProject& stored,
    const MeasureAgreement& request,
    const std::vector<labeling::MetricInfo>& of_kind
) {
    auto metric = metric_of_parts(request, of_kind);
    const auto& question = stored.project.question;
    auto bucket = request.bucket.value_or(labeling::Bucket::day);
    labeling::SplitAgreement split(question, *request.by, bucket);
    auto all = labeling::task_type(question.kind).gather(question);
    labeling::each_answer(work.tx, stored, request.gold, [&](const auto& each) {
        all->add(each.said);
        split.add(each);
    });
    ProjectAgreement found{.ratings = all->size(), .metrics = {}};
    bool known = std::any_of(of_kind.begin(), of_kind.end(), [&](const auto& one) {
        return one.name == metric;
    });
    auto whole = known ? metric : of_kind.front().name;
    found.metrics.push_back(measured(*all, whole, replicates_of_one));  // or refuses
    all.reset();
    for (const auto& part : split.parts(metric, replicates_of_several, work.here.stop))
        found.parts.push_back({measured(part.agreement, metric), part.name});
    return found;
}

}  // namespace

ProjectAgreement measure_agreement(Work& work, const MeasureAgreement& request) {
    auto stored = known_project(work, request.project);
    const auto& question = stored.project.question;
    auto metrics = labeling::task_type(question.kind).metrics(question);
    if (request.bucket && request.by != AgreementSplit::time)
        throw base::UsageError("'bucket'", "cuts time only", "ask by time, or leave it out");
    if (request.by) return agreement_in_parts(work, stored, request, metrics);
    if (!request.metric.empty()) check_metric(metrics, request.metric);
    auto answers = labeling::gather_answers(work.tx, stored, request.gold);
    ProjectAgreement found{.ratings = answers->size(), .metrics = {}};
    if (!request.metric.empty()) {
        found.metrics.push_back(measured(*answers, request.metric, replicates_of_one));
        return found;
    }
    try {
        for (const auto& metric : metrics)
            if (metric.usual)
                found.metrics.push_back(measured(*answers, metric.name, replicates_of_several));
    } catch (const base::Error&) {
        found.metrics.clear();  // no record has two answers yet: agreement can not be told
    }
    return found;
}

std::string first_metric(Work& work, const MeasureAgreement& request) {
    auto question = known_project(work, request.project).project.question;
    return labeling::task_type(question.kind).metrics(question).front().name;
}

}  // namespace service
