#pragma once

#include <string>
#include <vector>

#include <boost/json/array.hpp>

#include "training/features/signature.hpp"
#include "training/snapshots/examples.hpp"

// Objects that people send to be predicted, as rows of a model.
namespace service {

// What is told of an input beside its prediction.
struct InputNotes {
    std::vector<std::string> unknown;         // members that neither model nor source knows
    std::vector<std::string> unknown_values;  // columns whose category the model does not know
    std::vector<std::string> left_out;        // lines: values that are none of their column
};

struct GivenRows {
    training::Examples examples;  // to be aligned to the model's signature
    std::vector<InputNotes> notes;
};

// An input has "title", "body" or "text", "image" (in Base64, where the model sees pictures) and
// the model's columns by name: a number or its text, a category by its value, a time as text or
// seconds, a flag as true or false; null and what is absent is missing. Fields that the source's
// records are made of are mapped by the rules that the model learnt with, as a record would be;
// fields that it reads as they were received (candidates, a table) are taken as they are; where a
// field and a column have one name it is the field.
//
// Throws base::UsageError, naming the input, if one is no object, has nothing that the model knows,
// or a value that cannot be read; with `strict` also for members that nobody knows and values that
// are left out.
GivenRows
rows_of(const boost::json::array& inputs, const training::InputSignature& model, bool strict);

}  // namespace service
