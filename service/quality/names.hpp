#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace service {

// The names in a list whose entries may each hold several, apart by commas: {"a,b", "c"} has three.
inline std::vector<std::string> names_in(const std::vector<std::string>& given) {
    std::vector<std::string> names;
    for (std::string_view rest : given)
        while (!rest.empty()) {
            auto name = rest.substr(0, rest.find(','));
            rest.remove_prefix(std::min(rest.size(), name.size() + 1));
            if (!name.empty()) names.emplace_back(name);
        }
    return names;
}

}  // namespace service
