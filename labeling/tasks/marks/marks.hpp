#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include <boost/json/fwd.hpp>

#include "labeling/tasks/task_type.hpp"

namespace labeling {

// Something marked in a picture or a recording: its class, and where it is, in pixels from the left
// upper corner or in seconds, as numbers that its kind knows to read.
struct Mark {
    std::string label{};
    std::vector<double> numbers{};
    std::string text{};  // what is said there, of kinds that ask for it

    auto operator<=>(const Mark&) const = default;
};

// Labeled marks in a record. An answer is a list of marks, each an object with "label" and what
// the kind has besides.
//
// Two answers are alike by twice the likeness of the marks that belong together over the number of
// all: marks of one class, the most alike ones first. The truth is voted on: marks of several
// people that are alike by half or more are one mark, that lies in the middle of them, and all who
// answered vote on it by having it or not. That is a weighted form of box fusion (Solovyev, Wang
// and Gabruseva, Weighted boxes fusion, 2021) whose weights are those of the method of inference.
class MarksTask : public TaskType {
public:
    std::string_view example() const override;
    std::span<const std::string_view> settings() const override { return acting; }
    std::optional<base::Fault> check(const Question& question) const override;
    std::string read(const Question& question, const std::string& answer, const AskedRecord& record)
        const override;
    std::optional<std::string> answer_of_value(const Question& question, const std::string& value)
        const override;
    std::string with_classes(const Question&, const std::string& answer, const Rename& rename)
        const override;
    double likeness(const Question& question, const std::string& a, const std::string& b)
        const override;
    std::unique_ptr<AnswerSet> gather(const Question& question) const override;
    std::vector<MetricInfo> metrics(const Question&) const override;
    std::span<const Method> methods() const override { return class_methods(); }
    std::string mistake(const Question& question, const std::string& truth, base::Random& random)
        const override;
    Target target() const override { return Target::parts; }

    // Of a stored answer.
    std::vector<Mark> marks_of(const std::string& answer) const;
    virtual std::string text_of(std::vector<Mark> marks) const;

    // From 0 to 1; marks of two classes are never asked about.
    virtual double alike(const Mark& a, const Mark& b) const = 0;
    // Not in place alone, of two that belong together; at most as much.
    virtual double alike_in_all(const Mark& a, const Mark& b) const { return alike(a, b); }
    // What lies in the middle of marks of one class, of which there is one at least.
    virtual Mark middle(const std::vector<const Mark*>& marks) const = 0;
    // What is left of a mark of the truth beside surer ones; nothing: it falls.
    virtual std::optional<Mark> beside(const Question&, const std::vector<Mark>& surer, Mark mark)
        const {
        (void)surer;
        return mark;
    }

protected:
    virtual std::string_view likeness_meaning() const = 0;
    // `mark` has the members of a mark but its label. Throws base::UsageError for what is none.
    virtual std::vector<double> numbers_of(
        const boost::json::object& mark,
        const std::string& label,
        const Question* question
    ) const = 0;
    // Likewise its text.
    virtual std::string said_in(const boost::json::object&) const { return {}; }
    virtual void write(const Mark& mark, boost::json::object& to) const = 0;
    // Throws base::UsageError if they do not lie in the record, or not so beside each other.
    virtual void check_places(
        const Question& question,
        const std::vector<Mark>& marks,
        const AskedRecord& record
    ) const = 0;

private:
    static constexpr std::array<std::string_view, 3> acting{"class", "at_least", "at_most"};

    std::vector<Mark> parse(const std::string& answer, const Question* question) const;
};

// Marks in a picture.
class PictureMarksTask : public MarksTask {
protected:
    // Every point must lie in the picture.
    virtual std::vector<std::array<double, 2>> corners(const Mark& mark) const = 0;
    void check_places(const Question&, const std::vector<Mark>&, const AskedRecord&) const override;
};

// A finite number among the members of a mark. Throws base::UsageError if it is missing.
double mark_number(
    const boost::json::object& mark,
    std::string_view name,
    std::string_view unit = "pixels"
);

}  // namespace labeling
