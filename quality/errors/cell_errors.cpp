// Each kind of evidence is a log odds per cell, and they are added to the prior's: independent
// witnesses multiply their odds. Those that see the same thing are not independent, so of typo,
// form and strangeness the strongest counts whole and the others by a quarter.
//
// All but the votes depend on the value alone and are computed once per distinct value (Coded),
// which makes a column of a million rows as cheap as its values are few. The weights were set by
// hand; `threshold` is a probability only as far as they are right.
#include "quality/errors/cell_errors.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <unordered_map>

#include <fmt/format.h>

#include "quality/errors/forms.hpp"
#include "quality/errors/typos.hpp"
#include "quality/errors/votes.hpp"

namespace quality {

namespace {

double log_odds(double share) {
    share = std::clamp(share, 1e-4, 1 - 1e-4);
    return std::log(share / (1 - share));
}

// Whether a value that says "no value" (0: the field is empty) has its reason: it comes together
// with no value in another column, or belongs to one value of it.
bool has_reason(const std::vector<Coded>& columns, std::size_t c, std::uint32_t absent) {
    const auto& column = columns[c];
    auto rows = static_cast<double>(column.codes.size());
    auto count = static_cast<double>(column.frequency[absent]);
    if (count < 5) return false;
    for (std::size_t other = 0; other < columns.size(); ++other) {
        const auto& beside = columns[other];
        if (other == c || static_cast<double>(beside.values.size()) > 0.2 * rows) continue;
        std::vector<double> with(beside.values.size());
        for (std::uint32_t row = 0; row < column.codes.size(); ++row)
            if (column.codes[row] == absent) ++with[beside.codes[row]];
        for (std::size_t value = 0; value < with.size(); ++value) {
            bool usual = beside.frequency[value] > 0.5 * rows;
            bool none = value == 0 || is_missing(normalised(beside.values[value]));
            if (with[value] > (none ? 0.5 : 0.8) * count && !usual) return true;
        }
    }
    return false;
}

// How much speaks for an empty field to lack its value: others hardly ever do.
double weigh_empty(const std::vector<Coded>& columns, std::size_t c) {
    auto rows = static_cast<double>(columns[c].codes.size());
    auto empty = static_cast<double>(columns[c].frequency[0]);
    if (empty == 0 || empty > 0.05 * rows || has_reason(columns, c, 0)) return 0;
    return 1.5 + std::log((rows - empty) / (empty + 1));
}

// Spellings of "no value" that are the table's own: where they stand has its reason.
std::set<std::string> own_spellings(const std::vector<Coded>& columns) {
    std::set<std::string> own;
    for (std::size_t c = 0; c < columns.size(); ++c)
        for (std::uint32_t value = 1; value < columns[c].values.size(); ++value)
            if (auto text = normalised(columns[c].values[value]);
                is_missing(text) && has_reason(columns, c, value))
                own.insert(std::move(text));
    return own;
}

// Per code: spellings of "no value" in a column that is filled otherwise. Words may be values, as
// "none" of a colour; marks are not, however often they come.
std::vector<double> find_hidden_missing(const Coded& column, const std::set<std::string>& own) {
    std::vector<double> evidence(column.values.size());
    auto rows = static_cast<double>(column.codes.size());
    for (std::uint32_t value = 1; value < column.values.size(); ++value) {
        auto text = normalised(column.values[value]);
        if (!is_missing(text) || own.contains(text)) continue;
        bool word = text == "none" || text == "nil" || text == "unknown" || text == "missing" ||
                    text == "empty";
        if (column.frequency[value] < (word ? 0.05 : 0.35) * rows) evidence[value] = 5;
    }
    return evidence;
}

// Per code: a value hardly ever seen where all others come again and again, as in a list of codes.
std::vector<double> find_strangers(const Coded& column) {
    std::vector<double> evidence(column.values.size());
    auto filled = column.codes.size() - column.frequency[0];
    if (filled < 100) return evidence;
    auto frequencies = std::vector(column.frequency.begin() + 1, column.frequency.end());
    std::sort(frequencies.rbegin(), frequencies.rend());
    std::size_t seen = 0, usual = 0;  // of the value that the row in the middle has
    for (std::size_t i = 0; i < frequencies.size() && 2 * seen < filled; ++i)
        seen += usual = frequencies[i];
    if (usual < 20) return evidence;
    // Of few values mistakes come more than once.
    auto seldom = std::clamp<std::size_t>(usual / 50, 1, 10);
    double rare = 0, single = 0;
    for (auto one : frequencies)
        if (5 * one < usual) {
            rare += one;
            single += one <= std::max<std::size_t>(2, seldom) ? one : 0;
        }
    if (rare > 0.1 * static_cast<double>(filled) || single < 0.7 * rare) return evidence;
    for (std::uint32_t value = 1; value < column.values.size(); ++value)
        if (column.frequency[value] <= seldom) evidence[value] = 3.7;
    return evidence;
}

// Per code: a value hardly ever seen in its column, but often in another one, whose values
// otherwise are not seen here: fields were swapped.
std::vector<double> find_swapped(
    const std::vector<Coded>& columns,
    const std::vector<std::unordered_map<std::string_view, std::uint32_t>>& known,
    std::size_t c
) {
    const auto& column = columns[c];
    std::vector<double> evidence(column.values.size());
    auto rows = static_cast<double>(column.codes.size());
    for (std::size_t other = 0; other < known.size(); ++other) {
        if (other == c) continue;
        double shared = 0;
        std::vector<std::uint32_t> there;
        for (std::uint32_t value = 1; value < column.values.size(); ++value) {
            auto found = known[other].find(column.values[value]);
            if (found == known[other].end()) continue;
            shared += column.frequency[value];
            auto count = columns[other].frequency[found->second];
            bool number = std::all_of(
                column.values[value].begin(),
                column.values[value].end(),
                [](char sign) { return (sign >= '0' && sign <= '9') || sign == '.'; }
            );
            if (!number && count >= 10 && count >= 20 * column.frequency[value])
                there.push_back(value);
        }
        if (shared > 0.03 * rows) continue;
        for (auto value : there) evidence[value] = 4.5;
    }
    return evidence;
}

// Whether `part` stands in `whole` between other letters and digits than its own.
bool holds(std::string_view whole, std::string_view part) {
    auto inside = [](char sign) {
        return (sign >= '0' && sign <= '9') || (sign >= 'a' && sign <= 'z') ||
               (sign >= 'A' && sign <= 'Z');
    };
    for (auto at = whole.find(part); at != whole.npos; at = whole.find(part, at + 1)) {
        auto end = at + part.size();
        if ((at == 0 || !inside(whole[at - 1])) && (end == whole.size() || !inside(whole[end])))
            return true;
    }
    return false;
}

// Votes of columns whose values hold that of this one, as dates hold the year and addresses the
// domain: against a value that its row's does not hold.
void vote_by_parts(const std::vector<Coded>& columns, std::size_t c, std::vector<Vote>& votes) {
    constexpr std::uint32_t sample = 500;
    const auto& part = columns[c];
    if (part.values.size() < 10) return;
    auto all_rows = static_cast<std::uint32_t>(part.codes.size());
    for (std::size_t other = 0; other < columns.size(); ++other) {
        const auto& whole = columns[other];
        auto share = [&](std::uint32_t rows) {
            double seen = 0, held = 0;
            for (std::uint32_t row = 0; row < rows; ++row) {
                auto text = part.values[part.codes[row]], from = whole.values[whole.codes[row]];
                if (text.size() < 2 || from.size() <= text.size()) continue;
                ++seen;
                held += holds(from, text);
            }
            return seen > 50 && 2 * seen > rows ? held / seen : 0;
        };
        if (other == c || share(std::min(sample, all_rows)) < 0.8) continue;
        auto all = share(all_rows);
        if (all < 0.85) continue;
        for (std::uint32_t row = 0; row < part.codes.size(); ++row) {
            auto text = part.values[part.codes[row]], from = whole.values[whole.codes[row]];
            if (text.size() < 2 || from.size() <= text.size() || holds(from, text)) continue;
            auto weight = std::min(5.0, log_odds(all) + 1.5);
            votes[row].weight += weight;
            if (weight > votes[row].best) {
                votes[row].best = weight;
                votes[row].by = other;
                votes[row].part = true;
            }
        }
        return;
    }
}

}  // namespace

std::vector<CellError> find_cell_errors(
    const Table& table,
    const CellErrorOptions& options,
    std::vector<std::string>* why
) {
    std::vector<Coded> columns;
    for (const auto& column : table.cells) columns.push_back(code(column));
    auto dependencies = find_dependencies(columns);
    auto names = table.names;
    for (auto& joint : find_joint_dependencies(columns, dependencies)) {
        names.push_back(names[joint.a] + " and " + names[joint.b]);
        columns.push_back(std::move(joint.values));
    }
    Blame blame(columns, dependencies);
    auto own = own_spellings(columns);
    std::vector<std::unordered_map<std::string_view, std::uint32_t>> known(table.names.size());
    for (std::size_t c = 0; c < table.names.size(); ++c)
        for (std::uint32_t value = 1; value < columns[c].values.size(); ++value)
            known[c].emplace(columns[c].values[value], value);
    std::vector<CellError> errors;
    for (std::size_t c = 0; c < table.names.size(); ++c) {
        const auto& column = columns[c];
        auto typos = find_typos(column);
        auto forms = find_foreign_forms(column);
        auto strangers = find_strangers(column);
        auto swapped = find_swapped(columns, known, c);
        auto hidden = find_hidden_missing(column, own);
        auto empty = weigh_empty(columns, c);
        auto votes = vote(columns, dependencies, blame, c);
        vote_by_parts(columns, c, votes);
        std::vector<const Dependency*> used;
        for (const auto& one : dependencies)
            if (one.to == c) used.push_back(&one);
        if (why && !used.empty()) {
            auto line = table.names[c] + " follows from";
            for (const auto* one : used)
                line += fmt::format(
                    "{}{} ({:.1f} %)",
                    one == used.front() ? " " : ", ",
                    names[one->from],
                    100 * one->confidence
                );
            why->push_back(line);
        }
        for (std::uint32_t row = 0; row < table.size(); ++row) {
            auto here = column.codes[row];
            const auto& typo = typos[here];
            const auto& form = forms[here];
            auto& vote = votes[row];
            auto missing = here == 0 ? empty : hidden[here];
            // Two ways to see one mistake are not two.
            auto strange = std::max(strangers[here], swapped[here]);
            auto most = std::max({typo.weight, form.weight, strange});
            auto writing = most + 0.25 * (typo.weight + form.weight + strange - most);
            auto sum = log_odds(options.prior) + vote.weight + writing + missing;
            auto probability = 1 / (1 + std::exp(-sum));
            if (probability < options.threshold) continue;
            if (typo.weight > 0) vote.proposals[typo.meant] += typo.weight;
            if (!form.proposal.empty()) vote.proposals[form.proposal] += form.weight;
            std::string_view proposal;
            double support = 0;
            for (const auto& [meant, weight_of] : vote.proposals) {
                if (weight_of <= support || meant == column.values[here]) continue;
                proposal = meant;
                support = weight_of;
            }
            CellError error{row, c, std::string(proposal), probability, {}, {}};
            if (blame.on(c, row)) {
                error.code = "dependency";
                error.reason = "several other columns that it decides say otherwise";
            } else if (vote.best > 0 && vote.best >= std::max(most, missing)) {
                error.code = "dependency";
                error.reason =
                    vote.part
                        ? fmt::format("{} does not hold it", names[vote.by])
                        : fmt::format(
                              "rows with the same {} have '{}'", names[vote.by], error.proposal
                          );
            } else if (missing > 0) {
                error.code = "missing";
                error.reason = here == 0 ? "is hardly ever empty" : "says that there is no value";
            } else if (strange == most && most > typo.weight) {
                error.code = "pattern";
                error.reason = swapped[here] > 0 ? "belongs to another column"
                                                 : "hardly ever seen where all others come again";
            } else if (typo.weight >= form.weight) {
                error.code = "typo";
                error.reason = fmt::format("near the frequent '{}'", typo.meant);
            } else {
                error.code = "pattern";
                error.reason = form.reason;
            }
            errors.push_back(std::move(error));
        }
    }
    return errors;
}

}  // namespace quality
