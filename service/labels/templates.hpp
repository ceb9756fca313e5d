#pragma once

#include <string>

#include "labeling/projects/project.hpp"
#include "service/verb.hpp"

// What new labeling projects start from.
namespace service {

struct LabelTemplate {
    std::string kind;
    std::string name;    // of the project; the kind's by default
    std::string source;  // one that is there by default
    static const base::Settings<LabelTemplate> settings;
};
struct TemplateFile {
    std::string kind, meaning;
    std::string file;  // TOML
};
BOOST_DESCRIBE_STRUCT(TemplateFile, (), (kind, meaning, file))
TemplateFile label_template(Work& work, const LabelTemplate& request);

}  // namespace service
