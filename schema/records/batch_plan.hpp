#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "schema/records/record_store.hpp"

// What a batch does, worked out before anything is written. Of the sources beside this file alone.
namespace schema {

// What the batch does to one key.
struct KeyState {
    std::int64_t rk = 0;
    int stored_version = 0;  // 0: not in the database
    int version = 0;
    std::string sha;
    std::int64_t last_run = 0;     // that saw it
    bool of_run = false;           // the stored version is one that this run may still replace
    std::string before = {};       // the content of the version before that; empty: there is none
    bool replaces = false;         // the stored version is taken away
    const Sealed* last = nullptr;  // that gave the present version; null: it was stored before
};

// A version that is to be written.
struct NewVersion {
    const Sealed* sealed;
    int version;
};

struct BatchPlan {
    std::unordered_map<std::string, KeyState> states;
    std::vector<NewVersion> versions;
    Counts counts;
    std::uint64_t replaced = 0;  // versions that the run wrote before
};

// Writes the versions of the plan: heads of new records, contents, blobs. What is known of records
// that were stored before is the caller's to change.
void write_rows(base::Tx& tx, const BatchTarget& target, const BatchPlan& plan);

}  // namespace schema
