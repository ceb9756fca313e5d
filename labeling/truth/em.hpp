#pragma once

#include <cstddef>
#include <vector>

#include "labeling/truth/truth.hpp"

// The methods behind labeling/truth/truth.hpp. Posteriors are questions x classes.
namespace labeling::detail {

// Share of votes by class.
std::vector<double> vote_shares(const Judgements& judgements);
std::vector<double> wawa(const Judgements& judgements);

// These fill truth.posterior and truth.iterations; truth.classes is set before.
void dawid_skene(const Judgements& judgements, Truth& truth, bool shrink);
void one_coin(const Judgements& judgements, Truth& truth);
void glad(const Judgements& judgements, Truth& truth);
void mace(const Judgements& judgements, Truth& truth);

// Turns a row of log-likelihoods into probabilities; returns the log of their sum.
double normalise_log(double* row, std::size_t classes);

}  // namespace labeling::detail
