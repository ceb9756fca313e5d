#pragma once

#include <string>
#include <vector>

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

struct ConvertProject {
    std::string config;  // of Label Studio: XML
    std::string name;
    std::string source;
    static const base::Settings<ConvertProject> settings;
};
struct ConvertedProject {
    std::string kind;
    std::string file;                // TOML
    std::vector<std::string> lacks;  // what of the config a project can not hold
};
BOOST_DESCRIBE_STRUCT(ConvertedProject, (), (kind, file, lacks))
// Makes no project: the file is there to be read, mended and made one.
ConvertedProject convert_project(Work& work, const ConvertProject& request);

}  // namespace service
