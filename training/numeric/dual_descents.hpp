#pragma once

#include <cstdint>
#include <span>
#include <stop_token>
#include <vector>

#include "training/company/company.hpp"
#include "training/numeric/design.hpp"
#include "training/numeric/team.hpp"

namespace training {

// Each of several classes against the others, on the same sparse rows.
struct DualProblems {
    const Design* rows = nullptr;
    std::span<const int> classes;  // of each row
    std::size_t outputs = 0;       // classes, a problem each
    std::span<const float> costs;  // C of each row; 0 leaves it out
    double tolerance = 0.1;        // of the projected gradient
    std::size_t passes = 1000;
    std::uint64_t seed = 1;
    Company* company = nullptr;  // its members have all rows, and descend some of the classes each
    std::stop_token stop = {};
};

// What DualProblem in dual_descent.hpp asks for with the squared hinge, for all classes: weights by
// class, the last one that of the bias. The same bits for any number of threads, and for a class
// whatever other classes there are. Throws base::Interrupted.
//
// `duals`, if not null, is where the descent starts (rows x outputs; empty: at zeros), and then
// holds what it found. They may come from fewer rows: wherever it starts, it ends within
// the tolerance. Of a company's duals each member has those of its classes.
std::vector<std::vector<float>>
descend_duals(const DualProblems& problems, std::vector<float>* duals, Team& team);

}  // namespace training
