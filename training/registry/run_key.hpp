#pragma once

#include <string>
#include <vector>

#include "training/train_settings.hpp"

namespace training {

// All that a training depends on, as one JSON object: the settings that are not as they are by
// default, and which version of the preparation is used. Neither what it is called nor the number
// of threads is among them.
std::string run_spec(const TrainSettings& settings, int preparation);

// What such a spec says of rows: "the column 'price' is learnt", "training rows count as their 'w'
// says"; nothing where labels are learnt, each alike.
std::vector<std::string> told_of_rows(const std::string& spec);

// SHA-256, raw bytes, of what decides the outcome of a training: the hash of the snapshot, its
// spec with the seed, the class names and mapping rules that go into the artefact, and the version
// of the program.
// Equal keys give equal artefacts to the bit, unless a search was ended by a clock.
std::string run_key(
    const std::string& snapshot_hash,
    const TrainSettings& settings,
    int preparation,
    const std::vector<std::string>& class_names,
    const std::string& rules,
    const std::string& code_version
);

// Whether the clock has no part in what comes out.
bool repeatable(const TrainSettings& settings);

}  // namespace training
