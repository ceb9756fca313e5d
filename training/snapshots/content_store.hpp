#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "schema/blobs/blobs.hpp"
#include "training/features/column_map.hpp"
#include "training/snapshots/example_store.hpp"
#include "training/snapshots/examples.hpp"

namespace base {
class Tx;
}

// Contents of records by keys, put in their places among the examples: those of the keys begin at
// `from`.
namespace training {

// Width, height and channels.
using PictureKey = std::array<int, 3>;

// The keys of a page of items, as parameters.
struct Keys {
    std::string rks, keys, versions;
    std::int64_t source_id;

    Keys(const std::vector<Item>& items, std::size_t from, std::size_t to);
};

// Reads numbers into the columns of `examples`, by name: each record has those of the set that it
// was stored with. Without a choice of one's own the columns are those of all the sets that are met
// (schema::columns_together), and get more with them. A value that is a number in one set and a
// category in another becomes what the rows' column is. Pages may be read from several threads.
class NumberReader {
public:
    NumberReader(Examples& examples, const std::optional<std::vector<schema::Column>>& columns);
    void read(base::Tx& tx, const Keys& keys, std::size_t from);
    // Fills `examples.levels`, when all are read.
    void name_values(base::Tx& tx, std::int64_t source_id);

private:
    const ColumnMap& map_of(base::Tx& tx, std::int64_t source_id, int version);
    ColumnMap map_from(
        base::Tx& tx,
        std::int64_t source_id,
        const std::vector<schema::Column>& from,
        const std::vector<schema::Column>& to
    );
    void widen(base::Tx& tx, std::int64_t source_id);
    std::vector<std::string>&
    values_of(base::Tx& tx, std::int64_t source_id, const std::string& column);

    Examples& examples_;
    bool chosen_;
    std::mutex mutex_;  // of all below, and of the examples' numbers
    std::map<int, std::vector<schema::Column>> sets_;
    std::map<int, ColumnMap> maps_;
    Levels values_;                       // of categories, as far as they were looked up
    std::map<std::string, Codes> codes_;  // of categories that are numbers in some set
};

void read_texts(base::Tx& tx, const Keys& keys, std::size_t from, Examples& examples);
// What was accepted as the right value of a cell, for the version that it was found in.
void read_fixes(base::Tx& tx, const Keys& keys, std::size_t from, Examples& examples);
// The shapes that images are stored in; the second says whether all of it are raw.
std::map<PictureKey, bool> read_shapes(base::Tx& tx, const Keys& keys);
// Pictures in the shape that `examples` says. Throws base::Error naming the record of one that
// cannot be decoded.
void read_images(
    base::Tx& tx,
    const Keys& keys,
    std::size_t from,
    const schema::Blobs& blobs,
    const DecodeImage& decode,
    Examples& examples
);
// What a member of the payload says as text.
void read_field(
    base::Tx& tx,
    const Keys& keys,
    std::size_t from,
    const std::string& name,
    std::vector<std::string>& texts
);
// Takes the values of a field out of texts that were read. True if one was there.
bool take_field_out(
    base::Tx& tx,
    const Keys& keys,
    std::size_t from,
    const std::string& field,
    TextColumn& texts
);

}  // namespace training
