#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "training/models/model.hpp"
#include "training/numeric/bytes.hpp"
#include "training/numeric/design.hpp"
#include "training/numeric/team.hpp"
#include "training/numeric/trees/tree_walk.hpp"

namespace training {

struct TreeSettings {
    std::size_t rounds = 300;
    std::size_t depth = 6;
    double rate = 0.1;
    double l2 = 1;
    double rows = 1;           // share of the rows that a tree sees
    double columns = 1;        // share of the columns that a tree sees
    double split_columns = 1;  // share of those that a split sees
    double least = 1;          // weight of a leaf
    std::size_t patience = 0;  // rounds without gain on validation before the end; 0: all rounds
    double balance = 0;
    std::size_t in_memory =
        0;                // values of rows; of more a few pages are, the rest is on disk; 0: all
    bool forest = false;  // trees of one kind each on its own sample, averaged
};

// Trees by the hist method of XGBoost (Chen and Guestrin 2016): boosted (Friedman 2001), or a
// forest (Breiman 2001). Values that are NaN go the way that a split learnt for them; of sparse
// rows, those that are not there.
class Trees {
public:
    // Throws base::Interrupted at once when a stop is requested; a round under way ends by itself.
    void fit(
        const View& train,
        const View& validation,
        std::size_t outputs,
        const TreeSettings& how,
        const FitContext& context
    );
    std::vector<double> predict(const Design& rows, Team& team) const;
    // As TreeWalk::gains().
    std::vector<std::pair<std::size_t, double>> gains() const { return walk_.gains(); }

    PlainTrees plain() const;

    void save(Writer& out) const;
    void load(Reader& in);

private:
    struct Fit;
    std::vector<double> answer(std::span<const float> margins, std::size_t rows) const;
    void keep(std::string bytes);

    std::string bytes_;  // the library's own
    TreeWalk walk_;      // made of them
    std::size_t outputs_ = 0;
    std::size_t columns_ = 0;
    std::size_t forest_ = 0;  // trees of each output, 0: boosted
    Loss loss_ = Loss::squared;
    double mean_ = 0;
    double scale_ = 1;
};

}  // namespace training
