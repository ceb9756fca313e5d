#include "training/folds/iterative_strata.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>

namespace training {

namespace {

// How many rows, and rows of each label, each side still wants, and who is not yet on one.
class Dealing {
public:
    Dealing(std::span<const LabelledCluster> clusters, std::span<const double> shares)
        : clusters_(clusters), side_(clusters.size()), placed_(clusters.size()) {
        double rows = 0;
        std::map<std::uint32_t, double> labels;
        for (const auto& one : clusters) {
            rows += one.rows;
            for (const auto& [label, count] : one.labels) labels[label] += count;
        }
        for (double share : shares) wanted_.push_back(share * rows);
        for (const auto& [label, count] : labels)
            for (double share : shares) by_label_[label].push_back(share * count);
        for (std::size_t i = 0; i < clusters.size(); ++i)
            for (const auto& [label, count] : clusters[i].labels) holders_[label].push_back(i);
        for (auto& [label, holders] : holders_) {
            left_[label] = holders.size();
            std::sort(holders.begin(), holders.end(), [&](std::size_t a, std::size_t b) {
                return std::tuple(clusters_[a].order, a) < std::tuple(clusters_[b].order, b);
            });
        }
    }

    std::vector<std::size_t> deal() {
        for (std::size_t i = 0; i < clusters_.size(); ++i)
            if (clusters_[i].known) put(i, *clusters_[i].known);
        for (;;) {
            const std::uint32_t* rarest = nullptr;
            std::size_t fewest = 0;
            for (const auto& [label, count] : left_) {
                if (count == 0 || (rarest && count >= fewest)) continue;
                rarest = &label;
                fewest = count;
            }
            if (!rarest) break;
            const auto label = *rarest;
            for (auto i : holders_[label])
                if (!placed_[i]) put(i, furthest_behind(&by_label_[label]));
        }
        std::vector<std::size_t> rest(clusters_.size());
        std::iota(rest.begin(), rest.end(), std::size_t{0});
        std::sort(rest.begin(), rest.end(), [&](std::size_t a, std::size_t b) {
            return std::tuple(clusters_[a].order, a) < std::tuple(clusters_[b].order, b);
        });
        for (auto i : rest)
            if (!placed_[i]) put(i, furthest_behind(nullptr));
        return std::move(side_);
    }

private:
    std::size_t furthest_behind(const std::vector<double>* of_label) const {
        std::size_t best = 0;
        const auto lack = [&](std::size_t side) {
            return std::pair(of_label ? (*of_label)[side] : 0, wanted_[side]);
        };
        for (std::size_t side = 1; side < wanted_.size(); ++side)
            if (lack(side) > lack(best)) best = side;
        return best;
    }

    void put(std::size_t i, std::size_t side) {
        side_[i] = side;
        placed_[i] = true;
        wanted_[side] -= clusters_[i].rows;
        for (const auto& [label, count] : clusters_[i].labels) {
            by_label_[label][side] -= count;
            --left_[label];
        }
    }

    std::span<const LabelledCluster> clusters_;
    std::vector<std::size_t> side_;
    std::vector<bool> placed_;
    std::vector<double> wanted_;
    std::map<std::uint32_t, std::vector<double>> by_label_;
    std::map<std::uint32_t, std::vector<std::size_t>> holders_;
    std::map<std::uint32_t, std::size_t> left_;
};

}  // namespace

std::vector<std::size_t>
deal_labels(std::span<const LabelledCluster> clusters, std::span<const double> shares) {
    return Dealing(clusters, shares).deal();
}

}  // namespace training
