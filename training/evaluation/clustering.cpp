// Agreement of clusters and classes is told from one table of how many rows are of which pair; a
// pair that is not met has no cell, so that many clusters of many classes stay small.
#include "training/evaluation/clustering.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/numbers/random.hpp"
#include "training/numeric/products.hpp"

namespace training {

namespace {

double entropy(const std::map<int, double>& counts, double n) {
    double sum = 0;
    for (const auto& [name, count] : counts) sum -= count / n * std::log(count / n);
    return sum;
}

double pairs(double n) {
    return n * (n - 1) / 2;
}

// Clusters renumbered from 0, and how many there are.
std::size_t number(std::vector<int>& clusters) {
    std::map<int, int> numbers;
    for (int& one : clusters)
        one = numbers.emplace(one, static_cast<int>(numbers.size())).first->second;
    return numbers.size();
}

// The silhouette of a row, from the sums of its distances to the rows of each cluster.
double
silhouette_of(const std::vector<double>& sums, const std::vector<double>& sizes, std::size_t own) {
    if (sizes[own] < 2) return 0;
    const double within = sums[own] / (sizes[own] - 1);
    double next = std::numeric_limits<double>::infinity();
    for (std::size_t c = 0; c < sums.size(); ++c)
        if (c != own) next = std::min(next, sums[c] / sizes[c]);
    const double larger = std::max(within, next);
    return larger > 0 ? (next - within) / larger : 0;
}

}  // namespace

ClusterAgreement agreement_of(std::span<const int> classes, std::span<const int> clusters) {
    if (classes.size() != clusters.size())
        throw base::Error("clusters", "not as many as there are classes");
    ClusterAgreement out{1, 1, 1, 1};
    const auto n = static_cast<double>(classes.size());
    if (classes.empty()) return out;
    std::map<int, double> of_class, of_cluster;
    std::map<std::pair<int, int>, double> of_both;
    for (std::size_t i = 0; i < classes.size(); ++i) {
        ++of_class[classes[i]];
        ++of_cluster[clusters[i]];
        ++of_both[{classes[i], clusters[i]}];
    }
    double mutual = 0, together = 0, by_class = 0, by_cluster = 0;
    for (const auto& [both, count] : of_both) {
        mutual +=
            count / n * std::log(count * n / (of_class[both.first] * of_cluster[both.second]));
        together += pairs(count);
    }
    mutual = std::max(0.0, mutual);
    for (const auto& [name, count] : of_class) by_class += pairs(count);
    for (const auto& [name, count] : of_cluster) by_cluster += pairs(count);
    const double h_class = entropy(of_class, n), h_cluster = entropy(of_cluster, n);
    if (h_class > 0) out.homogeneity = mutual / h_class;
    if (h_cluster > 0) out.completeness = mutual / h_cluster;
    if (h_class + h_cluster > 0) out.nmi = 2 * mutual / (h_class + h_cluster);
    const double chance = pairs(n) > 0 ? by_class * by_cluster / pairs(n) : 0;
    const double most = (by_class + by_cluster) / 2;
    if (most != chance) out.ari = (together - chance) / (most - chance);
    return out;
}

std::optional<double> silhouette(
    const Design& rows,
    std::span<const int> clusters,
    std::size_t most,
    std::uint64_t seed,
    Team& team
) {
    std::vector<std::uint32_t> chosen;
    for (std::uint32_t row = 0; row < rows.rows; ++row)
        if (clusters[row] >= 0) chosen.push_back(row);
    if (chosen.size() > most) {
        base::CounterRandom(seed, 21).shuffle(std::span(chosen));
        chosen.resize(most);
        std::sort(chosen.begin(), chosen.end());
    }
    std::vector<int> own;
    for (auto row : chosen) own.push_back(clusters[row]);
    const auto count = number(own);
    if (count < 2) return std::nullopt;
    std::vector<double> sizes(count);
    for (int one : own) ++sizes[static_cast<std::size_t>(one)];
    const auto some = take_rows(rows, chosen);
    std::vector<double> values(some.rows);
    RowDistances(some).each_block(
        some,
        team,
        [&](std::size_t from, std::size_t many, std::span<const float> squared) {
            for (std::size_t i = 0; i < many; ++i) {
                std::vector<double> sums(count);
                for (std::size_t j = 0; j < some.rows; ++j)
                    if (j != from + i)
                        sums[static_cast<std::size_t>(own[j])] +=
                            std::sqrt(static_cast<double>(squared[i * some.rows + j]));
                values[from + i] =
                    silhouette_of(sums, sizes, static_cast<std::size_t>(own[from + i]));
            }
        }
    );
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

}  // namespace training
