// Labeled parts of a text, as for names of persons or passages of a kind.
//
// Agreement is F1 averaged over the pairs of people who answered the same records, since the parts
// that nobody marked can not be counted, and kappa nears F1 as they grow (Hripcsak and Rothschild,
// Agreement, the F-measure, and reliability in information retrieval, 2005).
// The truth is voted on span by span: see VotedAnswers.
#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "base/error.hpp"
#include "labeling/tasks/spans.hpp"
#include "labeling/tasks/task_types.hpp"
#include "labeling/tasks/voted_answers.hpp"

namespace labeling {

namespace {

using Spans = std::vector<TextSpan>;
using Measure = Overlap (*)(const Spans&, const Spans&);

constexpr std::string_view exact = "span-f1", partial = "span-f1-partial";

std::vector<MetricInfo> span_metrics() {
    return {
        {std::string(exact),
         "F1 of spans that are equal in place and class, averaged over pairs",
         true},
        {std::string(partial), "F1 of characters under the same class, averaged over pairs", true}};
}

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

class SpanAnswers : public VotedAnswers {
public:
    using VotedAnswers::VotedAnswers;

    Agreement agreement(std::string_view metric, std::size_t replicates) const override {
        std::map<std::pair<std::uint32_t, std::uint32_t>, std::size_t> pairs;
        auto units = shared();
        auto overlaps = compared(metric == exact ? &exact_overlap : &partial_overlap, units, pairs);
        auto measure = [&](const std::vector<std::size_t>& drawn) {
            return mean_f1(overlaps, drawn, pairs.size());
        };
        return interval(measure, units, replicates);
    }

protected:
    std::vector<std::string> parts(const std::string& answer) const override {
        std::vector<std::string> texts;
        for (const auto& span : parse_spans(answer)) texts.push_back(spans_text({span}));
        return texts;
    }

    std::string whole(std::vector<Candidate>& candidates) const override {
        std::vector<std::pair<TextSpan, Candidate*>> kept;
        for (auto& one : candidates)
            if (one.kept) kept.emplace_back(parse_spans(one.part).front(), &one);
        if (!question().overlapping_spans) drop_overlapping(kept);
        Spans spans;
        for (const auto& [span, one] : kept)
            if (one->kept) spans.push_back(span);
        std::sort(spans.begin(), spans.end());
        return spans_text(spans);
    }

private:
    // Of spans that must not overlap the surer ones stay.
    static void drop_overlapping(std::vector<std::pair<TextSpan, Candidate*>>& kept) {
        std::sort(kept.begin(), kept.end(), [](const auto& a, const auto& b) {
            return std::tie(b.second->probability, a.first) <
                   std::tie(a.second->probability, b.first);
        });
        Spans taken;
        for (auto& [span, one] : kept) {
            auto meets = [&at = span](const TextSpan& other) {
                return at.field == other.field && at.start < other.end && other.start < at.end;
            };
            one->kept = std::none_of(taken.begin(), taken.end(), meets);
            if (one->kept) taken.push_back(span);
        }
    }

    // By record, how far each pair of people is the same on it.
    std::vector<std::vector<PairOverlap>> compared(
        Measure measure,
        const std::vector<std::size_t>& units,
        std::map<std::pair<std::uint32_t, std::uint32_t>, std::size_t>& pairs
    ) const {
        std::vector<std::vector<PairOverlap>> found(by_record().size());
        for (auto unit : units) {
            std::vector<std::pair<std::uint32_t, Spans>> read;
            for (const auto& answer : by_record()[unit].answers)
                read.emplace_back(answer.person, parse_spans(answer.value));
            std::sort(read.begin(), read.end());
            for (std::size_t a = 0; a < read.size(); ++a)
                for (auto b = a + 1; b < read.size(); ++b) {
                    auto people = std::pair(read[a].first, read[b].first);
                    auto pair = pairs.try_emplace(people, pairs.size()).first->second;
                    found[unit].push_back(
                        {.pair = pair, .overlap = measure(read[a].second, read[b].second)}
                    );
                }
        }
        return found;
    }
};

double f1_of(const Overlap& overlap) {
    if (overlap.first + overlap.second == 0) return 1;
    return 2 * overlap.common / (overlap.first + overlap.second);
}

class SpansTask : public TaskType {
public:
    std::string_view name() const override { return "spans"; }
    std::string_view meaning() const override { return "labeled parts of a text"; }
    std::string_view example() const override {
        return R"([[class]]
name = "person"
hotkey = "p"
colour = "#4477aa"
[[class]]
name = "place"
hotkey = "l"
colour = "#228833"
)";
    }

    std::span<const std::string_view> settings() const override { return acting; }
    std::optional<base::Fault> check(const Question& question) const override {
        if (!question.classes.empty()) return check_text_fields(question);
        return base::Fault{
            .reason = "is missing", .mend = "give the classes of spans", .at = "class"};
    }

    std::string read(const Question& question, const std::string& answer, const AskedRecord& record)
        const override {
        auto spans = parse_spans(answer);
        for (const auto& span : spans) {
            auto known = std::any_of(
                question.classes.begin(),
                question.classes.end(),
                [&](const LabelClass& item) { return item.name == span.label; }
            );
            if (!known)
                throw base::UsageError(
                    "class '" + span.label + "'", "the project has no such class", "choose another"
                );
        }
        check_spans(question, spans, record);
        return spans_text(spans);
    }
    std::optional<std::string> answer_of_value(const Question&, const std::string& value)
        const override {
        try {
            return spans_text(parse_spans(value));
        } catch (const base::UsageError&) {
            return std::nullopt;
        }
    }
    std::string with_classes(const Question&, const std::string& answer, const Rename& rename)
        const override {
        std::set<TextSpan> kept;
        for (auto& span : parse_spans(answer))
            if (auto name = rename({}, span.label)) {
                span.label = *name;
                kept.insert(std::move(span));
            }
        return spans_text({kept.begin(), kept.end()});
    }

    // F1 of spans that are equal in place and class.
    double likeness(const Question&, const std::string& a, const std::string& b) const override {
        return f1_of(exact_overlap(parse_spans(a), parse_spans(b)));
    }
    std::unique_ptr<AnswerSet> gather(const Question& question) const override {
        return std::make_unique<SpanAnswers>(*this, question);
    }
    std::vector<MetricInfo> metrics(const Question&) const override { return span_metrics(); }
    std::span<const Method> methods() const override { return class_methods(); }

    // One span is left out; where there is none, nothing can be got wrong without the text.
    std::string mistake(const Question&, const std::string& truth, base::Random& random)
        const override {
        auto spans = parse_spans(truth);
        if (spans.empty()) return truth;
        spans.erase(spans.begin() + static_cast<std::ptrdiff_t>(random.below(spans.size())));
        return spans_text(spans);
    }

    LabelShape shape() const override { return LabelShape::spans; }
    Target target() const override { return Target::parts; }

private:
    static constexpr std::array<std::string_view, 3> acting{
        "class",
        "overlapping_spans",
        "text_fields"};
};

}  // namespace

const TaskType& spans_task() {
    static const SpansTask type;
    return type;
}

}  // namespace labeling
