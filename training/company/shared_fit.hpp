#pragma once

#include <string>

#include "training/company/company.hpp"
#include "training/models/model.hpp"
#include "training/numeric/linear_scores.hpp"

namespace training {

// A fit that a company does together: what the first member says of it to the others. The rows
// follow.
struct FitJob {
    std::string kind;
    Params params;
    std::size_t outputs = 0;
    std::uint64_t seed = 1;
    Loss loss = Loss::squared;
    double quantile = 0.5;
    Sharing shares = Sharing::nothing;
    std::size_t threads = 1;  // of each member
};

// Of the first member: gives the others the job and their rows. Returns its own stretch of the
// rows where these are shared; nothing where each member has all.
RowSubset give_out(Company& company, const FitJob& job, const View& train, const View& validation);

// Of the others: takes part in fits until send_home(). Throws what a fit throws, with the member's
// name, a while after: where all threw the same, the first ends the others before.
void serve(Company& company);
// Of the first member: there will be no more fits.
void send_home(Company& company);

// How `company` would share a fit of such rows, in one line for people; empty without a company.
std::string words_of_sharing(
    const Company* company,
    const ModelKind& kind,
    const View& train,
    std::size_t outputs
);

}  // namespace training
