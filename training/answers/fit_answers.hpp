#pragma once

#include <stop_token>

#include "training/answers/answer_model.hpp"
#include "training/trainer.hpp"

namespace training {

// fit() of examples with answers (Examples::answers), by the model of their kind of question.
TrainResult fit_answers(
    const Examples& train,
    const Examples& validation,
    const TrainSpec& spec,
    const OnProgress& progress,
    std::stop_token stop
);

// How the examples' answers are learnt. Throws base::Error if they are of no kind that is.
const AnswerKind& answer_kind_of(const Examples& examples);

}  // namespace training
