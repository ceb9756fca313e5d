// A table of confusion for each worker (Dawid and Skene, Maximum likelihood estimation of observer
// error-rates, 1979).
//
// Counts get a small prior so that an answer never seen is not taken for impossible; `shrink` draws
// each table towards that of all workers (what Raykar and others do by priors: Learning from
// crowds, 2010), which is what makes workers with few answers usable. Of workers x classes x
// classes only the cells that some answer meets are kept, numbered once: a worker who gave three
// answers has a few, and a round goes through them as they lie.
#include <cmath>
#include <limits>

#include "labeling/truth/em.hpp"

namespace labeling {

namespace {

constexpr double prior = 0.01;  // of each cell, in answers
constexpr double strength = 1;  // of the pooled table, in answers a line
constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

// Numbers things as they come: one for each class within one round.
class Numbering {
public:
    explicit Numbering(std::size_t classes) : number_(classes), round_(classes, none) {}

    // The class's number in this round; the next of `count` if it has none.
    std::uint32_t of(std::uint32_t answer, std::uint32_t round, std::uint32_t& count) {
        if (round_[answer] != round) {
            round_[answer] = round;
            number_[answer] = count++;
        }
        return number_[answer];
    }

private:
    std::vector<std::uint32_t> number_, round_;
};

struct Cell {
    std::uint32_t line = 0;  // (worker, truth)
    std::uint32_t pool = 0;  // (truth, answer) of all workers
};

class Tables {
public:
    Tables(const Votes& votes, bool shrink) : votes_(votes), shrink_(shrink) {
        number_cells();
        if (shrink_) number_pool();
    }

    // From the posteriors, as logs of probabilities.
    void count(const Posterior& posterior) {
        value_.assign(cells_.size(), 0.0);
        each([&](std::size_t entry, std::uint32_t cell) { value_[cell] += posterior.share[entry]; }
        );
        std::vector<double> sum(lines_);
        for (std::size_t i = 0; i < cells_.size(); ++i) sum[cells_[i].line] += value_[i];
        auto k = static_cast<double>(votes_.blank.classes);
        if (!shrink_) {
            for (std::size_t i = 0; i < cells_.size(); ++i)
                value_[i] = std::log((value_[i] + prior) / (sum[cells_[i].line] + prior * k));
            return;
        }
        std::vector<double> pooled(pool_truth_.size(), prior),
            of_truth(votes_.blank.classes, prior * k);
        for (std::size_t i = 0; i < cells_.size(); ++i) {
            pooled[cells_[i].pool] += value_[i];
            of_truth[pool_truth_[cells_[i].pool]] += value_[i];
        }
        for (std::size_t i = 0; i < pooled.size(); ++i)
            pooled[i] = prior + strength * pooled[i] / of_truth[pool_truth_[i]];
        for (std::size_t i = 0; i < cells_.size(); ++i)
            value_[i] = std::log(
                (value_[i] + pooled[cells_[i].pool]) / (sum[cells_[i].line] + prior * k + strength)
            );
    }

    // Adds to the candidates of each question what its answers say of them.
    void add(Posterior& posterior) const {
        each([&](std::size_t entry, std::uint32_t cell) { posterior.share[entry] += value_[cell]; }
        );
    }

private:
    // Each answer with each candidate of its question.
    template <typename Visit>
    void each(Visit visit) const {
        std::size_t meeting = 0;
        const auto& first = votes_.blank.first;
        for (const auto& row : votes_.judgements.rows)
            for (auto e = first[row.question]; e < first[row.question + 1]; ++e)
                visit(e, meeting_[meeting++]);
    }

    void number_cells() {
        const auto& rows = votes_.judgements.rows;
        const auto& blank = votes_.blank;
        std::vector<std::size_t> begin(rows.size() + 1);
        for (std::size_t i = 0; i < rows.size(); ++i)
            begin[i + 1] = begin[i] + blank.candidates(rows[i].question);
        meeting_.resize(begin.back());

        Numbering cells(blank.classes), lines(blank.classes);
        std::uint32_t count = 0, round = 0;
        const Judgement* last = nullptr;
        for (auto i : by_worker_and_answer(votes_.judgements)) {
            const auto& row = rows[i];
            if (last && (last->worker != row.worker || last->answer != row.answer)) ++round;
            last = &row;
            auto meeting = begin[i];
            for (auto e = blank.first[row.question]; e < blank.first[row.question + 1]; ++e) {
                auto cell = cells.of(blank.candidate[e], round, count);
                if (cell == cells_.size()) {
                    auto line = lines.of(blank.candidate[e], row.worker, lines_);
                    cells_.push_back({.line = line});
                    truth_.push_back(blank.candidate[e]);
                    answer_.push_back(row.answer);
                }
                meeting_[meeting++] = cell;
            }
        }
    }

    // Cells by their answer, so that one numbering of truths a round is enough.
    void number_pool() {
        std::vector<std::uint32_t> place(votes_.blank.classes + 1), order(cells_.size());
        for (auto answer : answer_) ++place[answer + 1];
        for (std::size_t c = 0; c + 1 < place.size(); ++c) place[c + 1] += place[c];
        for (std::uint32_t i = 0; i < order.size(); ++i) order[place[answer_[i]]++] = i;
        Numbering pool(votes_.blank.classes);
        std::uint32_t count = 0;
        for (auto i : order) {
            cells_[i].pool = pool.of(truth_[i], answer_[i], count);
            if (cells_[i].pool == pool_truth_.size()) pool_truth_.push_back(truth_[i]);
        }
        truth_ = {};
        answer_ = {};
    }

    const Votes& votes_;
    bool shrink_;
    std::vector<std::uint32_t> meeting_;  // by answer and candidate: the cell
    std::vector<Cell> cells_;
    std::vector<std::uint32_t> truth_, answer_;  // of each cell, while they are numbered
    std::vector<std::uint32_t> pool_truth_;
    std::uint32_t lines_ = 0;
    std::vector<double> value_;
};

}  // namespace

void dawid_skene(const Votes& votes, Truth& truth, bool shrink) {
    Tables tables(votes, shrink);
    std::vector<double> share(votes.blank.classes);
    auto maximise = [&](const Posterior& posterior) {
        std::fill(share.begin(), share.end(), prior);
        for (std::size_t e = 0; e < posterior.share.size(); ++e)
            share[posterior.candidate[e]] += posterior.share[e];
        double sum =
            static_cast<double>(posterior.questions()) + prior * static_cast<double>(share.size());
        for (double& s : share) s = std::log(s / sum);
        tables.count(posterior);
    };
    auto expect = [&](Posterior& posterior) {
        for (std::size_t e = 0; e < posterior.share.size(); ++e)
            posterior.share[e] = share[posterior.candidate[e]];
        tables.add(posterior);
        for (std::size_t q = 0; q < posterior.questions(); ++q) normalise(posterior, q, 0, 0);
    };
    iterate(votes, truth, 1e-6, maximise, expect);
}

}  // namespace labeling
