#include "training/labels/soft_labels.hpp"

#include "base/error.hpp"

namespace training {

void soften(Examples& examples, const std::vector<Item>& items) {
    const auto classes = examples.class_names.size();
    if (!examples.has_classes() || classes < 2)
        throw base::Error(
            "soft labels", "the labels of the snapshot are no classes", "use --labels hard"
        );
    examples.soft.assign(examples.rows * classes, 0);
    for (std::size_t row = 0; row < examples.rows; ++row) {
        const double sure = items[row].probability.value_or(1);
        const auto rest = static_cast<float>((1 - sure) / static_cast<double>(classes - 1));
        float* of = examples.soft.data() + row * classes;
        std::fill_n(of, classes, rest);
        of[examples.classes[row]] = static_cast<float>(sure);
    }
}

}  // namespace training
