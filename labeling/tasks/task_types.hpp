#pragma once

#include "labeling/tasks/task_type.hpp"

// All kinds of questions.
namespace labeling {

const TaskType& choice_task();      // choice.cpp
const TaskType& choices_task();     // choices.cpp
const TaskType& hierarchy_task();   // choice.cpp
const TaskType& spans_task();       // spans_task.cpp
const TaskType& relations_task();   // relations.cpp
const TaskType& text_task();        // text.cpp
const TaskType& number_task();      // number.cpp
const TaskType& preference_task();  // preference.cpp
const TaskType& ranking_task();     // ranking.cpp
const TaskType& rows_task();        // rows.cpp
const TaskType& boxes_task();       // boxes.cpp
const TaskType& polygons_task();    // polygons.cpp
const TaskType& keypoints_task();   // keypoints.cpp
const TaskType& segments_task();    // segments.cpp
const TaskType& form_task();        // form.cpp

}  // namespace labeling
