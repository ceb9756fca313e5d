#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "formats/archive/bytes.hpp"
#include "ingest/pipeline/page.hpp"
#include "ingest/sources/connector.hpp"

namespace ingest {

// A place between two records of one member.
struct Position {
    std::int64_t offset = 0;  // bytes; 0: the start
    std::int64_t line = 1;
    std::int64_t index = 0;  // records and rejects before it

    bool operator==(const Position&) const = default;
};

// Reads the records of one member (a plain file is its own only member).
class MemberReader {
public:
    virtual ~MemberReader() = default;
    // Adds one record or one reject to the page. False at the end.
    virtual bool next(Page& page) = 0;
    virtual Position position() const = 0;
    // What was found out about the input, for people.
    virtual std::string describe() const = 0;
    // What must stand before a record's raw bytes so that they can be read alone (as UTF-8), and
    // with which options.
    virtual std::string preamble() const { return {}; }
    virtual void fix(ReadOptions&) const {}
};

// What a reader starts from. `bytes` stands at the member's start.
struct MemberInput {
    formats::Bytes& bytes;
    const std::string& path;  // of the file, for siblings and messages
    const std::string& name;  // of file and member from the input's root on: "cats/1.png"; names
                              // the record where it is one file
    const ReadOptions& options;
    Position start;
    // UTF-8 text that stands before the member's own and is made of none of its bytes: what
    // MemberReader::preamble() gave.
    std::string_view before = {};
    // Of XML: a reference that nothing declares stands for itself, as in feeds.
    bool lenient = false;
};

// Reads the rest of the present member whole. Nothing if it has more than `limit` bytes.
std::optional<std::string> read_whole(formats::Bytes& bytes, std::size_t limit);

// Adds a reject of all of a member. True.
bool reject_whole(Page& page, std::string raw, std::string code, std::string reason);

// Adds the record of a file that is one: its key is `name`, its fields are the name without its
// folders ("name") and the folder that it lies in ("folder"), if it lies in one.
RawRecord& add_named(Page& page, std::string_view name);

}  // namespace ingest
