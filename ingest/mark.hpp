#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/connector.hpp"

// How far a run has come when two batches may be on their way to the database at once.
//
// Batches are numbered; an even one is stored by lane 0, an odd one by lane 1, and batch n sets out
// only when all up to n - 2 are committed. Each lane's last commit leaves a mark in the transaction
// of its batch. So the two marks tell exactly which batches are stored: all up to the newest one,
// or all of them but the one before it.
namespace ingest {

struct Mark {
    std::int64_t number = 0;
    std::string before_last;  // the place before batch number - 1
    std::string from;         // the place before this batch
    std::string to;           // the place behind it

    bool operator==(const Mark&) const = default;
};

std::string write_mark(const Mark& mark);
// Nothing if the text is no mark.
std::optional<Mark> read_mark(std::string_view text);

struct ResumePoint {
    std::string cursor;          // where to read on
    std::int64_t number = 0;     // of the batch that starts there
    std::optional<Mark> stored;  // the batch after it, which is committed already
};

// From the marks of the two lanes.
ResumePoint resume_point(const std::optional<Mark>& even, const std::optional<Mark>& odd);

// A connector that goes on at point.cursor and leaves out the batch that is stored already. If the
// first batch does not end where that one began (because it is cut otherwise than before) nothing
// is left out: its records are found unchanged.
std::unique_ptr<Connector> open_files_at(
    const std::vector<std::string>& inputs,
    const ReadOptions& options,
    const ResumePoint& point
);

}  // namespace ingest
