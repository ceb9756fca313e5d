#pragma once

#include "labeling/export/exporter.hpp"

namespace labeling {

const ExportFormat& jsonl_format();
const ExportFormat& csv_format();
const ExportFormat& conll_format();
const ExportFormat& spacy_format();
const ExportFormat& label_studio_format();

}  // namespace labeling
