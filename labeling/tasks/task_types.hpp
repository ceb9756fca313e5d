#pragma once

#include "labeling/tasks/task_type.hpp"

// All kinds of questions.
namespace labeling {

const TaskType& choice_task();  // choice.cpp
const TaskType& spans_task();   // spans_task.cpp

}  // namespace labeling
