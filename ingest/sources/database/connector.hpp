#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/sources/connector.hpp"
#include "ingest/sources/database/spec.hpp"

namespace ingest::database {

// What a reference stands for; throws base::Error if there is nothing behind it.
using Secrets = std::function<std::string(const std::string& reference)>;

// A connector over the rows of a table or query; a record's file is the database, its member the
// table. Numbers, booleans, JSON, arrays and times keep their types, NULL is null; the bytes of one
// binary column are the record's blob (a whole image makes it an image record), those of others
// hexadecimal text.
//
// With a key, rows are read in its order, page by page, each page by a statement of its own that
// starts behind the last row: memory is flat and no transaction stays open. Without a key they are
// read by one statement, and going on counts the rows that are done; rows that others add or remove
// meanwhile may then be missed until the next run.
//
// An incremental read starts at `bookmark`'s newest value, that value included and less the lag, in
// the order of its column and then of the key. A value that nothing comes behind (infinity, NaN, a
// time to come) is read, but never becomes the newest one. Rows without a value in these columns
// come last.
//
// Throws base::Error when the server cannot be had, the table or a column is not there, or reading
// is not allowed; no message holds a password.
std::unique_ptr<Connector> open_database(
    const Spec& spec,
    const Secrets& secrets,
    std::string_view cursor = {},
    std::string_view bookmark = {}
);

// What would be asked, for people. Nothing is sent.
std::vector<std::string> explain(const Spec& spec);

}  // namespace ingest::database
