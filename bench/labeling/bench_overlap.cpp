// Adaptive overlap on a published crowd: how many answers it saves, and what that costs.
//
// The published answers are replayed in five random orders, question by question, by the functions
// that the service decides with: people's confusion matrices are inferred anew after each 1,500
// answers, a new answer is weighed by them, and one more is taken while the truth is less probable
// than the target. Beside it stand all answers, and as many answers as were used spread evenly.
//
//     bench_overlap FOLDER      with answer.csv and truth.csv, such as D_Product of Zheng et al.
//     2017
#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/numbers/random.hpp"
#include "labeling/answers.hpp"
#include "labeling/queue/assignment.hpp"
#include "labeling/truth/confusions.hpp"
#include "labeling/truth/score.hpp"
#include "labeling/truth/truth.hpp"

namespace {

struct Given {
    std::string question, worker, answer;
};
using ByQuestion = std::vector<std::vector<Given>>;

labeling::Judgements judged(const std::vector<Given>& answers) {
    labeling::JudgementsBuilder builder;
    for (const auto& one : answers) builder.add(one.question, one.worker, one.answer);
    return std::move(builder).build();
}

double accuracy(const std::vector<Given>& answers, const labeling::Gold& gold) {
    auto judgements = judged(answers);
    auto truth = labeling::infer(judgements, labeling::Method::ds);
    return labeling::score(judgements, truth, gold).accuracy;
}

double likeliest(std::vector<Given> answers, const labeling::Confusions& confusions) {
    labeling::JudgementsBuilder builder;
    for (const auto& [name, share] : confusions.prior) builder.allow(name);
    for (const auto& one : answers) builder.add(one.question, one.worker, one.answer);
    return labeling::weigh(std::move(builder).build(), confusions).probability(0);
}

// The answers that a service would have asked for.
class Replay {
public:
    Replay(const ByQuestion& crowd, double target, int most)
        : crowd_(crowd), target_(target), most_(most), taken_(crowd.size(), 0) {}

    std::vector<Given> run() {
        for (std::size_t q = 0; q < crowd_.size(); ++q) {
            do ++taken_[q];
            while (wants_more(q));
            since_ += taken_[q];
            if (since_ >= between_inferences) infer(q + 1);
        }
        infer(crowd_.size());
        return used(crowd_.size());
    }

private:
    static constexpr std::size_t between_inferences = 1'500;

    std::vector<Given> taken(std::size_t q) const {
        const auto& all = crowd_[q];
        return {all.begin(), all.begin() + static_cast<std::ptrdiff_t>(taken_[q])};
    }
    std::vector<Given> used(std::size_t questions) const {
        std::vector<Given> all;
        for (std::size_t q = 0; q < questions; ++q)
            for (auto& one : taken(q)) all.push_back(std::move(one));
        return all;
    }
    bool wants_more(std::size_t q) const {
        if (taken_[q] == crowd_[q].size()) return false;
        if (!confusions_) return true;
        auto n = static_cast<int>(taken_[q]);
        auto next = labeling::after_answers(likeliest(taken(q), *confusions_), target_, n, most_);
        return next == labeling::Next::one_more;
    }
    // As `label truth` does, which asks again about what turns out to be unsure.
    void infer(std::size_t questions) {
        since_ = 0;
        auto judgements = judged(used(questions));
        confusions_ =
            labeling::confusions_of(judgements, labeling::infer(judgements, labeling::Method::ds));
        for (std::size_t q = 0; q < questions; ++q)
            while (wants_more(q)) ++taken_[q];
    }

    const ByQuestion& crowd_;
    double target_;
    int most_;
    std::vector<std::size_t> taken_;  // by question
    std::size_t since_ = 0;
    std::optional<labeling::Confusions> confusions_;
};

// The same number of answers, as evenly as it goes.
std::vector<Given> even(const ByQuestion& crowd, std::size_t n) {
    std::vector<Given> used;
    for (std::size_t round = 0; used.size() < n; ++round)
        for (const auto& answers : crowd)
            if (round < answers.size() && used.size() < n) used.push_back(answers[round]);
    return used;
}

struct Spread {
    std::vector<double> values;
    double mean() const {
        double sum = 0;
        for (double v : values) sum += v;
        return sum / static_cast<double>(values.size());
    }
    double half_width() const {  // of a 95 % interval, by Student with 4 degrees of freedom
        double sum = 0, m = mean();
        for (double v : values) sum += (v - m) * (v - m);
        auto n = static_cast<double>(values.size());
        return 2.776 * std::sqrt(sum / (n - 1) / n);
    }
};

}  // namespace

int main(int argc, char** argv) try {
    std::string folder = argc > 1 ? argv[1] : ".";
    labeling::ReadNotes notes;
    auto all = labeling::load_answers(folder + "/answer.csv", notes);
    auto gold = labeling::load_gold(folder + "/truth.csv", notes);
    std::vector<Given> whole;
    std::map<std::string, std::vector<Given>> by_question;
    for (const auto& row : all.rows) {
        whole.push_back(
            {all.questions[row.question], all.workers[row.worker], all.answers[row.answer]}
        );
        by_question[whole.back().question].push_back(whole.back());
    }
    int most = 0;
    for (const auto& [question, answers] : by_question)
        most = std::max(most, static_cast<int>(answers.size()));
    fmt::print("all {} answers: {:.4f} right\n", whole.size(), accuracy(whole, gold));
    fmt::print("target   fewer answers   right              the same number, evenly\n");
    for (double target : {0.8, 0.9, 0.95, 0.97, 0.98, 0.99}) {
        Spread saved, right, evenly;
        for (std::uint64_t seed = 1; seed <= 5; ++seed) {
            std::uint64_t stream = 0;
            ByQuestion crowd;
            for (auto& [question, answers] : by_question) {
                base::CounterRandom(seed, ++stream).shuffle(std::span(answers));
                crowd.push_back(answers);
            }
            base::CounterRandom(seed, ++stream).shuffle(std::span(crowd));
            auto used = Replay(crowd, target, most).run();
            auto share = static_cast<double>(used.size()) / static_cast<double>(whole.size());
            saved.values.push_back(100 * (1 - share));
            right.values.push_back(accuracy(used, gold));
            evenly.values.push_back(accuracy(even(crowd, used.size()), gold));
        }
        fmt::print(
            "{:<6}   {:4.1f} % ± {:3.1f}    {:.4f} ± {:.4f}    {:.4f} ± {:.4f}\n",
            target,
            saved.mean(),
            saved.half_width(),
            right.mean(),
            right.half_width(),
            evenly.mean(),
            evenly.half_width()
        );
    }
} catch (const base::Error& error) {
    fmt::print(stderr, "bench_overlap: {}\n", error.what());
    return 1;
}
