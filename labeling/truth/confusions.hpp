#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>

#include "labeling/truth/truth.hpp"

// What people answer where each class is true (their confusion matrices), so that one more answer
// is weighed as the model of Dawid and Skene does, without fitting it again: an answer that a
// person gives for one class may be worth much and for another little.
namespace labeling {

// P(what is said | what is true), by their names.
using Confusion = std::map<std::string, std::map<std::string, double>, std::less<>>;

struct Confusions {
    std::map<std::string, double> prior;                   // of each class
    Confusion usual;                                       // of all together: of who is new
    std::map<std::string, Confusion, std::less<>> people;  // by name
};

// Of more classes there are none: the tables would cost more than they tell.
inline constexpr std::size_t most_confused_classes = 10;

// By a truth that was inferred before; each person shrunk towards what all do by the weight of two
// answers a class. Nothing for more than most_confused_classes, or for one.
std::optional<Confusions> confusions_of(const Judgements& judgements, const Truth& truth);

// The truth of each question by itself, of the classes of `confusions.prior`, which `judgements`
// all know: the last step of Dawid and Skene (1979), equation 2.5. Answers that are no such class
// say nothing.
Truth weigh(const Judgements& judgements, const Confusions& confusions);

// As JSON and back; the people's stand apart.
std::string json_of(const Confusion& confusion);
std::string json_of_usual(const Confusions& confusions);
Confusion confusion_in(const std::string& json);
// `usual` and `prior` of what json_of_usual() gave; nothing for "".
std::optional<Confusions> usual_confusions(const std::string& json);

}  // namespace labeling
