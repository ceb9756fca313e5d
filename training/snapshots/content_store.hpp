#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "schema/blobs/blobs.hpp"
#include "training/snapshots/example_store.hpp"
#include "training/snapshots/examples.hpp"

namespace base {
class Tx;
}

// Contents of records by keys, put in their places among the examples: those of the keys begin at
// `from`.
namespace training::detail {

// The keys of a page of items, as parameters.
struct Keys {
    std::string rks, keys, versions;
    std::int64_t source_id;

    Keys(const std::vector<Item>& items, std::size_t from, std::size_t to);
};

void read_texts(base::Tx& tx, const Keys& keys, std::size_t from, Examples& examples);
void read_pages(base::Tx& tx, const Keys& keys, std::size_t from, std::vector<PageItem>& pages);
void read_numbers(base::Tx& tx, const Keys& keys, std::size_t from, Examples& examples);
// What was accepted as the right value of a cell, for the version that it was found in.
void read_fixes(base::Tx& tx, const Keys& keys, std::size_t from, Examples& examples);
// False if images of several sizes have no common features here.
bool read_images(
    base::Tx& tx,
    const Keys& keys,
    std::size_t from,
    const schema::Blobs& blobs,
    const DecodeImage& decode,
    Examples& examples
);
// Takes the values of a field out of texts that were read. True if one was there.
bool take_field_out(
    base::Tx& tx,
    const Keys& keys,
    std::size_t from,
    const std::string& field,
    std::vector<TextItem>& texts
);

}  // namespace training::detail
