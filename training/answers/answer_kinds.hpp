#pragma once

#include "training/answers/answer_model.hpp"

namespace training {

// Each is declared in the file of its kind; answer_models.cpp lists them.
const AnswerKind& pairwise_answers();
const AnswerKind& ranking_answers();
const AnswerKind& row_answers();
const AnswerKind& relation_answers();
const AnswerKind& box_answers();  // pictures/
const AnswerKind& polygon_answers();
const AnswerKind& keypoint_answers();

}  // namespace training
