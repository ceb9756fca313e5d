#pragma once

#include <span>
#include <stop_token>
#include <vector>

#include "training/answers/asked_question.hpp"
#include "training/run_store.hpp"

namespace training {

// The candidates of a record: their places as people have them, from 0, level ones alike, and the
// scores that a model gives them, the best the highest.
struct JudgedOrder {
    std::vector<int> places;
    std::vector<double> scores;
};

// The place of each of the question's candidates in a label or an answer, the best 0. Throws
// base::Error where it is of other candidates.
std::vector<int> places_in(const AskedQuestion& question, const std::string& answer);

// Of two candidates that are not level in truth: 1 if the scores have them that way, a half if
// level. Nothing where all are level.
std::optional<double> right_pairs(const JudgedOrder& order);
// Kendall's tau-b; nothing where either has all level.
std::optional<double> tau_b(const JudgedOrder& order);
// Normalised discounted cumulative gain (Järvelin and Kekäläinen 2002) of the order by score, a
// candidate's gain being how many it is before in truth; nothing where all are level. Of candidates
// with level scores each has their mean gain (McSherry and Najork 2008).
std::optional<double> ndcg(const JudgedOrder& order);
// Mean over pairs that are not level of ln(1 + exp(score of the worse less that of the better)).
std::optional<double> order_loss(const JudgedOrder& order);

// Means over the records that have the figure, with bootstrap intervals over the records:
// pair_accuracy, pair_loss; of more than two candidates kendall_tau, ndcg and best_first too.
std::vector<Metric> order_metrics(std::span<const JudgedOrder> orders, std::stop_token stop);

}  // namespace training
