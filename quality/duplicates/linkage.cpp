// Fellegi and Sunter's model: each field's comparison has a level, a pair's score is the sum over
// fields of log(share of the level among pairs of one thing / among strangers). The second is
// measured, by frequencies and random pairs; only the first is learned by EM, which without labels
// otherwise settles on whatever splits the pairs best.
//
// Two corrections guard against tables without duplicates: fields that follow from others count
// once (weigh_information), and a pair has to agree on enough of what tells things apart
// (agreement); where matches run on into strangers the cut goes up (least_agreement).
#include "quality/duplicates/linkage.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <random>

#include <fmt/format.h>

#include "base/run/stopping.hpp"
#include "quality/duplicates/similarity.hpp"
#include "quality/errors/dependencies.hpp"

namespace quality {

namespace {

constexpr int levels = 4;  // other, alike, close, equal
constexpr std::uint8_t missing = levels;
constexpr std::uint8_t equal = levels - 1;

constexpr double agreed_to_learn = 0.5;
constexpr double agreed_at_least = 0.35;

using Shares = std::array<double, levels>;

struct Field {
    std::size_t column = 0;
    bool digits = false;  // numbers, dates, codes: compared by edits instead of by sound and prefix
    Coded coded;
    Shares same{};           // of pairs of one thing
    Shares strangers{};      // of random pairs
    double fresh = 1;        // share of what it says that no other field says already
    double information = 0;  // nats that an agreement in it is worth
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
        // A number of the record itself: no two agree.
        if (field.digits && most == 1) continue;
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

// What is said by another field already (the name of a place by its code) is counted once. Only of
// fields with few values: values that hardly come twice but in duplicates seem to decide each
// other.
void weigh_information(std::vector<Field>& fields, std::size_t rows) {
    constexpr std::size_t rows_per_value = 8;
    std::vector<Coded> columns;
    for (auto& field : fields) {
        columns.push_back(field.coded);
        field.information = -std::log(std::clamp(field.strangers[equal], 1e-6, 0.99));
    }
    std::vector<std::size_t> order(fields.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) {
        return fields[a].information > fields[b].information;
    });
    std::vector<std::size_t> place(fields.size());
    for (std::size_t i = 0; i < order.size(); ++i) place[order[i]] = i;
    auto few = [&](std::size_t f) { return fields[f].coded.values.size() * rows_per_value < rows; };
    for (const auto& one : find_dependencies(columns))
        if (!one.contested && place[one.from] < place[one.to] && few(one.from) && few(one.to))
            fields[one.to].fresh = std::min(fields[one.to].fresh, 1 - one.lift);
    for (auto& field : fields) field.information *= field.fresh;
}

// How much of what two rows say they agree on, 0 to 1. Rows that have an owner, a place and a kind
// in common, but nothing that tells one thing from another, are two things.
double agreement(const std::vector<Field>& fields, const std::uint8_t* compared) {
    constexpr std::array<double, levels> degree{0, 0.5, 0.85, 1};
    double agreed = 0, said = 0;
    for (std::size_t f = 0; f < fields.size(); ++f) {
        if (compared[f] == missing) continue;
        said += fields[f].information;
        agreed += fields[f].information * degree[compared[f]];
    }
    return said > 0 ? agreed / said : 0;
}

// Whether a value of one row stands in another field of the other: fields were swapped.
bool is_swapped(const std::vector<Field>& fields, std::size_t f, RowPair rows) {
    auto value = [&](std::size_t field, std::uint32_t row) {
        return fields[field].coded.values[fields[field].coded.codes[row]];
    };
    auto a = value(f, rows.first), b = value(f, rows.second);
    for (std::size_t other = 0; other < fields.size(); ++other)
        if (other != f && (a == value(other, rows.second) || b == value(other, rows.first)))
            return true;
    return false;
}

// Whether two rows say quite different things in several fields that tell much apart. People of one
// house have all in common but their names and birthdays: what is wrong in a duplicate is mostly
// near to what is right, left out, or in another field.
bool contradict(const std::vector<Field>& fields, const std::uint8_t* compared, RowPair rows) {
    constexpr double share_denied = 0.35;
    double said = 0, denied = 0;
    int times = 0;
    for (std::size_t f = 0; f < fields.size(); ++f) {
        if (compared[f] == missing) continue;
        said += fields[f].information;
        if (compared[f] != 0 || is_swapped(fields, f, rows)) continue;
        denied += fields[f].information;
        ++times;
    }
    return times > 1 && denied > share_denied * said;
}

// Pairs of one thing mostly agree on much, and fewer on less. Where matches get more the less they
// agree, they run on into strangers: the cut goes up until that ends.
double least_agreement(
    const std::vector<double>& agreements,
    const std::vector<double>& probability,
    double threshold
) {
    constexpr double band = 0.15, share_in_band = 0.4;
    auto cut = agreed_at_least;
    for (; cut < 0.9; cut += band) {
        double above = 0, within = 0;
        for (std::size_t p = 0; p < agreements.size(); ++p) {
            if (probability[p] < threshold || agreements[p] < cut) continue;
            ++above;
            within += agreements[p] < cut + band;
        }
        if (within <= share_in_band * above) break;
    }
    return cut;
}

double alike(const Shares& shares) {
    return shares[equal] + shares[equal - 1];
}

// Why what was learned is believed for no pair; empty if it may be. Matches that do not agree often
// in a field that tells things apart have in common what many strangers have (a maker, a currency).
// Matches that agree in one less than strangers do are different things by that very field, as the
// measures of one hospital are.
std::string refusal(const std::vector<Field>& fields) {
    constexpr double often = 0.3, share_told_apart = 0.2;
    double most = 0, all = 0, told_apart = 0;
    for (const auto& field : fields) {
        most = std::max(most, field.information);
        all += field.information;
        if (field.same[equal] < field.strangers[equal]) told_apart += field.information;
    }
    bool agree = std::any_of(fields.begin(), fields.end(), [&](const Field& field) {
        return 2 * field.information >= most && alike(field.same) >= often;
    });
    if (!agree) return "no field that tells things apart is often the same in pairs of one thing";
    if (told_apart > share_told_apart * all)
        return "what would be one thing differs in fields in which strangers agree more often";
    return {};
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
    return field.fresh * std::log(field.same[level] / strangers);
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
    weigh_information(fields, table.size());

    std::vector<std::uint8_t> found(pairs.size() * fields.size());
    for (std::size_t p = 0; p < pairs.size(); ++p) {
        base::go_on();
        for (std::size_t f = 0; f < fields.size(); ++f)
            found[p * fields.size() + f] = compare(fields[f], pairs[p].first, pairs[p].second);
    }

    // Who agrees on too little is no example to learn from, and on still less no match.
    std::vector<RowPair> likely;
    std::vector<double> agreements;
    for (std::size_t p = 0; p < pairs.size(); ++p) {
        const auto* levels_of = &found[p * fields.size()];
        auto agreed = agreement(fields, levels_of);
        if (agreed < agreed_at_least) continue;
        std::copy_n(levels_of, fields.size(), &found[likely.size() * fields.size()]);
        likely.push_back(pairs[p]);
        agreements.push_back(agreed);
    }
    auto candidates = pairs.size();
    pairs = std::move(likely);

    for (auto& field : fields) field.same = {0.04, 0.04, 0.07, 0.85};
    // Of all pairs of rows so many are thought to be of one thing; pairs that are no candidates are
    // taken as strangers.
    auto rows = static_cast<double>(table.size());
    auto all = rows * (rows - 1) / 2;
    double same = 0.1 * rows / all;
    std::vector<double> probability(pairs.size());
    for (int round = 0; round < 50; ++round) {
        base::go_on();
        std::vector<Shares> counts(fields.size());
        double sum = 0;
        for (std::size_t p = 0; p < pairs.size(); ++p) {
            double score = std::log(same / (1 - same));
            for (std::size_t f = 0; f < fields.size(); ++f)
                score += weight(fields[f], found[p * fields.size() + f], pairs[p].first);
            probability[p] = 1 / (1 + std::exp(-score));
            if (agreements[p] < agreed_to_learn) continue;
            sum += probability[p];
            for (std::size_t f = 0; f < fields.size(); ++f)
                if (auto level = found[p * fields.size() + f]; level != missing)
                    counts[f][level] += probability[p];
        }
        double moved = 0;
        for (std::size_t f = 0; f < fields.size(); ++f) {
            double total = 0;
            for (auto count : counts[f]) total += count;
            // The start counts as four observations, so that no level becomes impossible.
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
    // What holds much of all that tells things apart cannot differ in nearly all duplicates.
    double information = 0;
    for (const auto& field : fields) information += field.information;
    for (std::size_t f = 0; f < fields.size(); ++f) {
        if (fields[f].information < 0.25 * information || fields[f].same[0] < 0.7) continue;
        for (std::size_t p = 0; p < pairs.size(); ++p)
            if (found[p * fields.size() + f] == 0) probability[p] = 0;
    }
    auto refused = refusal(fields);
    if (!refused.empty()) std::fill(probability.begin(), probability.end(), 0.0);
    auto cut = least_agreement(agreements, probability, threshold);
    for (std::size_t p = 0; p < pairs.size(); ++p)
        if (probability[p] >= threshold && agreements[p] >= cut &&
            !contradict(fields, &found[p * fields.size()], pairs[p]))
            links.push_back({pairs[p].first, pairs[p].second, probability[p]});
    if (why) {
        if (!refused.empty())
            why->push_back("refused: " + refused + "; name the columns to compare");
        why->push_back(fmt::format(
            "{} rows, {} candidate pairs, {} of the same thing",
            table.size(),
            candidates,
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

}  // namespace quality
