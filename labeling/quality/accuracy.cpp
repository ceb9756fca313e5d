// Right or wrong is asked of the kind of question: answers of classes are right or not, boxes and
// texts by how alike they are to the truth. The interval and the test count what is right; the mean
// likeness stands beside them for kinds where hardly any answer says the truth exactly.
#include "labeling/quality/accuracy.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include <boost/json/object.hpp>

#include "base/database/database.hpp"
#include "base/numbers/statistics.hpp"
#include "labeling/projects/project_store.hpp"
#include "labeling/quality/gold_store.hpp"
#include "labeling/tasks/task_type.hpp"
#include "schema/webhooks/webhook_store.hpp"

namespace labeling {

namespace {

constexpr double drift_level = 0.01;
constexpr double hasty_share = 1.0 / 3;

std::int64_t count_right(std::span<const double> likeness) {
    return std::count_if(likeness.begin(), likeness.end(), [](double one) {
        return one >= right_likeness;
    });
}

double log_choose(std::int64_t n, std::int64_t k) {
    auto of = [](std::int64_t m) { return std::lgamma(static_cast<double>(m) + 1); };
    return of(n) - of(k) - of(n - k);
}

// How alike to the truth each person's answers on gold are, in the order of time.
std::map<std::string, std::vector<double>>
gold_likeness(base::Tx& tx, const StoredProject& project) {
    const auto& question = project.project.question;
    const auto& type = task_type(question.kind);
    std::map<std::string, std::vector<double>> found;
    for (const auto& said : gold_answers(tx, project))
        found[said.user].push_back(type.likeness(question, said.answer, said.truth));
    return found;
}

bool is_drifting(const GoldAccuracy& gold) {
    return gold.drift_p.value_or(1) < drift_level;
}

}  // namespace

double fisher_less(std::int64_t a, std::int64_t b, std::int64_t c, std::int64_t d) {
    auto recent = a + b, before = c + d, right = a + c;
    auto all = log_choose(recent + before, right);
    double p = 0;
    for (auto k = std::max<std::int64_t>(0, right - before); k <= a; ++k)
        p += std::exp(log_choose(recent, k) + log_choose(before, right - k) - all);
    return std::min(p, 1.0);
}

GoldAccuracy gold_accuracy(std::span<const double> likeness) {
    GoldAccuracy result;
    result.answers = static_cast<std::int64_t>(likeness.size());
    if (likeness.empty()) return result;
    auto all = static_cast<double>(likeness.size());
    auto right = count_right(likeness);
    for (auto one : likeness) result.likeness += one / all;
    result.right = static_cast<double>(right) / all;
    auto interval = base::wilson(static_cast<double>(right), all);
    result.low = interval.low;
    result.high = interval.high;
    if (likeness.size() < 2 * drift_window) return result;
    auto old = static_cast<std::int64_t>(likeness.size() - drift_window);
    auto window = static_cast<std::int64_t>(drift_window);
    auto recent_right = count_right(likeness.last(drift_window));
    auto old_right = right - recent_right;
    result.before = static_cast<double>(old_right) / static_cast<double>(old);
    result.recent = static_cast<double>(recent_right) / static_cast<double>(window);
    result.drift_p = fisher_less(recent_right, window - recent_right, old_right, old - old_right);
    return result;
}

std::vector<AnnotatorQuality> annotator_quality(base::Tx& tx, const StoredProject& project) {
    std::vector<AnnotatorQuality> people;
    std::vector<double> times;
    for (auto& one : annotators(tx, project.id)) {
        if (one.median_milliseconds) times.push_back(*one.median_milliseconds);
        AnnotatorQuality person;
        static_cast<Annotator&>(person) = std::move(one);
        people.push_back(std::move(person));
    }
    auto usual = times.size() < 2 ? 0.0 : base::quantile(times, 0.5);
    auto gold = gold_likeness(tx, project);
    for (auto& person : people) {
        person.hasty = person.median_milliseconds.value_or(usual) < usual * hasty_share;
        auto found = gold.find(person.name);
        if (found == gold.end()) continue;
        person.gold = gold_accuracy(found->second);
        person.drifting = is_drifting(*person.gold);
    }
    return people;
}

void tell_of_drift(
    base::Tx& tx,
    const StoredProject& project,
    std::int64_t user_id,
    const std::set<std::int64_t>& tasks,
    Time now
) {
    auto known = is_known_to_drift(tx, project.id, user_id);
    const auto answers = gold_answers(tx, project, user_id);
    if (!known || answers.empty()) return;
    const auto& question = project.project.question;
    std::vector<double> likeness;
    for (const auto& said : answers)
        likeness.push_back(task_type(question.kind).likeness(question, said.answer, said.truth));
    // Of those that came, the ones behind all others are looked at one after the other, as if they
    // had come so. Older ones only change what the last of all says.
    auto first = answers.size();
    while (first > 0 && tasks.contains(answers[first - 1].task)) --first;
    bool drifts = *known;
    std::optional<GoldAccuracy> begun;
    for (auto n = std::min(first + 1, answers.size()); n <= answers.size(); ++n) {
        auto gold = gold_accuracy(std::span(likeness).first(n));
        if (is_drifting(gold) && !drifts && !begun) begun = gold;
        drifts = is_drifting(gold);
    }
    note_drift(tx, project.id, user_id, drifts);
    if (!begun) return;
    const auto& name = project.project.name;
    const boost::json::object told{
        {"project", name},
        {"user", answers.front().user},
        {"answers", begun->answers},
        {"right", begun->right},
        {"before", *begun->before},
        {"recent", *begun->recent},
        {"p", *begun->drift_p}};
    schema::tell(tx, schema::WebhookEvent::annotator_drifting, told, name, now);
}

}  // namespace labeling
