#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "formats/image/image.hpp"
#include "schema/labels/spans.hpp"
#include "schema/records/record.hpp"
#include "training/snapshots/text_column.hpp"

namespace training {

// What the codes of category columns stand for: the values by code, by column.
using Levels = std::map<std::string, std::vector<std::string>>;

// Rows to learn from or to predict, column by column. A part that the rows do not have is left
// empty; a part that they have covers every row. At most one of `classes` and `targets` is given,
// none for rows to predict.
struct Examples {
    std::size_t rows = 0;

    TextColumn text;

    // Row-major, rows x columns.size(). NaN is missing; a category column holds codes.
    std::vector<double> numeric;
    std::vector<schema::Column> columns;
    std::vector<std::string> dropped;  // columns that they had: who leaves them out means no other
    Levels levels;                     // of category columns whose values are known by name

    // Row-major bytes of images that all have the same size, `pixel_count` each (width x height x
    // channels).
    std::vector<std::uint8_t> pixels;
    std::size_t pixel_count = 0;
    std::size_t pixel_width = 0;  // 0 if it is not known: the rows are then pixels without places
    std::size_t pixel_channels = 0;

    // Width and height that the pictures are stored in, by row; 0 of what has none. Empty: that of
    // the pixels.
    std::vector<std::array<int, 2>> sizes;

    // Of the records (rk), where they are records: what is random about a row follows from its key.
    std::vector<std::int64_t> keys;

    std::vector<int> classes;              // 0 .. class_names.size() - 1
    std::vector<std::string> class_names;  // by class; needed where classes are given
    std::vector<double> targets;           // for regression
    std::vector<float> weights;            // how much each row counts; empty: each 1
    // Where `classes` are not certain: rows x class_names, how sure each class is; or one a row,
    // how sure its class is, and what is left goes evenly to the others. Empty: they are certain.
    std::vector<float> soft;

    // Row-major, rows x class_names, 0 or 1, in the place of `classes`: sets of classes.
    std::vector<std::uint8_t> marks;

    // In the place of `classes`: labelled parts of the bodies of `text`, by the class names.
    std::vector<std::vector<schema::TextSpan>> spans;

    // In the place of `classes`: answers to the question `asked` (AskedQuestion::json), as people's
    // are stored, and fields of the records as they were received, by name: each covers every row.
    std::vector<std::string> answers;
    std::string asked;
    std::map<std::string, std::vector<std::string>> payload;

    // Where texts of fields begin in the bodies that they were joined to, in code points, by row;
    // empty: to none.
    struct FieldPlace {
        std::size_t start = 0;
        std::string field{};
    };
    std::vector<std::vector<FieldPlace>> fields;

    // For cross-validation. Rows of one group are in one fold; empty: those of one key are.
    std::vector<std::int64_t> groups;
    std::vector<int> folds;      // from 0, where they are decided; empty: they are dealt by groups
    bool folds_in_time = false;  // they follow each other: each is judged by what came before it

    bool has_classes() const { return !classes.empty(); }
    bool has_sets() const { return !marks.empty(); }
    bool has_spans() const { return !spans.empty(); }
    bool has_answers() const { return !answers.empty(); }
    // Labels that are neither one class nor one number of each row.
    bool has_parts() const { return has_sets() || has_spans() || has_answers(); }
    // Classes are learnt, one for each row or any number.
    bool of_classes() const { return has_classes() || has_sets(); }
};

// Throws base::Error naming the part whose size does not fit, a class out of range, or a target
// that is not finite.
void check(const Examples& examples);

// Of the examples' pictures.
formats::PictureShape shape_of(const Examples& examples);

// The rows at `chosen`, in that order.
Examples take(const Examples& examples, const std::vector<std::size_t>& chosen);

}  // namespace training
