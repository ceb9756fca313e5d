#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

// The file that a trained model is: magic, version, checksum and a payload. The checksum comes
// first, so that a file that was cut or altered is refused before any part of it is read.
namespace training {

// Versions from this one on have an input signature.
constexpr std::uint32_t with_signature = 3;
// These also say whether they have a preparation, and what is decided from probabilities.
constexpr std::uint32_t with_decision = 4;

// Before the kind in the payload of a model that finds spans, answers a question of parts, or whose
// classes are sets.
inline constexpr std::string_view spans_by = "spans by ";
inline constexpr std::string_view answers_by = "answers by ";
inline constexpr std::string_view sets_of = "sets of ";

std::string seal(const std::string& payload);

// The payload, and the version that it was written by. Throws base::Error in one line.
std::pair<std::string, std::uint32_t> unseal(std::string_view artefact);

}  // namespace training
