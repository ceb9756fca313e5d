#pragma once

#include <span>

#include "service/verb.hpp"

// The areas of the service, each with its verbs. One line here makes a new area known to all faces.
namespace service {

std::span<const Verb> source_verbs();   // service/gather/source_verbs.cpp
std::span<const Verb> record_verbs();   // service/records/record_verbs.cpp
std::span<const Verb> quality_verbs();  // service/quality/quality_verbs.cpp
std::span<const Verb> prepare_verbs();  // service/prepare/prepare_verbs.cpp

inline constexpr std::span<const Verb> (*areas[])() = {
    source_verbs,
    record_verbs,
    quality_verbs,
    prepare_verbs,
};

}  // namespace service
