#include "training/labels/soft_labels.hpp"

#include "base/error.hpp"
#include "training/models/models.hpp"

namespace training {

void soften(Examples& examples, const std::vector<Item>& items) {
    const auto classes = examples.class_names.size();
    if (!examples.has_classes() || classes < 2)
        throw base::Error(
            "soft labels", "the labels of the snapshot are no classes", "use --labels hard"
        );
    examples.soft.clear();
    for (std::size_t row = 0; row < examples.rows; ++row)
        examples.soft.push_back(static_cast<float>(items[row].probability.value_or(1)));
}

std::vector<float> shares_of_classes(const Examples& examples) {
    const auto classes = examples.class_names.size();
    if (!examples.soft.empty() && examples.soft.size() != examples.rows) return examples.soft;
    Design rows;
    rows.rows = examples.rows;
    const View view{.rows = &rows, .classes = examples.classes, .soft = examples.soft};
    std::vector<float> out(examples.rows * classes);
    for (std::size_t row = 0; row < examples.rows; ++row)
        for_each_class(view, row, classes, [&](std::size_t c, float share) {
            out[row * classes + c] = share;
        });
    return out;
}

}  // namespace training
