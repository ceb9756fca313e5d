#pragma once

#include "base/settings/fwd.hpp"
#include "training/features/column_spec.hpp"
#include "training/features/pictures.hpp"
#include "training/features/text_spec.hpp"

namespace training {

// Which parts of the examples a model sees, and how; what the training examples lack is left out by
// itself.
struct FeatureSpec {
    bool use_text = true;
    bool use_numeric = true;
    bool use_pixels = true;
    TextSpec text = {};  // a model of dense rows lowers text.bits
    ColumnsSpec columns = {};
    PictureSpec pictures = {};

    static const base::Settings<FeatureSpec> settings;
};

}  // namespace training
