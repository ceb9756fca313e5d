#pragma once

#include <string>
#include <vector>

#include <boost/describe/class.hpp>
#include <boost/json/object.hpp>

#include "base/error.hpp"
#include "base/words.hpp"

// What would let a model know its answers before it is asked.
namespace training {

enum class LeakKind {
    copy,
    tell_tale,
    sum,
    word,
    header,
    identifier,
    order,
    group,
    duplicate,
    score
};

constexpr auto words_of(LeakKind) {
    return std::to_array<base::Word<LeakKind>>({
        {LeakKind::copy, "copy", "a column that is the label in other units"},
        {LeakKind::tell_tale, "tell-tale", "a column that alone says the label"},
        {LeakKind::sum, "sum", "columns that make up the label together"},
        {LeakKind::word, "word", "a word of the texts that alone says the class"},
        {LeakKind::header, "header", "lines at the head of the texts that say much of the class"},
        {LeakKind::identifier, "identifier", "a column that numbers or names the records"},
        {LeakKind::order, "order", "labels that follow each other in time, split at random"},
        {LeakKind::group, "group", "records that belong together on different sides"},
        {LeakKind::duplicate, "duplicate", "equal records, or nearly, on different sides"},
        {LeakKind::score, "score", "a score that is too good to be true"},
    });
}

enum class Gravity { stop, warning };

constexpr auto words_of(Gravity) {
    return std::to_array<base::Word<Gravity>>({
        {Gravity::stop, "stop", "nothing is fitted, unless a reason is given"},
        {Gravity::warning, "warning", "it is told and kept with the run"},
    });
}

struct LeakFinding {
    LeakKind kind = LeakKind::copy;
    Gravity gravity = Gravity::stop;
    std::string text;  // one line for people, with the figures
    std::vector<std::string> columns;
    std::vector<std::string> examples;
    std::string measure;  // what `value` is: "R2", "AUC" ..
    double value = 0;
};
BOOST_DESCRIBE_STRUCT(LeakFinding, (), (kind, gravity, text, columns, examples, measure, value))

struct Leakage {
    std::vector<LeakFinding> findings;
    std::string allowed;  // why it is fitted all the same

    void add(std::vector<LeakFinding> more);
    const LeakFinding* stop() const;  // the first that stops; nothing if none does
};

boost::json::object to_json(const Leakage& leakage);

// A training that was not begun, or is not kept, for a leak; with all that was found.
class LeakFound : public base::Error {
public:
    LeakFound(const std::string& snapshot, Leakage found);

    const Leakage leakage;
};

// Throws LeakFound if something stops and nothing was allowed.
void refuse(const std::string& snapshot, const Leakage& leakage);

}  // namespace training
