// Clusters of words as they stand are bad ones: in so many dimensions all texts are about as far
// from each other, and each centre is mostly noise. Along the directions in which texts vary most,
// words that stand in the same texts are one thing, and lengths do not matter.
//
// How many clusters there are is not known, and no rule knows it for all data. The silhouette is
// taken because it needs no model of the rows and can say "none". Words of one or nearly all texts
// are left out first: they cost time and tell nothing.
#include "training/analysis/content/content_clusters.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <optional>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.hpp"
#include "base/numbers/random.hpp"
#include "training/models/unsupervised/first_centres.hpp"
#include "training/models/unsupervised/lloyd.hpp"

namespace training {

namespace {

constexpr std::size_t directions_wanted = 30, most_columns = 8'000, silhouette_rows = 1'000;
constexpr std::size_t words_named = 3, words_known = 8, keys_named = 2;
constexpr std::array<std::size_t, 10> numbers_tried{2, 3, 4, 5, 6, 8, 10, 12, 15, 20};

std::vector<std::uint32_t> some_of(std::size_t rows, std::size_t most, std::uint64_t seed) {
    std::vector<std::uint32_t> out(rows);
    std::iota(out.begin(), out.end(), 0U);
    if (rows <= most) return out;
    base::CounterRandom(seed, 43).shuffle(std::span(out));
    out.resize(most);
    std::sort(out.begin(), out.end());
    return out;
}

// Columns of sparse rows that a few rows have, and not nearly all: those of most rows.
std::vector<std::uint32_t> useful_columns(const Design& rows) {
    std::vector<std::uint32_t> count(rows.columns);
    for (auto column : rows.where) ++count[column];
    const auto least = std::max<std::size_t>(2, rows.rows / 1'000);
    std::vector<std::uint32_t> out;
    for (std::uint32_t column = 0; column < count.size(); ++column)
        if (count[column] >= least && count[column] * 2 <= rows.rows) out.push_back(column);
    if (out.size() > most_columns) {
        std::stable_sort(out.begin(), out.end(), [&](auto a, auto b) {
            return count[a] > count[b];
        });
        out.resize(most_columns);
        std::sort(out.begin(), out.end());
    }
    return out;
}

// Sparse rows with these columns alone.
Design narrowed(const Design& rows, const std::vector<std::uint32_t>& kept) {
    std::vector<std::uint32_t> place(rows.columns, ~0U);
    for (std::uint32_t i = 0; i < kept.size(); ++i) place[kept[i]] = i;
    Design out;
    out.rows = rows.rows;
    out.columns = kept.size();
    out.sparse = true;
    out.starts.push_back(0);
    for (std::size_t row = 0; row < rows.rows; ++row) {
        for (std::size_t i = 0; i < rows.count(row); ++i) {
            const auto at = place[rows.row_where(row)[i]];
            if (at == ~0U) continue;
            out.where.push_back(at);
            out.values.push_back(rows.row_values(row)[i]);
        }
        out.starts.push_back(out.values.size());
    }
    return out;
}

// The rows as they are compared.
Design compared(const ContentClusters& by, const Design& rows, Team& team) {
    if (rows.columns != by.columns || rows.sparse != by.sparse)
        throw base::Error("content clusters", "the rows have other columns");
    if (by.directions.count == 0) return rows;
    Design out;
    out.rows = rows.rows;
    out.columns = by.directions.count;
    out.values = project(by.sparse ? narrowed(rows, by.kept) : rows, by.directions, team);
    if (!by.sparse) return out;
    for (std::size_t row = 0; row < out.rows; ++row) {
        auto* values = out.values.data() + row * out.columns;
        double sum = 0;
        for (std::size_t i = 0; i < out.columns; ++i)
            sum += static_cast<double>(values[i]) * values[i];
        if (!(sum > 0)) continue;
        const auto scale = static_cast<float>(1 / std::sqrt(sum));
        for (std::size_t i = 0; i < out.columns; ++i) values[i] *= scale;
    }
    return out;
}

// As many directions as the rows have, 30 at most; false if they have next to none.
bool find_directions(
    ContentClusters& by,
    const Design& sample,
    std::uint64_t seed,
    Team& team,
    const std::stop_token& stop
) {
    if (!sample.sparse && sample.columns <= directions_wanted) return true;
    if (sample.sparse) by.kept = useful_columns(sample);
    const auto rows = sample.sparse ? narrowed(sample, by.kept) : sample;
    const FitContext context{seed, stop, {}, &team};
    for (std::size_t count : {directions_wanted, std::size_t{10}, std::size_t{3}}) {
        if (count > rows.columns || count >= rows.rows) continue;
        try {
            by.directions = directions_of(rows, count, !sample.sparse, context);
            return true;
        } catch (const base::Interrupted&) {
            throw;
        } catch (const base::Error&) {  // they have not so many
        }
    }
    return false;
}

// Distances between the rows of a sample, each once.
struct Apart {
    std::vector<std::uint32_t> rows;
    std::vector<float> distance;  // rows x rows
};

Apart apart_of(const Design& rows, std::uint64_t seed) {
    Apart out{some_of(rows.rows, silhouette_rows, seed + 1), {}};
    const auto n = out.rows.size();
    out.distance.resize(n * n);
    for (std::size_t a = 0; a < n; ++a)
        for (std::size_t b = a + 1; b < n; ++b) {
            const auto* x = rows.row_values(out.rows[a]);
            const auto* y = rows.row_values(out.rows[b]);
            double sum = 0;
            for (std::size_t i = 0; i < rows.columns; ++i) {
                const double d = static_cast<double>(x[i]) - y[i];
                sum += d * d;
            }
            out.distance[a * n + b] = out.distance[b * n + a] = static_cast<float>(std::sqrt(sum));
        }
    return out;
}

double silhouette(const Apart& apart, const std::vector<std::uint32_t>& labels, std::size_t k) {
    const auto n = apart.rows.size();
    std::vector<double> size(k), sum(k);
    for (auto row : apart.rows) size[labels[row]] += 1;
    double all = 0;
    for (std::size_t a = 0; a < n; ++a) {
        std::fill(sum.begin(), sum.end(), 0.0);
        for (std::size_t b = 0; b < n; ++b)
            sum[labels[apart.rows[b]]] += static_cast<double>(apart.distance[a * n + b]);
        const auto own = labels[apart.rows[a]];
        if (size[own] < 2) continue;  // counts as 0
        const double within = sum[own] / (size[own] - 1);
        double other = -1;
        for (std::size_t c = 0; c < k; ++c)
            if (c != own && size[c] > 0 && (other < 0 || sum[c] / size[c] < other))
                other = sum[c] / size[c];
        const double most = std::max(within, other);
        if (other >= 0 && most > 0) all += (other - within) / most;
    }
    return n > 0 ? all / static_cast<double>(n) : 0;
}

// The clusters by falling size, of equal ones that with the first row.
void put_in_order(Clustering& found) {
    std::vector<std::size_t> size(found.k), first(found.k, found.labels.size());
    for (std::size_t row = found.labels.size(); row-- > 0;) {
        ++size[found.labels[row]];
        first[found.labels[row]] = row;
    }
    std::vector<std::uint32_t> order(found.k), place(found.k);
    std::iota(order.begin(), order.end(), 0U);
    std::sort(order.begin(), order.end(), [&](auto a, auto b) {
        return size[a] != size[b] ? size[a] > size[b] : first[a] < first[b];
    });
    std::vector<float> centres;
    for (std::uint32_t i = 0; i < order.size(); ++i) {
        place[order[i]] = i;
        const auto from =
            found.centres.begin() + static_cast<std::ptrdiff_t>(order[i] * found.columns);
        centres.insert(centres.end(), from, from + static_cast<std::ptrdiff_t>(found.columns));
    }
    found.centres = std::move(centres);
    for (auto& label : found.labels) label = place[label];
}

std::optional<Clustering> best_clustering(
    const Design& rows,
    const ContentSpec& spec,
    Team& team,
    const std::stop_token& stop
) {
    const auto apart = apart_of(rows, spec.seed);
    std::optional<Clustering> best;
    double highest = 0;
    for (auto k : numbers_tried) {
        if (k > spec.most || k * spec.least_rows > rows.rows) break;
        auto found = lloyd(rows, {.k = k, .most_rounds = 100}, spec.seed, team, stop);
        const double score = silhouette(apart, found.labels, k);
        if (score <= highest) continue;
        highest = score;
        best = std::move(found);
    }
    if (best) put_in_order(*best);
    return best;
}

// Names by the most telling things of each cluster, with more of them where two would be alike.
std::vector<std::string> names_by(
    const std::string& begin,
    const std::vector<std::vector<std::string>>& things,
    std::size_t named
) {
    std::vector<std::string> out;
    std::set<std::string> taken;
    for (std::size_t c = 0; c < things.size(); ++c) {
        const auto& own = things[c];
        std::string name;
        for (auto many = std::min(named, own.size());; ++many) {
            name = own.empty()
                       ? "texts of no common words"
                       : fmt::format("{} {}", begin, fmt::join(std::span(own).first(many), ", "));
            if (!taken.contains(name) || many >= own.size()) break;
        }
        while (taken.contains(name)) name += fmt::format(" ({})", c + 1);
        taken.insert(name);
        out.push_back(std::move(name));
    }
    return out;
}

// The keys of the rows nearest to each centre.
std::vector<std::vector<std::string>> nearest_keys(
    const Design& rows,
    const Clustering& found,
    std::span<const std::string> keys,
    Team& team
) {
    const auto near = nearest_of(rows, points_for(rows, found.k, found.centres), team);
    std::vector<std::vector<std::string>> out(found.k);
    std::vector<std::uint32_t> order(rows.rows);
    std::iota(order.begin(), order.end(), 0U);
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) {
        return near.distance[a] < near.distance[b];
    });
    for (auto row : order)
        if (auto& own = out[near.cluster[row]]; own.size() < words_known) own.push_back(keys[row]);
    return out;
}

}  // namespace

std::vector<std::uint32_t> ContentClusters::of(const Design& rows, Team& team) const {
    if (rows.rows == 0) return {};
    const auto places = compared(*this, rows, team);
    return nearest_of(places, points_for(places, names.size(), centres), team).cluster;
}

ContentClusters content_clusters(
    const Design& rows,
    const Examples& examples,
    std::span<const std::string> keys,
    const ContentSpec& spec,
    Team& team,
    std::stop_token stop
) {
    if (rows.rows != examples.rows || rows.rows != keys.size())
        throw base::Error("content clusters", "rows, examples and keys differ in number");
    if (rows.rows < 2 * spec.least_rows) return {};
    if (examples.text.empty() && examples.pixel_count == 0) return {};
    const auto chosen = some_of(rows.rows, spec.sampled, spec.seed);
    const auto sample = take_rows(rows, chosen);
    ContentClusters out;
    out.columns = rows.columns;
    out.sparse = rows.sparse;
    if (!find_directions(out, sample, spec.seed, team, stop)) return {};
    const auto places = compared(out, sample, team);
    const auto found = best_clustering(places, spec, team, stop);
    if (!found) return {};
    out.centres = found->centres;
    if (!examples.text.empty()) {
        TextColumn texts;
        for (auto row : chosen) texts.push_back(examples.text[row]);
        out.names = names_by(
            "texts about", telling_words(texts, found->labels, found->k, words_known), words_named
        );
        return out;
    }
    std::vector<std::string> of_chosen;
    for (auto row : chosen) of_chosen.push_back(keys[row]);
    out.names =
        names_by("pictures like", nearest_keys(places, *found, of_chosen, team), keys_named);
    return out;
}

}  // namespace training
