#pragma once

#include <string>
#include <string_view>

#include "ingest/pipeline/page.hpp"
#include "ingest/sources/api/fill.hpp"
#include "ingest/sources/api/spec.hpp"

namespace ingest::api {

// Makes records of a stream's JSON. The payload is the JSON as received, with the parent's values
// as members "parent.NAME" in front; renames and casts touch only what the mapping sees.
//
// Rejects: json.not_object and those of make_storable(); key.missing; cast.invalid. Values that
// make_storable() leaves out are told in the page's notes.
class RecordMaker {
public:
    // With `prefixed` keys begin with the stream's name.
    RecordMaker(const Stream& stream, bool prefixed);
    // Of what how() gave, for replays. Throws base::Error if it cannot be understood.
    explicit RecordMaker(std::string_view how);

    // Whether the stream's conditions keep this record.
    bool keeps(std::string_view json) const;

    // Adds a record or a reject. `json` must live as long as the page.
    void add(Page& page, std::string_view json, const Values& parent, std::int64_t byte_offset)
        const;

    // For Reread::how.
    std::string how() const;

private:
    std::string name_;
    bool prefixed_ = false;
    std::vector<std::string> key_;
    std::vector<Condition> keep_;
    std::vector<std::pair<std::string, std::string>> rename_;
    std::vector<std::pair<std::string, Cast>> cast_;
};

}  // namespace ingest::api
