#pragma once

#include <cmath>
#include <cstddef>

#include "training/preparation/step.hpp"

namespace training {

// An operation that makes altered copies of training rows; setting `copies`.
class Augmentation : public Step {
public:
    explicit Augmentation(Settings& settings) {
        auto copies = settings.number("copies", 1);
        if (copies < 1 || copies > 20 || copies != std::floor(copies))
            settings.fail("'copies' is not 1 to 20", "give how many copies each training row gets");
        copies_ = static_cast<std::size_t>(copies);
    }
    std::size_t copies() const override { return copies_; }

protected:
    static double share(Settings& settings, double otherwise) {
        auto value = settings.number("share", otherwise);
        if (value <= 0 || value >= 1)
            settings.fail("'share' is not between 0 and 1", "write share = 0.1");
        return value;
    }

private:
    std::size_t copies_ = 1;
};

}  // namespace training
