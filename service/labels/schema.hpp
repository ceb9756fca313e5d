#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "labeling/projects/schema_store.hpp"
#include "service/labels/projects.hpp"

// Changes of the classes of a labeling project, which can be undone.
namespace service {

struct RenameClass {
    std::string project, question;
    std::string from, to;
    static const base::Settings<RenameClass> settings;
};
labeling::SchemaLine rename_class(Work& work, const RenameClass& request);

struct MergeClasses {
    std::string project, question;
    std::vector<std::string> classes;
    std::string into;
    static const base::Settings<MergeClasses> settings;
};
labeling::SchemaLine merge_classes(Work& work, const MergeClasses& request);

struct SplitClass {
    std::string project, question;
    std::string name;
    std::vector<std::string> into;
    static const base::Settings<SplitClass> settings;
};
labeling::SchemaLine split_class(Work& work, const SplitClass& request);

struct OneClass {
    std::string project, question;
    std::string name;
    static const base::Settings<OneClass> settings;
};
labeling::SchemaLine add_class(Work& work, const OneClass& request);
labeling::SchemaLine retire_class(Work& work, const OneClass& request);

// The last change that stands. Refused if there is none.
labeling::SchemaLine undo_schema(Work& work, const ProjectName& request);

struct SchemaLog {
    int version = 1;  // the present one
    std::vector<labeling::SchemaLine> changes;
};
BOOST_DESCRIBE_STRUCT(SchemaLog, (), (version, changes))
// The oldest first.
SchemaLog schema_log(Work& work, const ProjectName& request);

}  // namespace service
