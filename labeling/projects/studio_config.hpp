#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace labeling {

// A labeling project as a labeling config of Label Studio has it.
struct StudioConfig {
    std::string kind{};
    std::string file{};                // TOML, as 'label project create' takes it
    std::vector<std::string> lacks{};  // what of the config the project can not hold, for people
};
// One control makes a project of its kind, several make a form. Throws base::Error for what is no
// such config, or has no control that there is a kind for.
StudioConfig
project_of_studio_config(std::string_view xml, const std::string& name, const std::string& source);

}  // namespace labeling
