// Truth and agreement of plain files, without a database.
//
// For studies of judgements that lie elsewhere, and for checking the methods against published
// data: what is written is what the papers print. Numbers are written in the fewest digits that
// read back as the same, so that results can be compared as texts.
#include "labeling/statistics.hpp"

#include <ostream>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/error.hpp"
#include "formats/csv/csv.hpp"
#include "labeling/answers.hpp"
#include "labeling/export/csv.hpp"
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
    void count(std::string_view key, std::size_t value) { raw(key, std::to_string(value)); }
    std::string str() const { return "{" + text_ + "}\n"; }

private:
    void raw(std::string_view key, std::string_view value) {
        text_ += fmt::format("{}\"{}\":{}", text_.empty() ? "" : ",", key, value);
    }
    std::string text_;
};

}  // namespace

void write_truth(const TruthRequest& request, std::ostream& out, std::ostream& notes) {
    auto judgements = read_answers(request.answers, detail::read_file(request.answers));
    Gold gold;
    if (request.truth) gold = read_gold(*request.truth, detail::read_file(*request.truth));

    Line note;
    auto method = request.method;
    if (method == Method::automatic) {
        auto choice = choose(judgements, gold);
        method = choice.method;
        note.text("why", choice.why);
    }
    note.text("method", base::name_of(method));
    note.count("questions", judgements.questions.size());
    note.count("workers", judgements.workers.size());
    note.count("answers", judgements.rows.size());

    if (is_numeric(method)) {
        auto estimates = estimate(judgements, method);
        if (request.truth) {
            auto result = score(judgements, estimates, gold);
            note.count("judged", result.judged);
            note.number("mae", result.mae);
            note.number("rmse", result.rmse);
        }
        write_rows(judgements, estimates, out);
    } else {
        auto truth = infer(judgements, method);
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
    if (request.truth || request.method == Method::automatic) notes << note.str();
}

void write_agreement(const std::string& ratings, Metric metric, std::ostream& out) {
    auto judgements = read_ratings(ratings, detail::read_file(ratings));
    auto result = agreement(judgements, metric);
    Line line;
    line.number("value", result.value);
    line.number("ci_low", result.low);
    line.number("ci_high", result.high);
    line.count("units", result.units);
    line.count("raters", result.raters);
    if (!result.value) line.text("note", "undefined: every rating is the same category");
    out << line.str();
}

}  // namespace labeling
