// Candidates in order, the best first.
//
// The truth is the order that has the most pairs in common with the people's, each weighed by how
// far its author agrees with the others: Kemeny's rule (Mathematics without numbers, 1959), which
// is found exactly by going through the sets of candidates that can stand in front.
#include <algorithm>
#include <array>
#include <map>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/error.hpp"
#include "labeling/tasks/answer_json.hpp"
#include "labeling/tasks/candidates.hpp"
#include "labeling/tasks/paired_answers.hpp"
#include "labeling/tasks/task_types.hpp"

namespace labeling {

namespace {

namespace json = boost::json;

constexpr std::size_t most_candidates = 12;

// The place of each candidate, in the order of the question; level ones have the same.
using Places = std::vector<int>;

Places places_of(const Question& question, const std::string& answer) {
    std::map<std::string, int, std::less<>> place;
    int at = 0;
    auto parsed = json::parse(answer);
    for (const auto& item : parsed.as_array()) {
        if (item.is_string())
            place[std::string(item.get_string())] = at;
        else
            for (const auto& one : item.as_array()) place[std::string(one.as_string())] = at;
        ++at;
    }
    Places places;
    for (const auto& name : question.candidates) {
        auto known = place.find(name);
        places.push_back(known == place.end() ? at : known->second);
    }
    return places;
}

std::string text_of_places(const Question& question, const Places& places) {
    std::map<int, std::vector<std::string>> at;
    for (std::size_t i = 0; i < places.size(); ++i) at[places[i]].push_back(question.candidates[i]);
    json::array list;
    for (const auto& [place, names] : at) {
        if (names.size() == 1)
            list.emplace_back(names.front());
        else
            list.emplace_back(json::array(names.begin(), names.end()));
    }
    return json::serialize(list);
}

int sign(int a) {
    return (a > 0) - (a < 0);
}

class RankingAnswers : public PairedAnswers {
public:
    using PairedAnswers::PairedAnswers;

    Inferred infer(const Merging& merging) const override {
        auto result = PairedAnswers::infer(merging);
        std::map<std::string, double> trust(
            result.worker_accuracy.begin(), result.worker_accuracy.end()
        );
        for (std::size_t r = 0; r < by_record().size(); ++r) {
            const auto& record = by_record()[r];
            std::vector<double> weights;
            for (const auto& answer : record.answers)
                weights.push_back(result.method == Method::mv ? 1 : trust[names()[answer.person]]);
            auto& label = result.labels[r];
            label.value = best_order(record, weights);
            double sum = 0, all = 0;
            for (std::size_t i = 0; i < weights.size(); ++i) {
                sum +=
                    weights[i] * type().likeness(question(), label.value, record.answers[i].value);
                all += weights[i];
            }
            label.probability = all > 0 ? sum / all : 1;
        }
        result.judged = 0;
        result.accuracy = 0;
        judge(result, merging.gold);
        return result;
    }

private:
    std::string best_order(const Record& record, const std::vector<double>& weights) const {
        auto n = question().candidates.size();
        std::vector<double> ahead(n * n);  // how much weight has a before b
        for (std::size_t i = 0; i < weights.size(); ++i) {
            auto places = places_of(question(), record.answers[i].value);
            for (std::size_t a = 0; a < n; ++a)
                for (std::size_t b = 0; b < n; ++b)
                    if (places[a] < places[b]) ahead[a * n + b] += weights[i];
        }
        // By the set that stands in front: the most that can be satisfied, and who is last of it.
        std::vector<double> most(std::size_t{1} << n, -1);
        std::vector<std::uint8_t> last(most.size());
        most[0] = 0;
        for (std::size_t set = 0; set < most.size(); ++set)
            for (std::size_t next = 0; next < n; ++next) {
                if (set >> next & 1) continue;
                double gain = 0;
                for (std::size_t front = 0; front < n; ++front)
                    if (set >> front & 1) gain += ahead[front * n + next];
                auto with = set | std::size_t{1} << next;
                if (most[set] + gain <= most[with] + 1e-12) continue;
                most[with] = most[set] + gain;
                last[with] = static_cast<std::uint8_t>(next);
            }
        Places places(n);
        auto set = most.size() - 1;
        for (auto at = static_cast<int>(n) - 1; at >= 0; --at) {
            places[last[set]] = at;
            set ^= std::size_t{1} << last[set];
        }
        return text_of_places(question(), places);
    }
};

class RankingTask : public TaskType {
public:
    std::string_view name() const override { return "ranking"; }
    std::string_view meaning() const override { return "candidates in order, the best first"; }
    std::string_view example() const override {
        return R"(candidates = ["answer_a", "answer_b", "answer_c"]
)";
    }

    std::span<const std::string_view> settings() const override { return acting; }
    std::optional<base::Fault> check(const Question& question) const override {
        return check_candidates(question, 2, most_candidates);
    }

    std::string read(const Question& question, const std::string& answer, const AskedRecord& record)
        const override {
        constexpr auto wanted = "a list of all candidates, the best first";
        auto value = parse_answer(answer);
        std::size_t named = 0;
        std::map<std::string, bool> seen;
        auto take = [&](const json::value& item) {
            if (!item.is_string() || !is_candidate(question, item.get_string()))
                not_an_answer(wanted);
            if (!seen.emplace(item.get_string(), true).second)
                not_an_answer("names a candidate twice", "name each once");
            ++named;
        };
        for (const auto& item : list_of(value, wanted)) {
            if (!item.is_array()) {
                take(item);
                continue;
            }
            if (!question.ties)
                not_an_answer("holds candidates that are level", "put them in an order");
            for (const auto& one : item.get_array()) take(one);
        }
        if (named != question.candidates.size()) not_an_answer(wanted);
        require_candidates(question, record);
        return text_of_places(question, places_of(question, answer));
    }
    std::optional<std::string> answer_of_value(const Question& question, const std::string& value)
        const override {
        try {
            auto parsed = parse_answer(value);
            for (const auto& item : list_of(parsed, "a list"))
                if (!item.is_string() || !is_candidate(question, item.get_string()))
                    return std::nullopt;
            return text_of_places(question, places_of(question, value));
        } catch (const base::UsageError&) {
            return std::nullopt;
        }
    }
    std::string with_classes(const Question&, const std::string& answer, const Rename&)
        const override {
        return answer;
    }

    // The share of pairs that stand in the same order; a pair that one of them has level counts
    // half. It is (1 + tau) / 2 where nothing is level.
    double likeness(const Question& question, const std::string& a, const std::string& b)
        const override {
        auto first = places_of(question, a), second = places_of(question, b);
        double alike = 0, pairs = 0;
        for (std::size_t i = 0; i < first.size(); ++i)
            for (auto j = i + 1; j < first.size(); ++j) {
                auto x = sign(first[i] - first[j]), y = sign(second[i] - second[j]);
                pairs += 1;
                alike += x == y ? 1 : (x == 0 || y == 0 ? 0.5 : 0);
            }
        return pairs > 0 ? alike / pairs : 1;
    }
    std::unique_ptr<AnswerSet> gather(const Question& question) const override {
        return std::make_unique<RankingAnswers>(*this, question);
    }
    std::vector<MetricInfo> metrics(const Question&) const override {
        return PairedAnswers::metrics("share of pairs in the same order, (1 + Kendall's tau) / 2");
    }
    std::span<const Method> methods() const override { return merging; }

    // Two neighbours change places.
    std::string mistake(const Question& question, const std::string& truth, base::Random& random)
        const override {
        auto list = json::parse(truth).as_array();
        if (list.size() < 2) return truth;
        auto at = random.below(list.size() - 1);
        std::swap(list[at], list[at + 1]);
        return text_of_places(question, places_of(question, json::serialize(list)));
    }

    LabelShape shape() const override { return LabelShape::ranking; }
    Target target() const override { return Target::parts; }

private:
    static constexpr std::array<std::string_view, 2> acting{"candidates", "ties"};
    static constexpr std::array merging{Method::mv, Method::wawa};
};

}  // namespace

const TaskType& ranking_task() {
    static const RankingTask type;
    return type;
}

}  // namespace labeling
