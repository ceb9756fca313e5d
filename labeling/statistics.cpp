// Truth and agreement of plain files, without a database.
//
// For studies of judgements that lie elsewhere, and for checking the methods against published
// data: what is written is what the papers print. Numbers are written in the fewest digits that
// read back as the same, so that results can be compared as texts.
#include "labeling/statistics.hpp"

#include <map>
#include <ostream>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/error.hpp"
#include "base/numbers/parse.hpp"
#include "base/text/unicode.hpp"
#include "formats/csv/csv.hpp"
#include "formats/table/table.hpp"
#include "labeling/agreement/agreement_by.hpp"
#include "labeling/answers.hpp"
#include "labeling/truth/score.hpp"

namespace labeling {

namespace {

// A number in the fewest digits that read back as the same.
std::string shortest(double value) {
    return fmt::format("{}", value);
}

std::string cell(const std::string& text) {
    std::string out;
    formats::append_cell(text, out);
    return out;
}

void write_lines(const ReadNotes& read, std::ostream& notes) {
    for (const auto& line : read.lines) notes << "tilth: " << line << '\n';
}

void write_rows(const Judgements& judgements, const Truth& truth, std::ostream& out) {
    out << "question,truth,probability\n";
    for (std::size_t q = 0; q < judgements.questions.size(); ++q) {
        out << cell(judgements.questions[q]) << ',' << cell(judgements.answers[truth.label[q]])
            << ',' << fmt::format("{:.6g}", truth.probability(q)) << '\n';
    }
}

void write_rows(const Judgements& judgements, const Estimates& estimates, std::ostream& out) {
    out << "question,truth,probability\n";
    for (std::size_t q = 0; q < judgements.questions.size(); ++q) {
        out << cell(judgements.questions[q]) << ',' << shortest(estimates.value[q]) << ",\n";
    }
}

// The part of the gold that choose() did not look at.
Gold held_out(const Gold& gold) {
    Gold rest;
    for (const auto& [question, truth] : gold)
        if (!chooses_by(question)) rest.emplace(question, truth);
    return rest;
}

// One JSON object on one line. boost::json would write 0.9 as 9E-1.
class Line {
public:
    void text(std::string_view key, std::string_view value) {
        raw(key, boost::json::serialize(boost::json::string(value)));
    }
    void number(std::string_view key, std::optional<double> value) {
        raw(key, value ? shortest(*value) : "null");
    }
    void texts(std::string_view key, const std::vector<std::string>& values) {
        boost::json::array list(values.begin(), values.end());
        raw(key, boost::json::serialize(list));
    }
    void count(std::string_view key, std::size_t value) { raw(key, std::to_string(value)); }
    std::string str() const { return "{" + text_ + "}\n"; }

private:
    void raw(std::string_view key, std::string_view value) {
        text_ += fmt::format("{}\"{}\":{}", text_.empty() ? "" : ",", key, value);
    }
    std::string text_;
};

}  // namespace

void write_truth(
    const TruthRequest& request,
    std::ostream& out,
    std::ostream& notes,
    const std::stop_token& stop
) {
    ReadNotes read;
    auto judgements = load_answers(request.answers, read, stop);
    Gold gold;
    if (request.truth) gold = load_gold(*request.truth, read);

    Line note;
    auto method = request.method;
    if (method == Method::automatic) {
        auto choice = choose(judgements, gold, stop);
        method = choice.method;
        note.text("why", choice.why);
    }
    note.text("method", base::name_of(method));
    note.count("questions", judgements.questions.size());
    note.count("workers", judgements.workers.size());
    note.count("answers", judgements.rows.size());
    if (!read.lines.empty()) note.texts("notes", read.lines);

    if (is_numeric(method) || (takes_numbers(method) && looks_numeric(judgements))) {
        auto estimates = estimate(judgements, method, stop);
        if (request.truth) {
            auto result = score(judgements, estimates, gold);
            note.count("judged", result.judged);
            note.number("mae", result.mae);
            note.number("rmse", result.rmse);
        }
        write_rows(judgements, estimates, out);
    } else {
        auto truth = infer(judgements, method, stop);
        if (request.truth) {
            auto result = score(judgements, truth, gold);
            note.count("judged", result.judged);
            note.number("accuracy", result.accuracy);
            note.number("macro_f1", result.macro_f1);
            auto rest = held_out(gold);
            if (request.method == Method::automatic && result.judged >= 60)
                note.number("held_out_accuracy", score(judgements, truth, rest).accuracy);
        }
        write_rows(judgements, truth, out);
    }
    if (request.truth || request.method == Method::automatic)
        notes << note.str();
    else
        write_lines(read, notes);
}

void write_ranking(
    const std::string& comparisons,
    Ranking method,
    std::ostream& out,
    std::ostream& notes,
    const std::stop_token& stop
) {
    formats::Table table(comparisons, {"left", "right", "label"}, {"worker"});
    ComparisonsBuilder builder;
    std::size_t undecided = 0;
    while (table.next()) {
        if (table.is_missing(2)) {
            ++undecided;
            continue;
        }
        if (method == Ranking::noisy_bradley_terry && !table.has(3))
            table.fail("has no worker", "this method needs a column 'worker'");
        const auto &left = table.cell(0), &right = table.cell(1), &label = table.cell(2);
        if (left == right) table.fail(fmt::format("both sides are '{}'", left));
        if (label != left && label != right)
            table.fail(
                fmt::format("the label '{}' is neither '{}' nor '{}'", label, left, right),
                "name the side that was preferred"
            );
        builder.add(left, right, table.cell(3), label);
    }
    auto built = std::move(builder).build();
    auto ranked = rank(built, method, stop);
    out << "item,score\n";
    for (auto item : ranked.order)
        out << cell(built.items[item]) << ',' << fmt::format("{:.6g}", ranked.strength[item])
            << '\n';
    if (undecided > 0)
        write_lines(
            {.missing = undecided,
             .lines = {fmt::format("{}: {} without label left out", comparisons, undecided)}},
            notes
        );
}

namespace {

std::string line_of(const Agreement& found, std::string_view part, std::size_t missing) {
    Line line;
    if (!part.empty()) line.text("part", part);
    line.number("value", found.value);
    line.number("ci_low", found.low);
    line.number("ci_high", found.high);
    line.count("units", found.units);
    line.count("raters", found.raters);
    if (missing > 0) line.count("missing", missing);
    if (!found.value)
        line.text(
            "note",
            found.units == 0 ? "no unit has two ratings"
                             : "undefined: every rating is the same category"
        );
    return line.str();
}

std::vector<AgreementPart>
parts_of(const Ratings& ratings, const AgreementRequest& request, const std::stop_token& stop) {
    constexpr std::size_t replicates = 1000;
    const auto& judgements = ratings.judgements;
    if (request.by == "class")
        return agreement_by_class(judgements, request.metric, replicates, stop);
    if (request.by == "pair")
        return agreement_by_pair(judgements, request.metric, replicates, stop);
    if (request.by != "month") {
        auto size = base::whole_number<std::size_t>(request.by).value_or(0);
        if (size == 0)
            throw base::UsageError(
                fmt::format("--by {}", request.by), "unknown", "use class, pair, month or a number"
            );
        return agreement_by_units(judgements, request.metric, size, replicates, stop);
    }
    if (ratings.months.empty())
        throw base::Error(request.ratings, "has no column 'time'", "add it, or use another --by");
    std::map<std::string, std::uint32_t> number;
    for (const auto& month : ratings.months) number[month] = 0;
    std::vector<std::string> names;
    for (auto& [month, place] : number) {
        place = static_cast<std::uint32_t>(names.size());
        names.push_back(month);
    }
    std::vector<std::uint32_t> part;
    for (const auto& month : ratings.months) part.push_back(number[month]);
    return agreement_by(judgements, request.metric, part, names, replicates, stop);
}

}  // namespace

void write_agreement(
    const AgreementRequest& request,
    std::ostream& out,
    std::ostream& notes,
    const std::stop_token& stop
) {
    ReadNotes read;
    auto ratings = load_ratings(request.ratings, read, stop);
    if (!request.order.empty()) {
        std::vector<std::string> order;
        for (const auto& name : request.order) order.push_back(base::tidy_name(name));
        ratings.judgements = in_order(ratings.judgements, order);
    }
    auto text =
        line_of(agreement(ratings.judgements, request.metric, 1000, 1, stop), "", read.missing);
    if (!request.by.empty())
        for (const auto& part : parts_of(ratings, request, stop))
            text += line_of(part.agreement, part.name, 0);
    out << text;
    write_lines(read, notes);
}

}  // namespace labeling
