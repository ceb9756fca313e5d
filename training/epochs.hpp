#pragma once

#include <vector>

#include "training/models/model.hpp"

namespace training {

// Keeps the epochs of a fit, and tells `progress` on of all that it is told. What is given has to
// live as long.
inline OnProgress noting_epochs(std::vector<Progress>& epochs, const OnProgress& progress) {
    return [&epochs, &progress](const Progress& now) {
        if (now.stage == "fit") epochs.push_back(now);
        if (progress) progress(now);
    };
}

}  // namespace training
