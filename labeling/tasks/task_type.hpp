#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json/shape.hpp"
#include "base/numbers/random.hpp"
#include "labeling/agreement/agreement.hpp"
#include "labeling/export/exporter.hpp"
#include "labeling/projects/question.hpp"
#include "labeling/truth/confusions.hpp"
#include "labeling/truth/truth.hpp"
#include "labeling/truth/weigh.hpp"

// A kind of question, and all that depends on the kind: how an answer is read and checked, compared
// with others, merged with them into a truth, given by a simulated person, and written out. The
// queue knows nothing of it. A new kind is a file here, a line in task_types.cpp and its tests.
//
// An answer is JSON, as its kind says: "spam", ["red","round"], 3.5, [{"start":0,..}]. A form's
// answer is an object of its parts' answers.
namespace labeling {

// The record that is asked about, as far as a kind must know it to check an answer.
class AskedRecord {
public:
    virtual ~AskedRecord() = default;

    struct Size {
        int width = 0, height = 0;
    };
    virtual std::string text() const = 0;             // as shown; empty: none
    virtual std::optional<Size> picture() const = 0;  // pixels
    struct Recording {
        std::optional<double> seconds;  // if its length is known
    };
    virtual std::optional<Recording> recording() const = 0;  // a sound or a film
    virtual base::JsonText payload() const = 0;              // an object: the fields as received
};

// An answer as it is read again to be judged.
struct Judged {
    std::string key;   // of the record
    std::string user;  // name
    std::string value;
};

// A label that follows from answers.
struct InferredLabel {
    std::string key;
    std::string value;
    double probability = 1;
};
struct Inferred {
    Method method = Method::mv;
    std::string why{};  // if the method was chosen here
    std::vector<InferredLabel> labels{};
    std::vector<std::pair<std::string, double>> worker_accuracy{};  // estimated, by name
    std::optional<Confusions> confusions{};  // of people, where classes are few
    std::int64_t judged = 0;                 // records whose label is also known by import
    double accuracy = 0;  // on these; of labels that may be right in part, the mean likeness
};

// How answers are merged.
struct Merging {
    Method method = Method::automatic;  // one of the type's, or automatic
    Gold gold{};                        // true answers by record
    // How often each person is right, as it was estimated before. If it is there, people are not
    // judged anew: each record is merged by itself, whatever the method. By their confusions where
    // these are known and the kind has classes, else by their trust.
    std::optional<Trust> trust{};
    std::optional<Confusions> confusions{};
};

// The answers of one project, gathered to be judged together. The question outlives it.
class AnswerSet {
public:
    virtual ~AnswerSet() = default;

    // Of several answers of one person to one record the last counts.
    virtual void add(Judged answer) = 0;
    virtual std::size_t size() const = 0;
    virtual std::size_t records() const = 0;
    virtual std::size_t people() const = 0;

    // By one of the type's metrics. Throws base::Error if no record has two answers.
    virtual Agreement agreement(std::string_view metric, std::size_t replicates) const = 0;
    // There is at least one answer.
    virtual Inferred infer(const Merging& merging) const = 0;
};

struct MetricInfo {
    std::string name, meaning;
    bool usual = false;  // shown beside each other
};

// What models can learn from the labels of a kind. Of parts: each part of an answer, by a model of
// this kind of question.
enum class Target { none, one_class, set_of_classes, number, parts };

class TaskType {
public:
    virtual ~TaskType() = default;

    virtual std::string_view name() const = 0;  // of the kind, in a project's file
    virtual std::string_view meaning() const = 0;
    // A question of this kind as TOML: what a new project's file starts from. Lists of tables are
    // written "[[class]]", alone.
    virtual std::string_view example() const = 0;

    // Names of the members of Question that act for this kind, beside `kind`.
    virtual std::span<const std::string_view> settings() const = 0;
    // What is wrong with a question of this kind, if anything is.
    virtual std::optional<base::Fault> check(const Question& question) const = 0;

    // Checks an answer and puts it into the form in which it is stored. Throws base::UsageError for
    // what is no answer to the question.
    virtual std::string
    read(const Question& question, const std::string& answer, const AskedRecord& record) const = 0;
    // The question as ground truth answers it. What is merged from several people's answers may be
    // where none of theirs may: between two steps, or of more or fewer marks than one may give.
    virtual Question as_truth(Question question) const;
    // The answer that a field of the source's data gives, by its text: JSON, or the name of a class
    // as the data spell it. Nothing if it gives none.
    virtual std::optional<std::string>
    answer_of_value(const Question& question, const std::string& value) const = 0;
    // Calls `rename` with the name of each class in a stored answer. What it returns takes the
    // name's place; nothing takes the mark, or the choice, out.
    // `part` is the name of the question in a form, else empty.
    using Rename =
        std::function<std::optional<std::string>(std::string_view part, const std::string& name)>;
    virtual std::string with_classes(
        const Question& question,
        const std::string& answer,
        const Rename& rename
    ) const = 0;

    // How alike two stored answers are: 1 if they say the same, 0 if nothing of it.
    virtual double likeness(const Question& question, const std::string& a, const std::string& b)
        const = 0;
    virtual std::unique_ptr<AnswerSet> gather(const Question& question) const = 0;
    // How far people agree can be told by these; the one that says most first.
    virtual std::vector<MetricInfo> metrics(const Question& question) const = 0;
    // How answers may become truth.
    virtual std::span<const Method> methods() const = 0;

    // An answer that somebody gives who errs where `truth` is right.
    virtual std::string
    mistake(const Question& question, const std::string& truth, base::Random& random) const = 0;

    virtual LabelShape shape() const = 0;
    virtual Target target() const = 0;
};

std::span<const TaskType* const> task_types();
// The type of a project's kind. Throws std::logic_error for a kind that there is not.
const TaskType& task_type(std::string_view kind);
// Of all kinds, in order.
std::vector<std::string> kinds();

// Those that infer one of several classes.
std::span<const Method> class_methods();

// The class of a stored answer that is a class and nothing else: a text of JSON.
std::string class_of(const std::string& answer);
std::string answer_of_class(std::string_view name);

}  // namespace labeling
