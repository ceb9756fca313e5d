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
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "quality/errors/forms.hpp"
#include "quality/errors/missing.hpp"
#include "quality/errors/typos.hpp"
#include "quality/errors/votes.hpp"

namespace quality {

namespace {

double log_odds(double share) {
    share = std::clamp(share, 1e-4, 1 - 1e-4);
    return std::log(share / (1 - share));
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

// What is found of one column.
struct Findings {
    std::vector<TypoEvidence> typos;  // per code, as the next ones
    std::vector<FormEvidence> forms;
    std::vector<double> strangers, swapped, hidden;
    double empty = 0;
    std::vector<Vote> votes;  // per row

    // Of one cell, whose code is `here`.
    double missing(std::uint32_t here) const { return here == 0 ? empty : hidden[here]; }
    double strange(std::uint32_t here) const { return std::max(strangers[here], swapped[here]); }
    double log_odds(std::uint32_t row, std::uint32_t here) const {
        auto all = typos[here].weight + forms[here].weight + strange(here);
        auto most = std::max({typos[here].weight, forms[here].weight, strange(here)});
        // Two ways to see one mistake are not two.
        return votes[row].weight + most + 0.25 * (all - most) + missing(here);
    }
};

class Finder {
public:
    Finder(const Table& table, const CellErrorOptions& options)
        : table_(table), options_(options), names_(table.names) {
        for (const auto& column : table.cells) columns_.push_back(code(column));
        dependencies_ = find_dependencies(columns_);
        for (auto& joint : find_joint_dependencies(columns_, dependencies_)) {
            names_.push_back(names_[joint.a] + " and " + names_[joint.b]);
            columns_.push_back(std::move(joint.values));
        }
        blame_.emplace(columns_, dependencies_);
        own_ = own_spellings({columns_.begin(), columns_.begin() + of_table()});
        known_.resize(table.names.size());
        for (std::size_t c = 0; c < table.names.size(); ++c)
            for (std::uint32_t value = 1; value < columns_[c].values.size(); ++value)
                known_[c].emplace(columns_[c].values[value], value);
    }

    std::vector<CellError> find() {
        learn();
        std::vector<CellError> errors;
        for (std::size_t c = 0; c < table_.names.size(); ++c) {
            auto found = examine(c);
            for (std::uint32_t row = 0; row < table_.size(); ++row) {
                auto log_odds =
                    learned_.empty() ? suspect(found, c, row).log_odds : learned_[c][row].log_odds;
                auto probability = 1 / (1 + std::exp(-log_odds));
                if (probability < options_.threshold) continue;
                errors.push_back(describe(found, c, row, probability));
            }
        }
        return errors;
    }

    // "zip follows from city (97.1 %), phone (95.0 %)", a line a column.
    std::vector<std::string> why() const {
        std::vector<std::string> lines;
        for (std::size_t c = 0; c < table_.names.size(); ++c) {
            std::string line;
            for (const auto& one : dependencies_)
                if (one.to == c)
                    line += fmt::format(
                        "{}{} ({:.1f} %)",
                        line.empty() ? table_.names[c] + " follows from " : ", ",
                        names_[one.from],
                        100 * one.confidence
                    );
            if (!line.empty()) lines.push_back(std::move(line));
        }
        return lines;
    }

private:
    std::ptrdiff_t of_table() const { return static_cast<std::ptrdiff_t>(table_.names.size()); }

    Findings examine(std::size_t c) const {
        const auto& column = columns_[c];
        Findings found{
            .typos = find_typos(column),
            .forms = find_foreign_forms(column),
            .strangers = find_strangers(column),
            .swapped = find_swapped(columns_, known_, c),
            .hidden = find_hidden_missing(column, own_),
            .empty = weigh_empty(columns_, c),
            .votes = vote(columns_, dependencies_, *blame_, c)};
        vote_by_parts(columns_, c, found.votes);
        return found;
    }

    Suspicion suspect(const Findings& found, std::size_t c, std::uint32_t row) const {
        return {log_odds(options_.prior) + found.log_odds(row, columns_[c].codes[row]), 0, 0, 0};
    }

    // Suspicions of all cells, mended by what a person has labelled.
    void learn() {
        if (options_.labelled.empty()) return;
        std::unordered_map<std::string, std::uint32_t> numbers;
        auto number_of = [&](std::string text) {
            auto next = static_cast<std::uint32_t>(numbers.size() + 1);
            return text.empty() ? 0 : numbers.emplace(std::move(text), next).first->second;
        };
        for (std::size_t c = 0; c < table_.names.size(); ++c) {
            auto found = examine(c);
            auto& cells = learned_.emplace_back();
            for (std::uint32_t row = 0; row < table_.size(); ++row) {
                auto here = columns_[c].codes[row];
                auto cell = suspect(found, c, row);
                auto reason = describe(found, c, row, 0).reason;
                cell.sign = number_of(reason.substr(0, reason.find('\'')));
                cell.form = number_of("=" + writing(columns_[c].values[here]));
                cell.value = columns_[c].frequency[here] > 1 ? here : 0;
                cells.push_back(cell);
            }
        }
        std::vector<bool> wrong;
        for (const auto& [row, c, right] : options_.labelled)
            wrong.push_back(table_.cells[c][row] != right);
        learn_from(options_.labelled, wrong, learned_);
        constexpr double certain = 20;
        for (std::size_t i = 0; i < wrong.size(); ++i) {
            const auto& [row, c, right] = options_.labelled[i];
            learned_[c][row].log_odds = wrong[i] ? certain : -certain;
            if (wrong[i]) right_.emplace(std::pair(row, c), right);
        }
    }

    // The proposal that most speaks for.
    std::string proposal(const Findings& found, std::size_t c, std::uint32_t row) const {
        if (auto known = right_.find({row, c}); known != right_.end()) return known->second;
        auto here = columns_[c].codes[row];
        const auto& typo = found.typos[here];
        const auto& form = found.forms[here];
        auto proposals = found.votes[row].proposals;
        if (typo.weight > 0) proposals[typo.meant] += typo.weight;
        if (!form.proposal.empty()) proposals[form.proposal] += form.weight;
        std::string_view best;
        double support = 0;
        for (const auto& [meant, weight_of] : proposals) {
            if (weight_of <= support || meant == columns_[c].values[here]) continue;
            best = meant;
            support = weight_of;
        }
        return std::string(best);
    }

    // With what speaks most against the cell.
    CellError describe(const Findings& found, std::size_t c, std::uint32_t row, double probability)
        const {
        auto here = columns_[c].codes[row];
        const auto& typo = found.typos[here];
        const auto& form = found.forms[here];
        const auto& vote = found.votes[row];
        auto missing = found.missing(here), strange = found.strange(here);
        auto most = std::max({typo.weight, form.weight, strange});
        CellError error{row, c, proposal(found, c, row), probability, "pattern", {}};
        auto say = [&](const char* code, std::string reason) {
            error.code = code;
            error.reason = std::move(reason);
        };
        if (blame_->on(c, row)) {
            say("dependency", "several other columns that it decides say otherwise");
        } else if (vote.best > 0 && vote.best >= std::max(most, missing)) {
            say("dependency",
                vote.part ? fmt::format("{} does not hold it", names_[vote.by])
                          : fmt::format(
                                "rows with the same {} have '{}'", names_[vote.by], error.proposal
                            ));
        } else if (missing > 0) {
            say("missing", here == 0 ? "is hardly ever empty" : "says that there is no value");
        } else if (strange == most && most > typo.weight) {
            error.reason = found.swapped[here] > 0 ? "belongs to another column"
                                                   : "hardly ever seen where all others come again";
        } else if (typo.weight >= form.weight && typo.weight > 0) {
            say("typo", fmt::format("near the frequent '{}'", typo.meant));
        } else if (form.weight > 0) {
            error.reason = form.reason;
        } else {
            error.reason = "like values that a person found wrong";
        }
        return error;
    }

    const Table& table_;
    const CellErrorOptions& options_;
    std::vector<std::string> names_;  // with those of joint columns, as columns_
    std::vector<Coded> columns_;
    std::vector<Dependency> dependencies_;
    std::optional<Blame> blame_;
    std::set<std::string> own_;
    std::vector<std::unordered_map<std::string_view, std::uint32_t>> known_;
    std::vector<std::vector<Suspicion>> learned_;  // by column, row; empty without labels
    std::map<std::pair<std::uint32_t, std::size_t>, std::string> right_;
};

}  // namespace

std::vector<CellError> find_cell_errors(
    const Table& table,
    const CellErrorOptions& options,
    std::vector<std::string>* why
) {
    Finder finder(table, options);
    auto errors = finder.find();
    if (why)
        for (auto& line : finder.why()) why->push_back(std::move(line));
    return errors;
}

}  // namespace quality
