// The way from answers to one truth by a named method, and what else follows from it.
//
// A method only fills the posteriors; the label, the accuracy of workers and the tables of
// confusion are made of them here, the same for all, so that methods can be compared. Ties fall by
// a hash of the question: the same in every run, and no class is favoured by its place.
#include "labeling/truth/truth.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/error.hpp"
#include "labeling/truth/em.hpp"
#include "labeling/truth/weights.hpp"

namespace labeling {

namespace {

std::vector<double> accuracy(const Votes& votes, const Posterior& posterior) {
    const auto& judgements = votes.judgements;
    std::vector<double> right(judgements.workers.size()), given(judgements.workers.size());
    for (std::size_t i = 0; i < judgements.rows.size(); ++i) {
        right[judgements.rows[i].worker] += posterior.share[votes.entry[i]];
        given[judgements.rows[i].worker] += 1;
    }
    for (std::size_t w = 0; w < right.size(); ++w)
        if (given[w] > 0) right[w] /= given[w];
    return right;
}

// How often an answer meets a candidate of its question.
std::size_t meetings(const Judgements& judgements) {
    if (asks_all(judgements)) return judgements.rows.size() * judgements.answers.size();
    std::size_t sum = 0;
    const auto& rows = judgements.rows;
    std::vector<std::uint32_t> given;
    for (std::size_t i = 0, end = 0; i < rows.size(); i = end) {
        given.clear();
        for (end = i; end < rows.size() && rows[end].question == rows[i].question; ++end)
            given.push_back(rows[end].answer);
        std::sort(given.begin(), given.end());
        auto different = std::unique(given.begin(), given.end()) - given.begin();
        sum += (end - i) * static_cast<std::size_t>(different);
    }
    return sum;
}

void refuse_beyond(const Judgements& judgements, Method method) {
    auto bytes = memory_needed(judgements, method);
    if (bytes <= most_memory) return;
    throw base::Error(
        "truth",
        fmt::format(
            "{} over {} answers of {} different ones would need {:.1f} GB of memory",
            base::name_of(method),
            judgements.rows.size(),
            judgements.answers.size(),
            static_cast<double>(bytes) / 1e9
        ),
        "use onecoin or glad, whose memory grows with the answers alone"
    );
}

}  // namespace

std::size_t memory_needed(const Judgements& judgements, Method method) {
    auto rows = judgements.rows.size(), questions = judgements.questions.size();
    auto workers = judgements.workers.size(), k = judgements.answers.size();
    auto least = 48 * rows + 64 * questions + 48 * workers + 24 * k;
    if (method == Method::mace) return least + 56 * rows;
    if (method != Method::ds && method != Method::lfc) return least;
    auto met = meetings(judgements);
    auto candidates = asks_all(judgements) ? questions * k : rows;
    auto cells = workers * k <= met / std::max<std::size_t>(k, 1) ? workers * k * k : met;
    return least + 32 * candidates + 4 * met + 40 * cells;
}

Truth infer(const Judgements& judgements, Method method, std::stop_token stop) {
    if (judgements.rows.empty()) throw base::Error("truth", "there are no answers to infer from");
    refuse_beyond(judgements, method);
    Truth truth;
    truth.method = method;
    truth.classes = judgements.answers.size();
    bool tables = method == Method::ds || method == Method::lfc;
    const Votes votes(judgements, tables && asks_all(judgements), std::move(stop));
    switch (method) {
        case Method::mv:
            truth.posterior = vote_shares(votes);
            break;
        case Method::wawa:
            truth.posterior = wawa(votes);
            break;
        case Method::ds:
            dawid_skene(votes, truth, false);
            break;
        case Method::lfc:
            dawid_skene(votes, truth, true);
            break;
        case Method::onecoin:
            one_coin(votes, truth);
            break;
        case Method::glad:
            glad(votes, truth);
            break;
        case Method::mace:
            mace(votes, truth);
            break;
        case Method::catd:
        case Method::pm:
            weigh_votes(votes, truth);
            break;
        case Method::mean:
        case Method::median:
        case Method::lfc_n:
        case Method::automatic:
            throw base::Error(
                "truth", "method " + std::string(base::name_of(method)) + " does not infer classes"
            );
    }
    truth.label = likeliest(judgements, truth.posterior);
    truth.worker_accuracy = accuracy(votes, truth.posterior);
    return truth;
}

std::vector<double>
confusion(const Judgements& judgements, const Truth& truth, std::uint32_t worker) {
    auto k = truth.classes;
    if (k > most_tabled)
        throw base::Error(
            "truth", fmt::format("a table of {} classes is too large to read", k), "merge classes"
        );
    std::vector<double> pooled(k * k, 1.0 / static_cast<double>(k)), own(k * k), row;
    for (std::size_t i = 0; i < judgements.rows.size(); ++i) {
        const auto& [question, by, answer] = judgements.rows[i];
        if (i == 0 || judgements.rows[i - 1].question != question)
            truth.posterior.spread(question, row);
        for (std::size_t c = 0; c < k; ++c) {
            pooled[c * k + answer] += row[c];
            if (by == worker) own[c * k + answer] += row[c];
        }
    }
    constexpr double strength = 2;
    for (std::size_t c = 0; c < k; ++c) {
        double all = 0, mine = 0;
        for (std::size_t a = 0; a < k; ++a) {
            all += pooled[c * k + a];
            mine += own[c * k + a];
        }
        for (std::size_t a = 0; a < k; ++a)
            own[c * k + a] =
                (own[c * k + a] + strength * pooled[c * k + a] / all) / (mine + strength);
    }
    return own;
}

}  // namespace labeling
