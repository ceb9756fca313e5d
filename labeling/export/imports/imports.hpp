#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json/fwd.hpp>

#include "labeling/export/given_label.hpp"
#include "labeling/projects/question.hpp"

// How files of other programs are read, one function a format. They throw base::Error for what is
// malformed, named by `place`: a file, or a file and its line.
namespace labeling {

// A JSON object that is a record and its label: our own, spaCy's, doccano's, Prodigy's (what was
// rejected or ignored there has no label).
void read_line(
    const boost::json::object& line,
    const std::string& place,
    const Question& question,
    const TakeLabel& take
);
// A task of Label Studio: the annotation that is marked as ground truth, else the last one that was
// not cancelled. What machines predicted is no label.
void read_studio_task(
    const boost::json::object& task,
    const std::string& place,
    const Question& question,
    const TakeLabel& take
);
// The prediction of a task of Label Studio, with its score: the only one, else the one whose
// model_version is `version`. It is none where there are several of other versions.
void read_studio_prediction(
    const boost::json::object& task,
    const std::string& place,
    const Question& question,
    const std::string& version,
    const std::function<void(GivenLabel&& said, std::optional<double> score)>& take
);
void read_coco(
    const boost::json::object& dataset,
    const std::string& place,
    const Question& question,
    const TakeLabel& take
);
void read_conll(std::string_view text, const std::string& place, const TakeLabel& take);
// An annotation of a picture; `name` is its path without the ending.
void read_voc(
    std::string_view xml,
    const std::string& place,
    const std::string& name,
    const TakeLabel& take
);
void read_yolo(
    const std::filesystem::path& folder,
    const Question& question,
    const TakeLabel& take
);

// A key as files have it: a text or a number; empty for anything else.
std::string key_of(const boost::json::object& from, std::string_view name);

}  // namespace labeling
