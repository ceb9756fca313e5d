// A number: a rating on a scale, a count, an estimate.
//
// How sure the truth is, is the chance that it lies within a step of the scale (or a twentieth of
// its range) of what endless many such people would give, by the spread of answers about their
// record's mean, over all records together, since one record has too few answers to tell.
#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/error.hpp"
#include "base/numbers/parse.hpp"
#include "labeling/tasks/answer_json.hpp"
#include "labeling/tasks/task_types.hpp"
#include "labeling/truth/score.hpp"

namespace labeling {

namespace {

namespace json = boost::json;

double number_of(const std::string& answer) {
    return base::parse_number(answer).value_or(0);
}

struct Range {
    double low = 0, high = 0;
};

class NumberAnswers : public AnswerSet {
public:
    explicit NumberAnswers(const Question& question) : question_(question) {}

    void add(Judged answer) override { builder_.add(answer.key, answer.user, answer.value); }
    std::size_t size() const override { return built().rows.size(); }
    std::size_t records() const override { return built().questions.size(); }
    std::size_t people() const override { return built().workers.size(); }

    Agreement agreement(std::string_view metric, std::size_t replicates) const override {
        return labeling::agreement(built(), base::parse<Metric>(metric).value(), replicates);
    }

    Inferred infer(const Merging& merging) const override {
        const auto& judgements = built();
        const auto& gold = merging.gold;
        Inferred result;
        auto method = merging.method;
        if (merging.trust && !takes_numbers(method)) method = Method::mean;
        if (method == Method::automatic) {
            auto choice = choose(judgements, gold);
            method = takes_numbers(choice.method) ? choice.method : Method::mean;
            result.why = choice.why;
        }
        result.method = method;
        auto found = estimate(judgements, method);
        auto spread = pooled_spread(found);
        auto near = tolerance();
        std::vector<double> given(judgements.questions.size());
        for (const auto& row : judgements.rows) given[row.question] += 1;
        for (std::size_t q = 0; q < judgements.questions.size(); ++q) {
            double error = spread / std::sqrt(given[q]);
            double sure = error > 0 ? std::erf(near / (error * std::sqrt(2.0))) : 1;
            result.labels.push_back(
                {.key = judgements.questions[q],
                 .value = base::number_text(found.value[q]),
                 .probability = sure}
            );
        }
        double sum = 0;
        for (const auto& label : result.labels) {
            auto known = gold.find(label.key);
            if (known == gold.end()) continue;
            ++result.judged;
            if (std::abs(number_of(label.value) - number_of(known->second)) <= near) sum += 1;
        }
        if (result.judged > 0) result.accuracy = sum / static_cast<double>(result.judged);
        return result;
    }

private:
    const Judgements& built() const {
        if (!judgements_) judgements_ = std::move(builder_).build();
        return *judgements_;
    }

    Range range() const {
        auto numbers = built().numbers().value_or(std::vector<double>{});
        Range seen;
        if (!numbers.empty()) {
            auto [low, high] = std::minmax_element(numbers.begin(), numbers.end());
            seen = {.low = *low, .high = *high};
        }
        return {
            .low = question_.low.value_or(seen.low), .high = question_.high.value_or(seen.high)};
    }
    double tolerance() const {
        if (question_.step) return *question_.step;
        auto whole = range();
        return std::max((whole.high - whole.low) / 20, 1e-9);
    }

    // The standard deviation of answers about their record's mean.
    double pooled_spread(const Estimates& found) const {
        double squares = 0, freedom = 0;
        std::vector<double> given(built().questions.size());
        for (const auto& row : built().rows) given[row.question] += 1;
        for (std::size_t q = 0; q < given.size(); ++q) {
            squares += found.spread[q] * found.spread[q] * (given[q] - 1);
            freedom += given[q] - 1;
        }
        return freedom > 0 ? std::sqrt(squares / freedom) : 0;
    }

    const Question& question_;
    mutable JudgementsBuilder builder_;
    mutable std::optional<Judgements> judgements_;
};

class NumberTask : public TaskType {
public:
    std::string_view name() const override { return "regression"; }
    std::string_view meaning() const override { return "a number, such as a rating"; }
    std::string_view example() const override {
        return R"(low = 1
high = 5
step = 1
)";
    }

    std::span<const std::string_view> settings() const override { return acting; }
    std::optional<base::Fault> check(const Question& question) const override {
        if (question.low && question.high && *question.low >= *question.high)
            return base::Fault{
                .reason = "is not below high", .mend = "make it smaller", .at = "low"};
        return std::nullopt;
    }

    std::string read(const Question& question, const std::string& answer, const AskedRecord&)
        const override {
        auto value = parse_answer(answer);
        boost::system::error_code code;
        auto number = value.to_number<double>(code);
        if (code || !std::isfinite(number)) not_an_answer("a number");
        if (question.low && number < *question.low)
            not_an_answer(fmt::format("is below {}", *question.low), "send a higher number");
        if (question.high && number > *question.high)
            not_an_answer(fmt::format("is above {}", *question.high), "send a lower number");
        if (question.step) {
            auto steps = (number - question.low.value_or(0)) / *question.step;
            if (std::abs(steps - std::round(steps)) > 1e-6)
                not_an_answer(
                    fmt::format("lies between two steps of {}", *question.step), "send one of them"
                );
        }
        return base::number_text(number);
    }
    std::optional<std::string> answer_of_value(const Question&, const std::string& value)
        const override {
        auto number = base::parse_number(value);
        if (!number) return std::nullopt;
        return base::number_text(*number);
    }
    std::string with_classes(const Question&, const std::string& answer, const Rename&)
        const override {
        return answer;
    }

    // One minus their distance, as a share of the scale where it has ends, else of the larger.
    double likeness(const Question& question, const std::string& a, const std::string& b)
        const override {
        auto first = number_of(a), second = number_of(b);
        double far = std::abs(first - second);
        double scale = question.low && question.high
                           ? *question.high - *question.low
                           : std::max({std::abs(first), std::abs(second), far});
        return scale > 0 ? std::max(0.0, 1 - far / scale) : 1;
    }
    std::unique_ptr<AnswerSet> gather(const Question& question) const override {
        return std::make_unique<NumberAnswers>(question);
    }
    std::vector<MetricInfo> metrics(const Question&) const override {
        std::vector<MetricInfo> made;
        for (auto metric :
             {Metric::krippendorff_interval,
              Metric::krippendorff_ordinal,
              Metric::gwet_ac2,
              Metric::krippendorff_ratio,
              Metric::percent})
            made.push_back(
                {std::string(base::name_of(metric)),
                 std::string(base::meaning_of(metric)),
                 metric != Metric::krippendorff_ratio}
            );
        return made;
    }
    std::span<const Method> methods() const override { return merging; }

    // A tenth of the scale, or of the number, off to either side, within the scale and on a step.
    std::string mistake(const Question& question, const std::string& truth, base::Random& random)
        const override {
        auto right = number_of(truth);
        double scale = question.low && question.high ? *question.high - *question.low
                                                     : std::max(std::abs(right), 1.0);
        double off = std::max(scale / 10, question.step.value_or(0));
        if (question.step) off = std::max(1.0, std::round(off / *question.step)) * *question.step;
        auto wrong = random.below(2) == 0 ? right - off : right + off;
        if (question.low && wrong < *question.low) wrong = right + off;
        if (question.high && wrong > *question.high) wrong = right - off;
        return base::number_text(wrong);
    }

    LabelShape shape() const override { return LabelShape::number; }
    Target target() const override { return Target::number; }

private:
    static constexpr std::array<std::string_view, 4> acting{"low", "high", "step", "unit"};
    static constexpr std::array merging{
        Method::mean,
        Method::median,
        Method::lfc_n,
        Method::catd,
        Method::pm};
};

}  // namespace

const TaskType& number_task() {
    static const NumberTask type;
    return type;
}

}  // namespace labeling
