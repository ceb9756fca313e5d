// Labeled parts of a text, as for names of persons or passages of a kind.
//
// Agreement is F1 averaged over the pairs of people who answered the same records, since the parts
// that nobody marked can not be counted, and kappa nears F1 as they grow (Hripcsak and Rothschild,
// Agreement, the F-measure, and reliability in information retrieval, 2005).
//
// The truth is voted on span by span: each span that anybody gave becomes a yes-or-no question to
// all who answered its record. By majority vote that is MVseg of Rodrigues, Pereira and Ribeiro
// (Sequence labeling with multiple annotators, 2014); the other methods weigh the same votes by how
// far each person is to be trusted.
#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/numbers/random.hpp"
#include "base/numbers/statistics.hpp"
#include "base/text/utf8.hpp"
#include "labeling/tasks/spans.hpp"
#include "labeling/tasks/task_types.hpp"
#include "labeling/truth/score.hpp"

namespace labeling {

namespace {

using Spans = std::vector<TextSpan>;
using Measure = Overlap (*)(const Spans&, const Spans&);

constexpr std::string_view exact = "span-f1", partial = "span-f1-partial";
constexpr std::array measures{
    MetricInfo{exact, "F1 of spans that are equal in place and class, averaged over pairs"},
    MetricInfo{partial, "F1 of characters under the same class, averaged over pairs"},
};

// Of one pair of people on one record.
struct PairOverlap {
    std::size_t pair = 0;
    Overlap overlap;
};

// The mean F1 of the pairs; nothing if none of them marked anything.
std::optional<double> mean_f1(const std::vector<Overlap>& pairs) {
    double sum = 0;
    std::size_t n = 0;
    for (const auto& pair : pairs) {
        if (pair.first + pair.second == 0) continue;
        sum += 2 * pair.common / (pair.first + pair.second);
        ++n;
    }
    if (n == 0) return std::nullopt;
    return sum / static_cast<double>(n);
}

std::optional<double> mean_f1(
    const std::vector<std::vector<PairOverlap>>& units,
    const std::vector<std::size_t>& drawn,
    std::size_t pairs
) {
    std::vector<Overlap> sums(pairs);
    for (auto unit : drawn)
        for (const auto& [pair, overlap] : units[unit]) {
            sums[pair].common += overlap.common;
            sums[pair].first += overlap.first;
            sums[pair].second += overlap.second;
        }
    return mean_f1(sums);
}

// A span that somebody gave, with how sure it is.
struct Candidate {
    TextSpan span;
    double probability = 0;
    bool kept = false;
};

// Of spans that must not overlap the surer ones stay.
void drop_overlapping(std::vector<Candidate>& candidates) {
    std::vector<Candidate*> kept;
    for (auto& one : candidates)
        if (one.kept) kept.push_back(&one);
    std::sort(kept.begin(), kept.end(), [](const Candidate* a, const Candidate* b) {
        return std::tie(b->probability, a->span) < std::tie(a->probability, b->span);
    });
    Spans taken;
    for (auto* one : kept) {
        one->kept = std::none_of(taken.begin(), taken.end(), [&](const TextSpan& other) {
            return one->span.start < other.end && other.start < one->span.end;
        });
        if (one->kept) taken.push_back(one->span);
    }
}

// A record is as sure as the least sure of its spans.
InferredLabel
label_of(const std::string& key, std::vector<Candidate> candidates, bool overlapping) {
    if (!overlapping) drop_overlapping(candidates);
    InferredLabel made{.key = key, .label = {}, .probability = 1};
    Spans spans;
    for (auto& one : candidates) {
        auto sure = one.kept ? one.probability : 1 - one.probability;
        made.probability = std::min(made.probability, sure);
        if (one.kept) spans.push_back(std::move(one.span));
    }
    made.label.value = spans_text(spans);
    return made;
}

class SpanAnswers : public AnswerSet {
public:
    explicit SpanAnswers(const Project& project) : project_(project) {}

    void add(Judged answer) override {
        auto spans = parse_spans(answer.value.empty() ? "[]" : answer.value);
        people_.insert(answer.user);
        auto [at, is_new] = records_[answer.key].insert_or_assign(answer.user, std::move(spans));
        if (is_new) ++size_;
    }
    std::size_t size() const override { return size_; }
    std::size_t records() const override { return records_.size(); }
    std::size_t people() const override { return people_.size(); }

    Agreement agreement(std::string_view metric, std::size_t replicates) const override {
        std::map<std::pair<std::string, std::string>, std::size_t> pairs;
        auto units = compared(metric == exact ? &exact_overlap : &partial_overlap, pairs);
        if (units.empty())
            throw base::Error(
                "agreement", "no unit has two ratings", "let two raters rate the same units"
            );
        Agreement found{
            .value = {}, .low = {}, .high = {}, .units = units.size(), .raters = people_.size()};
        std::vector<std::size_t> drawn(units.size());
        for (std::size_t i = 0; i < drawn.size(); ++i) drawn[i] = i;
        found.value = mean_f1(units, drawn, pairs.size());
        base::Random random(1);
        std::vector<double> bootstrap;
        for (std::size_t i = 0; i < replicates && found.value; ++i) {
            for (auto& unit : drawn) unit = random.below(units.size());
            if (auto value = mean_f1(units, drawn, pairs.size())) bootstrap.push_back(*value);
        }
        if (bootstrap.empty()) return found;
        std::sort(bootstrap.begin(), bootstrap.end());
        found.low = base::quantile_of_sorted(bootstrap, 0.025);
        found.high = base::quantile_of_sorted(bootstrap, 0.975);
        return found;
    }

    // Gold is of classes; there is none for spans.
    Inferred infer(Method method, const Gold&) const override {
        Inferred result{.method = method == Method::automatic ? Method::mv : method};
        auto votes = ask();
        if (!votes.rows.empty()) {
            if (method == Method::automatic) {
                auto choice = choose(votes, {});
                result.method = choice.method;
                result.why = choice.why;
            }
            auto truth = labeling::infer(votes, result.method);
            for (std::size_t w = 0; w < votes.workers.size(); ++w)
                result.worker_accuracy.emplace_back(votes.workers[w], truth.worker_accuracy[w]);
            result.labels = labels_of(votes, &truth);
        } else {
            result.labels = labels_of(votes, nullptr);
        }
        return result;
    }

private:
    using Answers = std::map<std::string, Spans>;  // by person

    static std::vector<TextSpan> candidates(const Answers& answers) {
        std::set<TextSpan> all;
        for (const auto& [user, spans] : answers) all.insert(spans.begin(), spans.end());
        return {all.begin(), all.end()};
    }

    // Records with two answers or more, and how far each pair of people is the same on them.
    std::vector<std::vector<PairOverlap>> compared(
        Measure measure,
        std::map<std::pair<std::string, std::string>, std::size_t>& pairs
    ) const {
        std::vector<std::vector<PairOverlap>> units;
        for (const auto& [key, answers] : records_) {
            if (answers.size() < 2) continue;
            auto& unit = units.emplace_back();
            for (auto a = answers.begin(); a != answers.end(); ++a)
                for (auto b = std::next(a); b != answers.end(); ++b) {
                    auto pair = pairs.try_emplace({a->first, b->first}, pairs.size()).first->second;
                    unit.push_back({.pair = pair, .overlap = measure(a->second, b->second)});
                }
        }
        return units;
    }

    // Who says of which candidate that it is one; questions in the order of records and spans.
    Judgements ask() const {
        JudgementsBuilder builder;
        builder.allow("no");
        builder.allow("yes");
        std::size_t question = 0;
        for (const auto& [key, answers] : records_)
            for (const auto& span : candidates(answers)) {
                auto name = std::to_string(question++);
                for (const auto& [user, spans] : answers) {
                    bool given = std::find(spans.begin(), spans.end(), span) != spans.end();
                    builder.add(name, user, given ? "yes" : "no");
                }
            }
        return std::move(builder).build();
    }

    std::vector<InferredLabel> labels_of(const Judgements& votes, const Truth* truth) const {
        auto yes = index_of(votes, "yes");
        std::vector<InferredLabel> labels;
        std::size_t question = 0;
        for (const auto& [key, answers] : records_) {
            std::vector<Candidate> judged;
            for (auto& span : candidates(answers)) {
                auto at = question * truth->classes + yes;
                judged.push_back(
                    {.span = std::move(span),
                     .probability = truth->posterior[at],
                     .kept = truth->label[question] == yes}
                );
                ++question;
            }
            labels.push_back(label_of(key, std::move(judged), project_.overlapping_spans));
        }
        return labels;
    }

    const Project& project_;
    std::map<std::string, Answers> records_;
    std::set<std::string> people_;
    std::size_t size_ = 0;
};

class SpansTask : public TaskType {
public:
    std::string_view name() const override { return "spans"; }
    std::string_view meaning() const override { return "labeled parts of a text"; }

    std::optional<base::Fault> check(const Project& project) const override {
        if (!project.classes.empty()) return std::nullopt;
        return base::Fault{
            .reason = "is missing", .mend = "give the classes of spans", .at = "class"};
    }

    Given read(const Project& project, const Reply& reply, const std::function<std::string()>& text)
        const override {
        if (!reply.class_name.empty())
            throw base::UsageError("'class'", "says nothing here", "answer with spans in 'value'");
        auto spans = parse_spans(reply.value.text.empty() ? "null" : reply.value.text);
        for (const auto& span : spans) {
            auto known = std::any_of(
                project.classes.begin(),
                project.classes.end(),
                [&](const LabelClass& item) { return item.name == span.label; }
            );
            if (!known)
                throw base::UsageError(
                    "class '" + span.label + "'", "the project has no such class", "choose another"
                );
        }
        auto wrong = wrong_spans(spans, base::count_code_points(text()), project.overlapping_spans);
        if (wrong) throw base::UsageError("'value'", *wrong, "send other spans");
        return {.class_id = {}, .value = spans_text(spans)};
    }

    std::unique_ptr<AnswerSet> gather(const Project& project) const override {
        return std::make_unique<SpanAnswers>(project);
    }
    std::span<const MetricInfo> metrics() const override { return measures; }
    std::size_t usual_metrics() const override { return measures.size(); }

    LabelShape shape() const override { return LabelShape::spans; }
};

}  // namespace

const TaskType& spans_task() {
    static const SpansTask type;
    return type;
}

}  // namespace labeling
