#pragma once

#include <map>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/layering/source_tree.hpp"

namespace layering {

// By module.
using Counts = std::map<std::string, std::size_t>;
using Places = std::map<std::string, std::vector<std::string>>;

// Checks that no module has more places against a rule than are left from before it. A module that
// is not named has none left.
inline void hold(const Places& found, const Counts& left) {
    for (const auto& module : modules()) {
        auto of = found.find(module);
        if (of == found.end()) continue;
        auto most = left.find(module);
        std::string list;
        for (const auto& place : of->second) list += "\n  " + place;
        INFO(module << ":" << list);
        CHECK(of->second.size() <= (most == left.end() ? 0 : most->second));
    }
}

}  // namespace layering
