// SliceLine (Sagadeeva and Boehm, "SliceLine: Fast, Linear-Algebra-based Slice Finding for ML Model
// Debugging", SIGMOD 2021), with tests of significance, which it does not have.
//
// The lattice is gone through level by level. Only the values of columns keep their rows, as bits:
// a conjunction is a few hundred thousand words anded, which is cheaper than keeping the rows of
// thousands of them. A conjunction stands on all its parts with one predicate less: one of them
// that is not there had too few rows or no errors, so the conjunction has, too (support and errors
// only fall), and the least of their sizes, error sums and greatest errors bound its own. What the
// bounds rule out counts as tested, with a p-value of 1: else the correction would be the weaker
// the better the pruning is.
#include "training/analysis/slices.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include "base/error.hpp"
#include "training/analysis/slice_columns.hpp"

namespace training {

namespace {

constexpr std::size_t most_values = 50;       // of one column
constexpr std::size_t most_predicates = 300;  // of all columns
constexpr std::size_t most_drawn = 5'000;     // rows of an exact test; of more a normal one
constexpr double most_p_within = 0.05;        // of a conjunction among the rows of a part of it

using Bits = std::vector<std::uint64_t>;
using Key = std::vector<std::uint16_t>;  // predicates, rising

// What is known of a conjunction.
struct Node {
    std::size_t rows = 0;
    double sum = 0;   // of errors
    double most = 0;  // the greatest error
    double score = 0;
};

// All that the search looks at.
struct Lattice {
    std::span<const double> errors;
    const SliceSpec& spec;
    std::vector<SliceValue> values = {};
    std::vector<std::size_t> column = {};  // of each value
    std::vector<Bits> bits = {};
    double total = 0;
    bool counts = true;              // errors are 0 and 1
    std::vector<double> ranks = {};  // of errors, if they are amounts
    double tie_sum = 0;              // sum of t^3 - t over ties
    std::size_t passed_over = 0;     // conjunctions that bounds ruled out

    double n() const { return static_cast<double>(errors.size()); }
    double score(double rows, double sum) const {
        if (rows <= 0) return -1;
        const double error = sum / rows / (total / n()) - 1;
        return spec.weight * error - (1 - spec.weight) * (n() / rows - 1);
    }
    // The greatest score of at most so many rows and errors: where it may lie is at the ends of the
    // sizes, or where errors begin to be all of them (section 3.2 of the paper).
    double bound(const Node& limits) const {
        const auto least = static_cast<double>(spec.least_rows);
        const auto most = static_cast<double>(limits.rows);
        if (most < least) return -1;
        const auto at = [&](double rows) {
            const double size = std::clamp(rows, least, most);
            return score(size, std::min(limits.sum, size * limits.most));
        };
        return std::max({at(least), at(limits.most > 0 ? limits.sum / limits.most : 0), at(most)});
    }
};

Lattice lattice_of(
    std::span<const SliceColumn> columns,
    std::span<const double> errors,
    const SliceSpec& spec
) {
    Lattice out{.errors = errors, .spec = spec};
    out.total = std::accumulate(errors.begin(), errors.end(), 0.0);
    out.counts =
        std::all_of(errors.begin(), errors.end(), [](double e) { return e == 0 || e == 1; });
    for (std::size_t c = 0; c < columns.size(); ++c) {
        for (auto& value : values_of(columns[c], errors.size(), spec.least_rows, most_values)) {
            if (out.values.size() == most_predicates) break;
            Bits bits((errors.size() + 63) / 64);
            for (auto row : value.rows) bits[row / 64] |= std::uint64_t{1} << (row % 64);
            out.bits.push_back(std::move(bits));
            out.values.push_back(std::move(value));
            out.column.push_back(c);
        }
    }
    if (out.counts) return out;
    std::vector<std::uint32_t> order(errors.size());
    std::iota(order.begin(), order.end(), 0U);
    std::sort(order.begin(), order.end(), [&](auto a, auto b) { return errors[a] < errors[b]; });
    out.ranks.resize(errors.size());
    for (std::size_t first = 0; first < order.size();) {
        auto end = first + 1;
        while (end < order.size() && errors[order[end]] == errors[order[first]]) ++end;
        const auto ties = static_cast<double>(end - first);
        for (auto i = first; i < end; ++i)
            out.ranks[order[i]] = static_cast<double>(first + end + 1) / 2;
        out.tie_sum += ties * ties * ties - ties;
        first = end;
    }
    return out;
}

template <typename Visit>
void each_row(const Lattice& lattice, const Key& key, Visit visit) {
    const auto words = lattice.bits.front().size();
    for (std::size_t word = 0; word < words; ++word) {
        auto both = lattice.bits[key[0]][word];
        for (std::size_t i = 1; i < key.size() && both != 0; ++i)
            both &= lattice.bits[key[i]][word];
        for (; both != 0; both &= both - 1)
            visit(
                static_cast<std::uint32_t>(word * 64) +
                static_cast<std::uint32_t>(std::countr_zero(both))
            );
    }
}

Node node_of(const Lattice& lattice, const Key& key) {
    Node node;
    each_row(lattice, key, [&](std::uint32_t row) {
        ++node.rows;
        node.sum += lattice.errors[row];
        node.most = std::max(node.most, lattice.errors[row]);
    });
    node.score = lattice.score(static_cast<double>(node.rows), node.sum);
    return node;
}

// That drawing `rows` of `all` rows at random gives a rank sum, or a number of errors, as high.
double normal_tail(double sum, double rows, double all, double mean, double variance_of_one) {
    if (all <= rows || all < 2) return 1;
    const double variance = rows * variance_of_one * (all - rows) / (all - 1);
    if (!(variance > 0)) return 1;
    return std::erfc((sum - rows * mean) / std::sqrt(2 * variance)) / 2;
}

double p_value_of(const Lattice& lattice, const Key& key, const Node& node) {
    const auto rows = static_cast<double>(node.rows), n = lattice.n();
    if (node.sum / rows <= lattice.total / n) return 1;
    if (lattice.counts && node.rows <= most_drawn)
        return hypergeometric_tail(
            static_cast<std::size_t>(node.sum),
            node.rows,
            static_cast<std::size_t>(lattice.total),
            lattice.errors.size()
        );
    if (lattice.counts) {
        const double share = lattice.total / n;
        return normal_tail(node.sum, rows, n, share, share * (1 - share));
    }
    double sum = 0;
    each_row(lattice, key, [&](std::uint32_t row) { sum += lattice.ranks[row]; });
    const double variance = ((n * n * n - n) - lattice.tie_sum) / (12 * n);
    return normal_tail(sum, rows, n, (n + 1) / 2, variance);
}

// Whether a conjunction is worse than a part of it by more than chance.
bool worse_than_part(const Lattice& lattice, const Key& key, const Node& node, const Node& part) {
    const auto rows = static_cast<double>(node.rows), all = static_cast<double>(part.rows);
    if (node.rows == part.rows || node.sum / rows <= part.sum / all) return false;
    if (lattice.counts && node.rows <= most_drawn)
        return hypergeometric_tail(
                   static_cast<std::size_t>(node.sum),
                   node.rows,
                   static_cast<std::size_t>(part.sum),
                   part.rows
               ) <= most_p_within;
    // By Welch's test of the rows against the others of the part, of which only sums are known: the
    // variance of the conjunction's errors stands for both.
    double squares = 0;
    each_row(lattice, key, [&](std::uint32_t row) {
        squares += lattice.errors[row] * lattice.errors[row];
    });
    const double mean = node.sum / rows;
    return normal_tail(node.sum, rows, all, part.sum / all, squares / rows - mean * mean) <=
           most_p_within;
}

// The best scores found so far.
class Best {
public:
    explicit Best(std::size_t count) : count_(count) {}
    void add(double score) {
        scores_.insert(score);
        if (scores_.size() > count_) scores_.erase(scores_.begin());
    }
    // Below it none is among the best.
    double least() const { return scores_.size() < count_ ? 0 : std::max(0.0, *scores_.begin()); }

private:
    std::size_t count_;
    std::multiset<double> scores_;
};

using Level = std::map<Key, Node>;

// The parts of a conjunction with one predicate less; nothing if one of them is not in the level.
std::vector<const Node*> parts_of_key(const Key& key, const Level& below) {
    std::vector<const Node*> out;
    for (std::size_t left = 0; left < key.size(); ++left) {
        Key part;
        for (std::size_t i = 0; i < key.size(); ++i)
            if (i != left) part.push_back(key[i]);
        const auto at = below.find(part);
        if (at == below.end()) return {};
        out.push_back(&at->second);
    }
    return out;
}

Level next_level(Lattice& lattice, const Level& below, Best& best, const std::stop_token& stop) {
    Level level;
    for (auto a = below.begin(); a != below.end(); ++a) {
        if (stop.stop_requested()) throw base::Interrupted();
        for (auto b = std::next(a); b != below.end(); ++b) {
            // Keys rise, so those with the same beginning follow each other.
            const auto size = a->first.size();
            if (!std::equal(a->first.begin(), a->first.end() - 1, b->first.begin())) break;
            if (lattice.column[a->first[size - 1]] == lattice.column[b->first[size - 1]]) continue;
            auto key = a->first;
            key.push_back(b->first.back());
            const auto parts = parts_of_key(key, below);
            if (parts.empty()) continue;
            Node limits = *parts.front();
            for (const auto* part : parts) {
                limits.rows = std::min(limits.rows, part->rows);
                limits.sum = std::min(limits.sum, part->sum);
                limits.most = std::min(limits.most, part->most);
            }
            if (lattice.bound(limits) <= best.least()) {
                ++lattice.passed_over;
                continue;
            }
            const auto node = node_of(lattice, key);
            if (node.rows < lattice.spec.least_rows || node.sum <= 0) continue;
            best.add(node.score);
            level.emplace(std::move(key), node);
        }
    }
    return level;
}

Slice slice_of(const Lattice& lattice, const Key& key, const Node& node, double p, double q) {
    Slice slice;
    bool askable = true;
    for (auto at : key) {
        const auto& predicate = lattice.values[at].predicate;
        const auto where = predicate.where();
        askable &= !where.empty();
        slice.description += (slice.description.empty() ? "" : " and ") + predicate.description();
        slice.where += (slice.where.empty() ? "" : " and ") + where;
        slice.predicates.push_back(predicate);
    }
    if (!askable) slice.where.clear();
    const auto rows = static_cast<double>(node.rows), mean = lattice.total / lattice.n();
    double squares = 0;
    each_row(lattice, key, [&](std::uint32_t row) {
        slice.rows.push_back(row);
        slice.errors += lattice.errors[row] > (lattice.counts ? 0 : mean) ? 1 : 0;
        squares += lattice.errors[row] * lattice.errors[row];
    });
    slice.rate = node.sum / rows;
    const double half =
        1.96 * std::sqrt(std::max(0.0, squares / rows - slice.rate * slice.rate) / rows);
    slice.interval = lattice.counts ? base::wilson(node.sum, rows)
                                    : Interval{std::max(0.0, slice.rate - half), slice.rate + half};
    slice.lift = slice.rate / mean;
    slice.score = node.score;
    slice.p_value = p;
    slice.q_value = q;
    return slice;
}

}  // namespace

std::vector<Slice> worst_slices(
    std::span<const SliceColumn> columns,
    std::span<const double> errors,
    const SliceSpec& spec,
    std::stop_token stop
) {
    auto lattice = lattice_of(columns, errors, spec);
    if (lattice.values.empty() || !(lattice.total > 0)) return {};
    Best best(10 * std::max<std::size_t>(spec.limit, 1));
    std::vector<Level> levels(1);
    for (std::uint16_t at = 0; at < lattice.values.size(); ++at) {
        const auto node = node_of(lattice, {at});
        if (node.sum > 0) best.add(node.score);
        levels[0].emplace(Key{at}, node);
    }
    while (levels.size() < spec.predicates && !levels.back().empty())
        levels.push_back(next_level(lattice, levels.back(), best, stop));

    std::vector<std::pair<const Key*, const Node*>> found;
    std::vector<double> p_values;
    for (const auto& level : levels) {
        if (stop.stop_requested()) throw base::Interrupted();
        for (const auto& [key, node] : level) {
            found.emplace_back(&key, &node);
            p_values.push_back(p_value_of(lattice, key, node));
        }
    }
    p_values.resize(found.size() + lattice.passed_over, 1);
    const auto q_values = adjust(p_values);
    std::vector<Slice> out;
    for (std::size_t i = 0; i < found.size(); ++i) {
        const auto& [key, node] = found[i];
        if (q_values[i] > spec.most_q || node->score <= 0) continue;
        if (key->size() > 1) {
            const auto parts = parts_of_key(*key, levels[key->size() - 2]);
            if (!std::all_of(parts.begin(), parts.end(), [&, k = key, v = node](const Node* part) {
                    return worse_than_part(lattice, *k, *v, *part);
                }))
                continue;
        }
        out.push_back(slice_of(lattice, *key, *node, p_values[i], q_values[i]));
    }
    std::stable_sort(out.begin(), out.end(), [](auto& a, auto& b) { return a.score > b.score; });
    if (out.size() > spec.limit) out.resize(spec.limit);
    return out;
}

}  // namespace training
