#include "ingest/quality/linkage.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <random>

#include <fmt/format.h>

#include "ingest/quality/similarity.hpp"

namespace ingest::quality {

namespace {

constexpr int levels = 4;  // other, alike, close, equal
constexpr std::uint8_t missing = levels;
constexpr std::uint8_t equal = levels - 1;

using Shares = std::array<double, levels>;

struct Field {
    std::size_t column = 0;
    bool digits = false;  // numbers, dates, codes: compared by edits instead of by sound and prefix
    Coded coded;
    Shares same{};       // of pairs of one thing
    Shares strangers{};  // of random pairs
};

bool mostly_digits(const std::vector<std::string>& column) {
    std::size_t digits = 0, filled = 0;
    for (const auto& value : column) {
        if (value.empty()) continue;
        ++filled;
        auto count =
            std::count_if(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; });
        digits += 2 * static_cast<std::size_t>(count) > value.size();
    }
    return 10 * digits > 8 * filled;
}

std::uint8_t compare(const Field& field, std::uint32_t a, std::uint32_t b) {
    auto left = field.coded.codes[a], right = field.coded.codes[b];
    if (left == 0 || right == 0) return missing;
    if (left == right) return equal;
    auto x = field.coded.values[left], y = field.coded.values[right];
    if (field.digits) {
        int longest = static_cast<int>(std::max(x.size(), y.size()));
        int edits = edit_distance(x, y, 2);
        if (edits == 1 && longest > 2) return 2;
        return edits == 2 && longest > 5 ? 1 : 0;
    }
    auto likeness = jaro_winkler(x, y);
    return likeness >= 0.92 ? 2 : likeness >= 0.8 ? 1 : 0;
}

// Columns that tell rows apart: not nearly constant, mostly filled.
std::vector<Field> usable_fields(const Table& table) {
    std::vector<Field> fields;
    for (std::size_t i = 0; i < table.cells.size(); ++i) {
        Field field;
        field.column = i;
        field.coded = code(table.cells[i]);
        auto rows = static_cast<double>(table.size());
        auto empty = static_cast<double>(field.coded.frequency[0]);
        if (empty > 0.9 * rows || field.coded.values.size() < 4) continue;
        auto most =
            *std::max_element(field.coded.frequency.begin() + 1, field.coded.frequency.end());
        if (static_cast<double>(most) > 0.9 * (rows - empty)) continue;
        field.digits = mostly_digits(table.cells[i]);
        fields.push_back(std::move(field));
    }
    return fields;
}

void learn_strangers(std::vector<Field>& fields, std::size_t rows) {
    constexpr int samples = 200'000;
    std::mt19937_64 random(1);
    std::uniform_int_distribution<std::uint32_t> any(0, static_cast<std::uint32_t>(rows - 1));
    for (auto& field : fields) {
        std::array<double, levels + 1> counts{};
        for (int i = 0; i < samples; ++i) {
            auto a = any(random), b = any(random);
            if (a != b) ++counts[compare(field, a, b)];
        }
        double sum = 0;
        for (int level = 0; level < levels; ++level) sum += counts[static_cast<std::size_t>(level)];
        for (std::size_t level = 0; level < levels; ++level)
            field.strangers[level] = (counts[level] + 0.5) / (sum + 0.5 * levels);
    }
}

// Log of how much more often pairs of one thing than strangers compare like this. Strangers agree
// on a rare value more seldom than on a frequent one.
double weight(const Field& field, std::uint8_t level, std::uint32_t row) {
    if (level == missing) return 0;
    auto strangers = field.strangers[level];
    if (level == equal) {
        auto filled = static_cast<double>(field.coded.codes.size() - field.coded.frequency[0]);
        strangers = static_cast<double>(field.coded.frequency[field.coded.codes[row]]) / filled;
    }
    return std::log(field.same[level] / strangers);
}

}  // namespace

std::vector<Link> link_rows(
    const Table& given,
    double threshold,
    const BlockingLimits& limits,
    std::vector<std::string>* why
) {
    std::vector<Link> links;
    if (given.size() < 2) return links;
    Table table{given.names, {}, given.rows};
    for (const auto& column : given.cells) {
        auto& cells = table.cells.emplace_back();
        for (const auto& value : column) {
            auto text = normalised(value);
            cells.push_back(is_missing(text) ? std::string() : std::move(text));
        }
    }
    auto fields = usable_fields(table);
    if (fields.empty()) return links;
    Table compared{{}, {}, table.rows};
    for (const auto& field : fields) compared.cells.push_back(table.cells[field.column]);
    auto pairs = candidate_pairs(compared, limits);
    learn_strangers(fields, table.size());

    std::vector<std::uint8_t> found(pairs.size() * fields.size());
    for (std::size_t p = 0; p < pairs.size(); ++p)
        for (std::size_t f = 0; f < fields.size(); ++f)
            found[p * fields.size() + f] = compare(fields[f], pairs[p].first, pairs[p].second);

    for (auto& field : fields) field.same = {0.04, 0.04, 0.07, 0.85};
    // Of all pairs of rows so many are thought to be of one thing; pairs that are no candidates are
    // taken as strangers.
    auto rows = static_cast<double>(table.size());
    auto all = rows * (rows - 1) / 2;
    double same = 0.1 * rows / all;
    std::vector<double> probability(pairs.size());
    for (int round = 0; round < 50; ++round) {
        std::vector<Shares> counts(fields.size());
        double sum = 0;
        for (std::size_t p = 0; p < pairs.size(); ++p) {
            double score = std::log(same / (1 - same));
            for (std::size_t f = 0; f < fields.size(); ++f)
                score += weight(fields[f], found[p * fields.size() + f], pairs[p].first);
            probability[p] = 1 / (1 + std::exp(-score));
            sum += probability[p];
            for (std::size_t f = 0; f < fields.size(); ++f)
                if (auto level = found[p * fields.size() + f]; level != missing)
                    counts[f][level] += probability[p];
        }
        double moved = 0;
        for (std::size_t f = 0; f < fields.size(); ++f) {
            double total = 0;
            for (auto count : counts[f]) total += count;
            // A few thoughts of the start stay, so that no level becomes impossible.
            constexpr Shares start{0.04, 0.04, 0.07, 0.85};
            for (std::size_t level = 0; level < levels; ++level) {
                auto share = (counts[f][level] + 4 * start[level]) / (total + 4);
                moved = std::max(moved, std::abs(share - fields[f].same[level]));
                fields[f].same[level] = share;
            }
        }
        same = std::clamp(sum / all, 0.01 / all, 0.5);
        if (moved < 1e-4) break;
    }
    for (std::size_t p = 0; p < pairs.size(); ++p)
        if (probability[p] >= threshold)
            links.push_back({pairs[p].first, pairs[p].second, probability[p]});
    if (why) {
        why->push_back(fmt::format(
            "{} rows, {} candidate pairs, {} of the same thing",
            table.size(),
            pairs.size(),
            links.size()
        ));
        for (const auto& field : fields)
            why->push_back(fmt::format(
                "{}: compared by {}; the same in {:.0f} % of pairs of one thing, {:.2f} % of "
                "others",
                table.names[field.column],
                field.digits ? "edits" : "likeness",
                100 * field.same[equal],
                100 * field.strangers[equal]
            ));
    }
    return links;
}

}  // namespace ingest::quality
