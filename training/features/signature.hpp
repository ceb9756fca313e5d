#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "training/features/column_map.hpp"
#include "training/numeric/bytes.hpp"
#include "training/snapshots/examples.hpp"

namespace training {

// How an input met a signature.
struct Alignment {
    std::vector<std::string> missing;     // columns that the input lacks
    std::vector<std::string> extra;       // columns that the model makes nothing of
    std::vector<std::string> other_unit;  // columns in another unit; taken as missing
    std::size_t unknown_values = 0;       // of categories
};

// What a model was trained on, by name: which parts, the columns with type, unit and values, the
// size of its pictures, and how the source's fields were mapped then. Every input is brought to it
// by align(), training and validation rows, stored records of any version and file, and what is
// given online, so that a model sees the same however its input is ordered.
class InputSignature {
public:
    InputSignature() = default;

    // Of the parts of the training rows that are asked for. Of a category only the values count
    // that come in the rows: others are unknown to the model.
    static InputSignature of(const Examples& train, bool text, bool numeric, bool pixels);

    // Without the columns that are not features, and those that no row of the examples has.
    void keep_columns(const Examples& train, const std::function<bool(const std::string&)>& takes);

    // Of rows that have texts, and these columns with these values.
    static InputSignature
    of_columns(std::vector<schema::Column> columns, const Levels& levels, bool text);

    // Whether align() would change nothing.
    bool fits(const Examples& examples) const;
    // The examples with the signature's parts and columns, in its order: what is missing is missing
    // (NaN, an empty text, a black picture), what the model knows nothing of is left out. Throws
    // base::Error if they have none of its parts, or pictures of another size.
    Examples align(Examples examples, Alignment* notes = nullptr) const;
    // The same for rows that are predicted only: categories have the model's codes, and the codes
    // no names. What it takes does not grow with the values that the model knows.
    Examples code(Examples examples, Alignment* notes = nullptr) const;

    bool text() const { return text_; }
    const std::vector<schema::Column>& columns() const { return columns_; }
    // Of the category columns whose values are known by name.
    const std::map<std::string, Codes>& codes() const { return codes_; }
    std::size_t pixel_count() const { return pixel_count_; }
    formats::PictureShape pictures() const;  // all 0 if there are none

    // The rules that made columns and texts of the source's fields when the model was trained, as
    // JSON; empty if there were none.
    const std::string& rules() const { return rules_; }
    void set_rules(std::string json) { rules_ = std::move(json); }

    // Fields of the records that are read as they were received. Who saves them says them again.
    const std::vector<std::string>& fields() const { return fields_; }
    void set_fields(std::vector<std::string> names) { fields_ = std::move(names); }

    // For people: a JSON object.
    std::string json() const;

    void save(Writer& out) const;
    static InputSignature load(Reader& in);

private:
    Examples aligned(Examples examples, Alignment* notes, bool named) const;
    void align_numbers(Examples& examples, Alignment& notes, bool named) const;

    bool text_ = false;
    std::vector<schema::Column> columns_;
    std::map<std::string, Codes> codes_;
    std::size_t pixel_count_ = 0;
    std::size_t pixel_width_ = 0;
    std::size_t pixel_channels_ = 0;
    std::string rules_;
    std::vector<std::string> fields_;
};

}  // namespace training
