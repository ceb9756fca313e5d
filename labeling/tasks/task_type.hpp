#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json/shape.hpp"
#include "labeling/agreement/agreement.hpp"
#include "labeling/export/exporter.hpp"
#include "labeling/projects/project.hpp"
#include "labeling/truth/truth.hpp"

// A kind of question that a project can ask, and all that depends on the kind: how an answer is
// read and checked, compared with others, merged with them into a truth, and written out. The queue
// knows nothing of it. A new kind is a file here, a line in task_types.cpp and its tests.
namespace labeling {

// An answer as a person sent it.
struct Reply {
    std::string class_name;  // empty: none
    base::JsonText value;    // what a class can not say; empty: nothing
};

// An answer as it is stored.
struct Given {
    std::optional<std::int32_t> class_id;
    std::optional<std::string> value;  // JSON
};

// An answer as it is read again to be judged.
struct Judged {
    std::string key;    // of the record
    std::string user;   // name
    std::string label;  // of its class; empty: none
    std::string value;  // JSON; empty: none
};

// A label that follows from answers.
struct InferredLabel {
    std::string key;
    Given label;
    double probability = 1;
};
struct Inferred {
    Method method = Method::mv;
    std::string why{};  // if the method was chosen here
    std::vector<InferredLabel> labels{};
    std::vector<std::pair<std::string, double>> worker_accuracy{};  // estimated, by name
    std::int64_t judged = 0;  // records whose label is also known by import
    double accuracy = 0;      // on these
};

// The answers of one project, gathered to be judged together. The project outlives it.
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
    // `method` may be automatic. There is at least one answer.
    virtual Inferred infer(Method method, const Gold& gold) const = 0;
};

struct MetricInfo {
    std::string_view name, meaning;
};

class TaskType {
public:
    virtual ~TaskType() = default;

    virtual std::string_view name() const = 0;  // of the kind, in a project's file
    virtual std::string_view meaning() const = 0;

    // What is wrong with a project of this kind, if anything is.
    virtual std::optional<base::Fault> check(const Project& project) const = 0;
    // `text` gives the record's text as it was shown. Throws base::UsageError for what is no answer
    // to the project's question.
    virtual Given read(
        const Project& project,
        const Reply& reply,
        const std::function<std::string()>& text
    ) const = 0;

    virtual std::unique_ptr<AnswerSet> gather(const Project& project) const = 0;
    // How far people agree can be told by these; those that are shown beside each other first.
    virtual std::span<const MetricInfo> metrics() const = 0;
    virtual std::size_t usual_metrics() const = 0;

    // Where an answer is a class and nothing else, labels can be imported, and simulated.
    virtual LabelShape shape() const = 0;
};

std::span<const TaskType* const> task_types();
// The type of a project's kind. Throws std::logic_error for a kind that there is not.
const TaskType& task_type(std::string_view kind);
// Of all kinds, in order.
std::vector<std::string> kinds();

}  // namespace labeling
