// Tables of answers, ratings and gold as judgements.
//
// People's tables hold names that look the same and are not, and words for nothing. The former are
// made one where Unicode says so; that "Cat" is another than "cat" may be meant and is only told.
// The latter are no answers, and counted, so that nobody takes them for a class.
#include <algorithm>
#include <unordered_map>

#include <fmt/format.h>
#include <unicode/unistr.h>

#include "base/error.hpp"
#include "base/text/ascii.hpp"
#include "formats/table/table.hpp"
#include "labeling/answers.hpp"

namespace labeling {

namespace {

constexpr std::size_t most_told = 5;

std::string without_case(const std::string& name) {
    if (base::ascii_prefix(name) == name.size()) return base::to_lower(name);
    std::string folded;
    icu::UnicodeString::fromUTF8(name).foldCase().toUTF8String(folded);
    return folded;
}

void note_cases(const std::vector<std::string>& names, const std::string& what, ReadNotes& notes) {
    std::unordered_map<std::string, const std::string*> known;
    std::size_t found = 0;
    for (const auto& name : names) {
        auto [at, added] = known.try_emplace(without_case(name), &name);
        if (!added && found++ < most_told)
            notes.lines.push_back(
                fmt::format("{} '{}' and '{}' differ by case only", what, *at->second, name)
            );
    }
    if (found > most_told)
        notes.lines.push_back(fmt::format("{} more {} do so", found - most_told, what));
}

void note_missing(const std::string& name, const std::string& column, ReadNotes& notes) {
    if (notes.missing == 0) return;
    notes.lines.push_back(fmt::format(
        "{}: {} row{} without {} left out",
        name,
        notes.missing,
        notes.missing == 1 ? "" : "s",
        column
    ));
}

// Rows of three names; `visit` sees the question as soon as it is added.
template <typename Visit>
Judgements judgements_of(
    formats::Table& table,
    const std::string& name,
    const std::vector<std::string>& columns,
    ReadNotes& notes,
    const std::stop_token& stop,
    Visit visit
) {
    JudgementsBuilder builder;
    std::size_t kept = 0;
    while (table.next()) {
        for (std::size_t i = 0; i < 2; ++i)
            if (table.cell(i).empty())
                table.fail(fmt::format("the field '{}' is empty", columns[i]), "name it");
        if (table.is_missing(2)) {
            ++notes.missing;
            continue;
        }
        if (kept % 4096 == 0 && stop.stop_requested()) throw base::Interrupted();
        builder.add(table.cell(0), table.cell(1), table.cell(2));
        visit(table.cell(0));
        ++kept;
    }
    if (kept == 0 && notes.missing > 0)
        table.fail(
            fmt::format("the field '{}' is empty, as in every row", columns[2]),
            "give a table with answers"
        );
    if (kept == 0) table.fail("no row after the header");
    auto judgements = std::move(builder).build();
    note_missing(name, columns[2], notes);
    note_cases(judgements.answers, columns[2] + "s", notes);
    note_cases(judgements.workers, columns[1] + "s", notes);
    return judgements;
}

const std::vector<std::string> answer_columns{"question", "worker", "answer"};
const std::vector<std::string> rating_columns{"unit", "rater", "rating"};
const std::vector<std::string> gold_columns{"question", "truth"};

void nothing(const std::string&) {}

Gold gold_of(formats::Table& table, const std::string& name, ReadNotes& notes) {
    Gold gold;
    ReadNotes own;
    while (table.next()) {
        const auto& question = table.cell(0);
        const auto& truth = table.cell(1);
        if (question.empty()) table.fail("the field 'question' is empty");
        if (table.is_missing(1)) {
            ++own.missing;
            continue;
        }
        auto [at, added] = gold.try_emplace(question, truth);
        if (!added && at->second != truth)
            table.fail(fmt::format(
                "question '{}' has two truths, '{}' and '{}'", question, at->second, truth
            ));
    }
    note_missing(name, "truth", own);
    notes.lines.insert(notes.lines.end(), own.lines.begin(), own.lines.end());
    return gold;
}

bool is_month(std::string_view text) {
    if (text.size() != 7 || text[4] != '-') return false;
    return std::all_of(text.begin(), text.end(), [](char c) {
        return c == '-' || (c >= '0' && c <= '9');
    });
}

}  // namespace

Judgements load_answers(const std::string& path, ReadNotes& notes, const std::stop_token& stop) {
    formats::Table table(path, answer_columns);
    return judgements_of(table, path, answer_columns, notes, stop, nothing);
}

Judgements read_answers(const std::string& name, std::string text) {
    ReadNotes notes;
    auto table = formats::Table::of(name, std::move(text), answer_columns);
    return judgements_of(table, name, answer_columns, notes, {}, nothing);
}

Gold load_gold(const std::string& path, ReadNotes& notes) {
    formats::Table table(path, gold_columns);
    return gold_of(table, path, notes);
}

Gold read_gold(const std::string& name, std::string text) {
    ReadNotes notes;
    auto table = formats::Table::of(name, std::move(text), gold_columns);
    return gold_of(table, name, notes);
}

Ratings load_ratings(const std::string& path, ReadNotes& notes, const std::stop_token& stop) {
    formats::Table table(path, rating_columns, {"time"});
    Ratings ratings;
    std::unordered_map<std::string, std::string> months;
    auto see = [&](const std::string& unit) {
        if (!table.has(3)) return;
        auto month = table.cell(3).substr(0, 7);
        if (!is_month(month))
            table.fail(
                fmt::format("the time '{}' does not begin with year and month", table.cell(3)),
                "write it as 2026-03-31T12:00:00Z"
            );
        months.try_emplace(unit, month);
    };
    ratings.judgements = judgements_of(table, path, rating_columns, notes, stop, see);
    if (months.empty()) return ratings;
    for (const auto& unit : ratings.judgements.questions) ratings.months.push_back(months[unit]);
    return ratings;
}

}  // namespace labeling
