#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/sources/connector.hpp"

// How far a run has come when several batches may be on their way to the database at once.
//
// Batches are numbered; batch n is stored by lane n % lanes, and sets out only when all up to
// n - lanes are committed. Each lane's last commit leaves a mark in the transaction of its batch.
// So the marks tell exactly which batches are stored: all up to the newest one, but for some of
// the lanes - 1 before it.
namespace ingest {

constexpr std::int64_t lanes = 3;

struct Mark {
    std::int64_t number = 0;
    std::vector<std::string> from;  // the places before this batch and those before it, newest
                                    // first, as many as there are lanes or were batches
    std::string to;                 // the place behind this batch

    bool operator==(const Mark&) const = default;
};

std::string write_mark(const Mark& mark);
// Nothing if the text is no mark.
std::optional<Mark> read_mark(std::string_view text);

// Input between two places that is stored already.
struct Stored {
    std::string from;
    std::string to;

    bool operator==(const Stored&) const = default;
};

struct ResumePoint {
    std::string cursor;         // where to read on
    std::int64_t number = 0;    // of the batch that starts there
    std::deque<Stored> stored;  // what lies behind it, in order
};

// From the last marks of the lanes, in any order.
ResumePoint resume_point(std::span<const Mark> marks);

using Opener = std::function<std::unique_ptr<Connector>(std::string_view cursor)>;

// A connector that goes on at point.cursor and leaves out what is stored already. A page that does
// not end where a stored part begins (because batches are cut otherwise than before) leaves nothing
// out: those records are found unchanged.
std::unique_ptr<Connector> open_at(const Opener& open, const ResumePoint& point);

}  // namespace ingest
