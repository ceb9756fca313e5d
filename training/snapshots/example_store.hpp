#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include <boost/describe/class.hpp>

#include "formats/image/image.hpp"
#include "schema/blobs/blobs.hpp"
#include "schema/records/record.hpp"
#include "schema/select/filter.hpp"
#include "training/snapshots/examples.hpp"

namespace base {
class Database;
class Transactions;
}  // namespace base

namespace training {

// One record version to learn from, or to predict.
struct Item {
    schema::RecordId id;
    int version = 0;
    std::optional<int> class_id;
    std::optional<double> value;
    std::string group;
    // Of members of a snapshot: how sure the label is, what must not be divided from it, and the
    // fold that it is judged in.
    std::optional<double> probability = {};
    std::int64_t cluster = 0;
    std::optional<int> fold = {};
    std::optional<std::string> label = {};  // JSON: a set of classes, or spans (part_labels.hpp)
};
BOOST_DESCRIBE_STRUCT(
    Item,
    (),
    (id, version, class_id, value, group, probability, cluster, fold, label)
)

// Decodes an encoded image ("png", "jpeg" ..) to width x height x channels bytes, row-major,
// channels interleaved. Without one formats::decode_image() does.
using DecodeImage =
    std::function<std::string(const std::string& bytes, int width, int height, int channels)>;

// Reads items and their contents in record order, page by page, each page in a transaction of its
// own.
// Numeric columns that are no features; empty: none is meant.
struct SetApart {
    std::string target = {};  // to be learnt instead of the labels
    std::string weight = {};  // how much each row counts
};

class ExampleStore {
public:
    ExampleStore(base::Database& database, const schema::Blobs& blobs, DecodeImage decode = {})
        : database_(database), blobs_(blobs), decode_(std::move(decode)) {}

    // load() leaves pixels out.
    void leave_images(bool leave = true) { images_ = !leave; }
    // load() leaves texts out.
    void leave_texts() { texts_ = false; }

    // load() gives these columns, whatever the items have: for rows that are read in parts.
    void choose_columns(std::vector<schema::Column> columns) { columns_ = std::move(columns); }
    // The columns of a snapshot's members, as load() of all of them would give them.
    std::vector<schema::Column> columns_of(std::int64_t snapshot_id, std::int64_t source_id) const;

    // Pictures are brought to this shape; 0: to one that the items decide, see load().
    void choose_pictures(formats::PictureShape shape) { pictures_ = shape; }

    // Texts come without the values of these fields of their records (label_fields.hpp).
    void leave_out(std::vector<std::string> fields) { left_out_ = std::move(fields); }

    // load() gives these fields of the records' payloads too, as text or JSON.
    void choose_fields(std::vector<std::string> names) { fields_ = std::move(names); }

    // load() gives the numbers and categories of accepted `quality errors` in the place of the
    // stored ones.
    void use_fixes(bool use = true) { fixes_ = use; }

    // Members of a closed snapshot on one side of its split: 0 training, 1 validation, 2 test.
    std::vector<Item> split_items(std::int64_t snapshot_id, int split) const;
    // Records of the source that have no ground truth and no open or answered task in the project;
    // at most `at_most`.
    std::vector<Item>
    unlabeled_items(std::int64_t project_id, std::int64_t source_id, std::size_t at_most) const;
    // Records of the source that a condition holds for.
    std::vector<Item>
    matching_items(std::int64_t source_id, const schema::Filter& where, std::size_t at_most) const;

    // The contents of the items: the text, numeric and image parts that the source has, and classes
    // or targets where all items have them. Columns are those that the items were stored with, by
    // name. Pictures of one small
    // shape that are stored raw are given as they are; others are brought to one of 32 x 32, in
    // colour if one of them has it.
    // `class_names` goes into the examples; columns that are set apart are none of their features.
    Examples load(
        const std::vector<Item>& items,
        const std::vector<std::string>& class_names,
        const SetApart& apart = {}
    ) const;
    // Titles and bodies of the items; empty for those without text.
    TextColumn load_texts(const std::vector<Item>& items) const;
    // What a field of each item's record says as text; empty where it says nothing.
    std::vector<std::string> load_field(const std::vector<Item>& items, const std::string& field)
        const;
    // Which of the fields have their value in the text of one of the items.
    std::vector<std::string>
    fields_in_texts(const std::vector<Item>& items, const std::vector<std::string>& fields) const;

private:
    formats::PictureShape shape_of_pictures(const std::vector<Item>& items) const;

    base::Database& database_;
    const schema::Blobs& blobs_;
    DecodeImage decode_;
    bool images_ = true;
    bool texts_ = true;
    bool fixes_ = false;
    std::vector<std::string> left_out_, fields_;
    std::optional<std::vector<schema::Column>> columns_;
    formats::PictureShape pictures_{0, 0, 0};  // what is 0 the items decide
};

// The value of a field in each record of a source that has it, by record key.
std::unordered_map<std::string, std::string>
field_by_key(base::Transactions steps, std::int64_t source_id, const std::string& field);

}  // namespace training
