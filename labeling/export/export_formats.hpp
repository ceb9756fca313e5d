#pragma once

#include "labeling/export/exporter.hpp"

namespace labeling {

std::string quoted(std::string_view text);  // as a string of JSON

// A format that holds classes and nothing else.
class ClassFormat : public ExportFormat {
public:
    std::optional<std::string> refuses(const Project& project, LabelShape shape) const override;
};

const ExportFormat& jsonl_format();
const ExportFormat& csv_format();
const ExportFormat& conll_format();
const ExportFormat& spacy_format();
const ExportFormat& label_studio_format();

}  // namespace labeling
