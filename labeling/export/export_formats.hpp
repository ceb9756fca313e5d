#pragma once

#include <string>
#include <string_view>

#include <boost/json/fwd.hpp>

#include "labeling/export/exporter.hpp"

namespace labeling {

std::string quoted(std::string_view text);  // as a string of JSON

// "spacy holds classes, and a boxes project has none".
std::string holds_only(std::string_view format, std::string_view what, const Project& project);

// Why a format that tells one text a record can not hold spans of fields; nothing if there are
// none.
std::optional<std::string> only_of_the_text(std::string_view format, const ExportContent& content);

const ExportFormat& jsonl_format();
const ExportFormat& csv_format();
const ExportFormat& conll_format();
const ExportFormat& spacy_format();
const ExportFormat& doccano_format();
const ExportFormat& label_studio_format();
const ExportFormat& coco_format();
const ExportFormat& yolo_format();
const ExportFormat& yolo_obb_format();
const ExportFormat& voc_format();
const ExportFormat& preference_format();

}  // namespace labeling
