#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "training/answers/asked_question.hpp"
#include "training/answers/pictures/box_judging.hpp"
#include "training/features/pictures.hpp"
#include "training/models/model.hpp"
#include "training/models/plain_model.hpp"
#include "training/numeric/bytes.hpp"
#include "training/run_store.hpp"
#include "training/snapshots/examples.hpp"
#include "training/tuning/tune.hpp"

// Answers of several parts, each part learnt from as the kind of the question wants it: which of
// several texts is better, the class of each row of a table. A kind is a file here and a line in
// answer_models.cpp.
namespace training {

struct TrainSpec;
class Featurizer;
class InputSignature;
class Decision;

// What is said of a record.
struct SaidAnswer {
    std::string answer = {};  // JSON, as people's answers are stored; empty: none can be given
    double probability = 0;   // that all of it is right, as far as its parts are independent
    boost::json::object more = {};  // what is told beside it
};

// How probable each class of the parts of labels is, to a model that knows which parts there are.
struct PartsProbable {
    std::vector<std::string> names = {};     // of the classes; none: the model does not say it
    std::vector<double> probabilities = {};  // parts x classes
    std::vector<int> given = {};             // the class that the label has
    std::vector<std::uint32_t> record = {};  // of each part, in rising order
    std::vector<std::string> parts = {};     // "row 3"; empty where the class says it
};

// What was said of records beside what is true of them (Examples::answers).
struct AnswersJudged {
    std::vector<SaidAnswer> said;
    std::vector<double> errors;   // by record: the share of its parts that is wrong
    std::vector<Metric> metrics;  // with bootstrap intervals over the records
    boost::json::object report;   // {"rows", "parts": [{"name", "f1", "support", "predicted"}]}
    PartsProbable probable = {};  // if it was asked for
    std::vector<JudgedBoxes> boxes = {};  // likewise, of marks in pictures that are boxes
};

struct AnswerJudging {
    std::size_t threads = 0;
    bool figures = true;  // metrics and report too, beside answers and errors
    bool parts = false;   // and `probable`, or `boxes`
    std::stop_token stop = {};
};

// What an answer model computes of each part by itself, laid open for other programs. All of it is
// the model's, and valid as long as it is.
struct PlainPart {
    const Featurizer* features = nullptr;
    const InputSignature* inputs =
        nullptr;  // of the parts as rows; null: columns as features have them
    PlainModel model = {};
    const Decision* decision = nullptr;  // null: the model gives a score
    std::vector<std::string> classes = {};
};

class AnswerModel {
public:
    struct Fitted {
        std::string kind;           // of the model
        Params params;              // the ones used
        std::vector<Trial> trials;  // of the search
        std::size_t columns = 0;    // that the model saw
        boost::json::object notes;  // what was learnt from, and what could not be
    };

    virtual ~AnswerModel() = default;

    // Learns from Examples::answers; `validation` may be empty. Throws base::Error in one line for
    // what cannot be learnt from, base::Interrupted at a stop.
    virtual Fitted learn(
        const Examples& train,
        const Examples& validation,
        const TrainSpec& spec,
        const OnProgress& progress,
        std::stop_token stop
    ) = 0;
    virtual std::vector<SaidAnswer> predict(const Examples& examples, std::size_t threads)
        const = 0;
    virtual AnswersJudged judge(const Examples& truth, const AnswerJudging& how) const = 0;

    // Nothing where an answer is more than that of each part by itself.
    virtual std::optional<PlainPart> plain_part() const { return std::nullopt; }
    // The parts of records as it sees them, those of one record one after the other; without
    // labels.
    virtual Examples part_rows(const Examples&) const { return {}; }

    virtual void save(Writer& out) const = 0;
    virtual void load(Reader& in) = 0;
};

// How the answers of a kind of question are learnt.
struct AnswerKind {
    std::string_view name;         // of the project's kind
    Learns learns;                 // which kinds of models do it
    std::string_view limits = {};  // what a card has to say of each such model
    bool pictures = false;         // looks at the records' pictures
    bool whole_texts = false;      // counts the characters of texts, which are left whole then
    std::unique_ptr<AnswerModel> (*make)(const AskedQuestion& question) = nullptr;
};

// nullptr: its answers are learnt otherwise, or not at all.
const AnswerKind* answer_kind(std::string_view project_kind);

// What pictures that something is marked in are brought to, unless the spec says so.
formats::PictureShape shape_for_marks(const PictureSpec& spec);

// The fields of the records' payloads that its models read.
std::vector<std::string> fields_of(const AskedQuestion& question);

}  // namespace training
