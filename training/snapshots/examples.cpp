// What can be wrong with examples is told here, before anything is learnt: parts that do not cover
// all rows, labels out of range, values that are none. And rows are chosen from them, all parts
// alike.
#include "training/snapshots/examples.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "base/error.hpp"

namespace training {

namespace {

void check_size(std::string_view part, std::size_t got, std::size_t wanted) {
    if (got == wanted) return;
    throw base::Error(
        "examples",
        std::string(part) + " has " + std::to_string(got) + " values where " +
            std::to_string(wanted) + " are expected",
        "give the part for every row or leave it empty"
    );
}

template <typename T>
void take_rows(
    const std::vector<T>& from,
    std::size_t width,
    const std::vector<std::size_t>& chosen,
    std::vector<T>& to
) {
    if (from.empty() || width == 0) return;
    to.reserve(chosen.size() * width);
    for (auto row : chosen) {
        const auto first = from.begin() + static_cast<std::ptrdiff_t>(row * width);
        to.insert(to.end(), first, first + static_cast<std::ptrdiff_t>(width));
    }
}

}  // namespace

void check(const Examples& examples) {
    const auto n = examples.rows;
    if (!examples.text.empty()) check_size("text", examples.text.size(), n);
    if (!examples.columns.empty())
        check_size("numeric", examples.numeric.size(), n * examples.columns.size());
    if (examples.columns.empty()) check_size("numeric", examples.numeric.size(), 0);
    check_size("pixels", examples.pixels.size(), n * examples.pixel_count);
    if (!examples.sizes.empty()) check_size("picture sizes", examples.sizes.size(), n);
    if (!examples.keys.empty()) check_size("keys", examples.keys.size(), n);
    if (!examples.classes.empty()) check_size("classes", examples.classes.size(), n);
    if (!examples.targets.empty()) check_size("targets", examples.targets.size(), n);
    if (!examples.weights.empty()) check_size("weights", examples.weights.size(), n);
    if (!examples.soft.empty() && examples.soft.size() != n)
        check_size("soft labels", examples.soft.size(), n * examples.class_names.size());
    if (!examples.marks.empty())
        check_size("sets of classes", examples.marks.size(), n * examples.class_names.size());
    if (!examples.spans.empty()) check_size("spans", examples.spans.size(), n);
    if (!examples.answers.empty()) check_size("answers", examples.answers.size(), n);
    for (const auto& [name, texts] : examples.payload)
        check_size("field '" + name + "'", texts.size(), n);
    if (!examples.fields.empty()) check_size("fields", examples.fields.size(), n);
    if (!examples.groups.empty()) check_size("groups", examples.groups.size(), n);
    if (!examples.folds.empty()) check_size("folds", examples.folds.size(), n);
    if (!examples.classes.empty() && !examples.targets.empty()) {
        throw base::Error("examples", "both classes and targets are given", "give one of them");
    }
    const auto classes = static_cast<int>(examples.class_names.size());
    for (int label : examples.classes) {
        if (label < 0 || label >= classes) {
            throw base::Error(
                "examples",
                "class " + std::to_string(label) + " is not one of the " + std::to_string(classes) +
                    " named"
            );
        }
    }
    if (!std::all_of(examples.targets.begin(), examples.targets.end(), [](double y) {
            return std::isfinite(y);
        })) {
        throw base::Error(
            "examples",
            "a target is not a finite number",
            "leave rows without a target out of the snapshot"
        );
    }
}

formats::PictureShape shape_of(const Examples& examples) {
    formats::PictureShape shape{0, 0, 0};
    if (examples.pixel_count == 0 || examples.pixel_width == 0) return shape;
    const auto channels = std::max<std::size_t>(1, examples.pixel_channels);
    shape.width = static_cast<int>(examples.pixel_width);
    shape.channels = static_cast<int>(channels);
    shape.height = static_cast<int>(examples.pixel_count / examples.pixel_width / channels);
    return shape;
}

Examples take(const Examples& examples, const std::vector<std::size_t>& chosen) {
    Examples out;
    out.rows = chosen.size();
    out.columns = examples.columns;
    out.levels = examples.levels;
    out.pixel_count = examples.pixel_count;
    out.pixel_width = examples.pixel_width;
    out.pixel_channels = examples.pixel_channels;
    out.class_names = examples.class_names;
    out.text = examples.text.take(chosen);
    take_rows(examples.numeric, examples.columns.size(), chosen, out.numeric);
    take_rows(examples.pixels, examples.pixel_count, chosen, out.pixels);
    take_rows(examples.sizes, 1, chosen, out.sizes);
    take_rows(examples.keys, 1, chosen, out.keys);
    take_rows(examples.classes, 1, chosen, out.classes);
    take_rows(examples.targets, 1, chosen, out.targets);
    take_rows(examples.weights, 1, chosen, out.weights);
    if (examples.rows > 0)
        take_rows(examples.soft, examples.soft.size() / examples.rows, chosen, out.soft);
    take_rows(examples.marks, examples.class_names.size(), chosen, out.marks);
    take_rows(examples.spans, 1, chosen, out.spans);
    take_rows(examples.answers, 1, chosen, out.answers);
    out.asked = examples.asked;
    for (const auto& [name, texts] : examples.payload)
        take_rows(texts, 1, chosen, out.payload[name]);
    take_rows(examples.fields, 1, chosen, out.fields);
    take_rows(examples.groups, 1, chosen, out.groups);
    take_rows(examples.folds, 1, chosen, out.folds);
    out.folds_in_time = examples.folds_in_time;
    return out;
}

}  // namespace training
