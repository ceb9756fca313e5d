#include "ingest/quality/cell_errors.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <unordered_map>

#include <fmt/format.h>

#include "ingest/quality/similarity.hpp"

namespace ingest::quality {

namespace {

double log_odds(double share) {
    share = std::clamp(share, 1e-4, 1 - 1e-4);
    return std::log(share / (1 - share));
}

// What speaks against one value of one column, wherever it stands.
struct ValueEvidence {
    double typo = 0;
    std::string meant;  // the frequent value nearby
    double pattern = 0;
    double missing = 0;
};

// "a9-a9": runs of letters, digits and blanks by one sign each, other characters as they are.
std::string shape(std::string_view text) {
    std::string result;
    for (unsigned char c : text) {
        char sign = static_cast<char>(c);
        if (c >= '0' && c <= '9') sign = '9';
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c >= 0x80) sign = 'a';
        if (result.empty() || result.back() != sign) result.push_back(sign);
    }
    return result;
}

// Frequent texts by pieces, so that the neighbours of a rare one are found without comparing all. A
// text with few edits keeps its beginning, middle or end.
class Neighbours {
public:
    void add(std::string_view text, std::uint32_t number) {
        pieces(text, [&](std::string_view piece) { index_.emplace(piece, number); });
    }
    template <typename Visit>
    void each(std::string_view text, Visit visit) const {
        pieces(text, [&](std::string_view piece) {
            auto [begin, end] = index_.equal_range(piece);
            for (; begin != end; ++begin) visit(begin->second);
        });
    }

private:
    template <typename Visit>
    static void pieces(std::string_view text, Visit visit) {
        auto third = std::max<std::size_t>(1, text.size() / 3);
        visit(text.substr(0, third));
        visit(text.substr(text.size() - third));
        if (text.size() > 2 * third) visit(text.substr(third, third));
    }
    std::unordered_multimap<std::string_view, std::uint32_t> index_;
};

int edits_allowed(std::size_t size) {
    return size < 6 ? 1 : size < 16 ? 2 : static_cast<int>(size / 6);
}

// The frequent text that a rare one is a misspelling of, and how much speaks for it.
struct Correction {
    std::uint32_t meant = 0;
    double weight = 0;
};

Correction correct(
    std::string_view text,
    std::uint32_t frequency,
    const std::vector<std::string_view>& texts,
    const std::vector<std::uint32_t>& frequencies,
    const Neighbours& frequent
) {
    Correction best;
    int allowed = edits_allowed(text.size());
    int fewest = allowed + 1;
    auto ratio_at_least = text.size() < 3 ? 20U : 5U;
    frequent.each(text, [&](std::uint32_t other) {
        if (frequencies[other] < ratio_at_least * frequency) return;
        int edits = edit_distance(text, texts[other], allowed);
        if (edits < fewest || (edits == fewest && edits <= allowed && best.meant != 0 &&
                               frequencies[other] > frequencies[best.meant])) {
            fewest = edits;
            best.meant = other;
        }
    });
    if (best.meant != 0)
        best.weight =
            std::min(std::log(static_cast<double>(frequencies[best.meant]) / frequency), 4.0) *
            (shape(text) == shape(texts[best.meant]) ? 1 : 1.5);
    return best;
}

bool has_digit(std::string_view word) {
    return std::any_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Words of a column and in how many rows they are.
struct Vocabulary {
    std::vector<std::string_view> words{{}};
    std::vector<std::uint32_t> frequency{0};
    std::unordered_map<std::string_view, std::uint32_t> number;
    std::size_t plain = 0;  // words without digits

    explicit Vocabulary(const Coded& column) {
        for (std::uint32_t value = 1; value < column.values.size(); ++value)
            each_word(column.values[value], [&](std::string_view word) {
                auto [entry, is_new] =
                    number.emplace(word, static_cast<std::uint32_t>(words.size()));
                if (is_new) {
                    words.push_back(word);
                    frequency.push_back(0);
                    plain += !has_digit(word);
                }
                frequency[entry->second] += column.frequency[value];
            });
    }

    template <typename Visit>
    static void each_word(std::string_view text, Visit visit) {
        auto inside = [](unsigned char c) {
            return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                   c >= 0x80;
        };
        for (std::size_t at = 0; at < text.size();) {
            auto end = at;
            while (end < text.size() && inside(static_cast<unsigned char>(text[end]))) ++end;
            if (end > at) visit(text.substr(at, end - at));
            at = end + 1;
        }
    }
};

// Whether a word of `text` that is not in `meant` is hardly used elsewhere. Words in use, and
// numbers, differ on purpose.
bool has_strange_word(
    std::string_view text,
    std::string_view meant,
    std::uint32_t frequency,
    const Vocabulary& vocabulary
) {
    std::vector<std::string_view> known;
    Vocabulary::each_word(meant, [&](std::string_view word) { known.push_back(word); });
    bool strange = false;
    Vocabulary::each_word(text, [&](std::string_view word) {
        if (std::find(known.begin(), known.end(), word) != known.end()) return;
        bool number =
            std::all_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
        strange = strange ||
                  (!number && vocabulary.frequency[vocabulary.number.at(word)] <= 2 * frequency);
    });
    return strange;
}

// A rare value near a frequent one.
void find_typos(
    const Coded& column,
    const Vocabulary& vocabulary,
    std::vector<ValueEvidence>& evidence
) {
    auto rows = static_cast<double>(column.codes.size() - column.frequency[0]);
    // Where most values are their own, closeness says nothing.
    if (static_cast<double>(column.values.size() - 1) > 0.5 * rows) return;
    Neighbours frequent;
    for (std::uint32_t value = 1; value < column.values.size(); ++value)
        if (column.frequency[value] >= 3) frequent.add(column.values[value], value);
    for (std::uint32_t value = 1; value < column.values.size(); ++value) {
        auto text = column.values[value];
        if (text.size() < 2) continue;
        auto found =
            correct(text, column.frequency[value], column.values, column.frequency, frequent);
        if (found.meant == 0) continue;
        auto meant = column.values[found.meant];
        if (!has_strange_word(text, meant, column.frequency[value], vocabulary))
            found.weight *= 0.2;
        if (column.frequency[value] >= 10) found.weight *= 0.5;  // nobody errs alike so often
        evidence[value].typo = found.weight;
        evidence[value].meant = meant;
    }
}

// A rare word near a frequent one, in columns of few words.
void find_word_typos(
    const Coded& column,
    const Vocabulary& vocabulary,
    std::vector<ValueEvidence>& evidence
) {
    if (10 * vocabulary.plain > column.codes.size()) return;
    Neighbours frequent;
    for (std::uint32_t word = 1; word < vocabulary.words.size(); ++word)
        if (vocabulary.frequency[word] >= 10 && !has_digit(vocabulary.words[word]))
            frequent.add(vocabulary.words[word], word);
    for (std::uint32_t value = 1; value < column.values.size(); ++value) {
        auto text = column.values[value];
        Vocabulary::each_word(text, [&](std::string_view word) {
            if (word.size() < 4 || has_digit(word)) return;
            auto number = vocabulary.number.at(word);
            auto found = correct(
                word, vocabulary.frequency[number], vocabulary.words, vocabulary.frequency, frequent
            );
            if (found.meant == 0 || found.weight <= evidence[value].typo) return;
            evidence[value].typo = found.weight;
            auto at = static_cast<std::size_t>(word.data() - text.data());
            evidence[value].meant = std::string(text.substr(0, at)) +
                                    std::string(vocabulary.words[found.meant]) +
                                    std::string(text.substr(at + word.size()));
        });
    }
}

// A column has few shapes, and this one hardly ever occurs.
void find_foreign_shapes(const Coded& column, std::vector<ValueEvidence>& evidence) {
    std::unordered_map<std::string, double> rows_of;
    double rows = 0;
    for (std::uint32_t value = 1; value < column.values.size(); ++value) {
        rows_of[shape(column.values[value])] += column.frequency[value];
        rows += column.frequency[value];
    }
    if (rows < 50) return;
    std::vector<double> counts;
    for (const auto& [name, count] : rows_of) counts.push_back(count);
    std::sort(counts.rbegin(), counts.rend());
    double usual = 0;
    for (std::size_t i = 0; i < std::min<std::size_t>(3, counts.size()); ++i) usual += counts[i];
    if (usual < 0.9 * rows) return;
    for (std::uint32_t value = 1; value < column.values.size(); ++value) {
        auto share = rows_of[shape(column.values[value])] / rows;
        if (share < 0.01) evidence[value].pattern = 3 + std::min(3.0, std::log(0.01 / share));
    }
}

void find_hidden_missing(const Coded& column, std::vector<ValueEvidence>& evidence) {
    auto rows = static_cast<double>(column.codes.size());
    for (std::uint32_t value = 1; value < column.values.size(); ++value)
        if (is_missing(normalised(column.values[value])) && column.frequency[value] < 0.05 * rows)
            evidence[value].missing = 5;
}

struct Vote {
    double weight = 0;   // for "wrong" if positive
    double best = 0;     // strongest single vote for "wrong"
    std::size_t by = 0;  // the column that cast it
    std::map<std::string_view, double> proposals;
};

// What the other columns of the row say about its value here.
void add_votes(
    const Dependency& dependency,
    const std::vector<Coded>& columns,
    double weight,
    std::vector<Vote>& votes
) {
    const auto& from = columns[dependency.from];
    const auto& to = columns[dependency.to];
    std::vector<std::vector<std::uint32_t>> groups(from.values.size());
    for (std::uint32_t row = 0; row < from.codes.size(); ++row)
        groups[from.codes[row]].push_back(row);
    for (std::uint32_t value = 1; value < groups.size(); ++value) {
        const auto& rows = groups[value];
        if (rows.size() < 2) continue;
        std::map<std::uint32_t, std::uint32_t> counts;
        std::uint32_t filled = 0;
        for (auto row : rows)
            if (to.codes[row] != 0) ++counts[to.codes[row]], ++filled;
        if (filled < 2) continue;
        auto usual = std::max_element(counts.begin(), counts.end(), [](auto& a, auto& b) {
            return a.second < b.second;
        });
        for (auto row : rows) {
            auto here = to.codes[row];
            auto own = counts[here];
            // The share of the usual value as the other rows of the group have it.
            auto others = static_cast<double>(filled - (here != 0));
            if (others <= 0) continue;
            auto agree =
                (static_cast<double>(usual->second - (here == usual->first)) + 0.5) / (others + 1);
            auto against = std::min(log_odds(agree), log_odds(dependency.confidence)) * weight;
            if (here == usual->first) {
                votes[row].weight -= std::max(0.0, against);
            } else if (against > 0 && own * 3 <= usual->second) {
                votes[row].weight += against;
                votes[row].proposals[to.values[usual->first]] += against;
                if (against > votes[row].best) {
                    votes[row].best = against;
                    votes[row].by = dependency.from;
                }
            }
        }
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
    std::vector<CellError> errors;
    for (std::size_t c = 0; c < columns.size(); ++c) {
        const auto& column = columns[c];
        std::vector<ValueEvidence> evidence(column.values.size());
        Vocabulary vocabulary(column);
        find_typos(column, vocabulary, evidence);
        find_word_typos(column, vocabulary, evidence);
        find_foreign_shapes(column, evidence);
        find_hidden_missing(column, evidence);
        std::vector<Vote> votes(table.size());
        std::vector<const Dependency*> used;
        for (const auto& one : dependencies)
            if (one.to == c) used.push_back(&one);
        // Columns that say the same (name and number of a hospital) are not independent witnesses.
        auto weight = used.empty() ? 0 : 1 / std::sqrt(static_cast<double>(used.size()));
        for (const auto* one : used) add_votes(*one, columns, weight, votes);
        if (why && !used.empty()) {
            auto line = table.names[c] + " follows from";
            for (const auto* one : used)
                line += fmt::format(
                    "{}{} ({:.1f} %)",
                    one == used.front() ? " " : ", ",
                    table.names[one->from],
                    100 * one->confidence
                );
            why->push_back(line);
        }
        for (std::uint32_t row = 0; row < table.size(); ++row) {
            auto here = column.codes[row];
            const auto& value = evidence[here];
            auto& vote = votes[row];
            if (here == 0 && vote.best <= 0) continue;
            auto sum =
                log_odds(options.prior) + vote.weight + value.typo + value.pattern + value.missing;
            auto probability = 1 / (1 + std::exp(-sum));
            if (probability < options.threshold) continue;
            if (value.typo > 0) vote.proposals[value.meant] += value.typo;
            std::string_view proposal;
            double support = 0;
            for (const auto& [meant, weight_of] : vote.proposals) {
                if (weight_of <= support) continue;
                proposal = meant;
                support = weight_of;
            }
            CellError error{row, c, std::string(proposal), probability, {}, {}};
            if (vote.best >= value.typo && vote.best >= value.pattern && vote.best > 0) {
                error.code = "dependency";
                error.reason = fmt::format(
                    "rows with the same {} have '{}'", table.names[vote.by], error.proposal
                );
            } else if (value.missing > 0) {
                error.code = "missing";
                error.reason = "says that there is no value";
            } else if (value.typo >= value.pattern) {
                error.code = "typo";
                error.reason = fmt::format("near the frequent '{}'", value.meant);
            } else {
                error.code = "pattern";
                error.reason = "its form is foreign to the column";
            }
            errors.push_back(std::move(error));
        }
    }
    return errors;
}

}  // namespace ingest::quality
