#pragma once

#include <string>

#include "base/words.hpp"
#include "training/trainer.hpp"

namespace training {

// What the graph takes.
enum class OnnxInputs { columns, features };

constexpr auto words_of(OnnxInputs) {
    return std::to_array<base::Word<OnnxInputs>>({
        {OnnxInputs::columns,
         "columns",
         "columns by name, categories by their values, pictures as pixels: the featuriser is in "
         "the graph"},
        {OnnxInputs::features,
         "features",
         "rows of features, as this program's featuriser makes them"},
    });
}

// The model as an ONNX graph (IR 8, opset 15, ai.onnx.ml 2) that computes what
// Predictor::predict() does, for any number N of rows.
//
// Inputs, columns: "title" and "body" string [N, 1], UTF-8, where the model reads words of them,
// for which the graph takes the operator Tokenizer of ONNX Runtime (com.microsoft 1); a column of
// numbers, flags or times (seconds since 1970) is double [N, 1] with NaN for what is missing; a
// category string [N, 1], "" for missing; "pixels" uint8 [N, values]. Inputs, features: "features"
// float [N, columns]. Outputs: "probabilities" double [N, classes], calibrated, and "class" string
// [N], "" where the model abstains; of sets "probabilities" of each class by itself and "set" int64
// [N, classes], 1 for those that reach their threshold; or "value" double [N, 1]. "class_" where a
// column is called "class", and so on. Metadata: "classes" or "target", "signature" (JSON), "kind".
//
// Of answers of several parts the graph is that of one part, where an answer is no more than what
// is said of each: of a table's row, by the columns that AnswerModel::part_rows() makes of it, and
// of a candidate of a preference or ranking, whose output is "score" double [N, 1]: the higher the
// better, P(a before b) = 1 / (1 + exp(score b - score a)). "part_of" of the metadata is the kind
// of question.
//
// Throws base::Error in one line for what operators of ONNX do not express: n-grams of texts
// without a vocabulary or of characters, parts of dates, imputation by neighbours, a preparation,
// features of pictures other than pixels, kinds of model that are not laid open (PlainModel), and
// answers that are looked for in texts or pictures.
std::string onnx_of(const Predictor& predictor, OnnxInputs inputs);

}  // namespace training
