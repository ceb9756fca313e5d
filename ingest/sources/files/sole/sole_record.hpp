#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "formats/content/content.hpp"
#include "ingest/sources/files/reader.hpp"

namespace ingest {

// Reads a member that is one record, from all its bytes.
class SoleRecordReader : public MemberReader {
public:
    // `too_large`: the code of the reject of one that is beyond the limit of a record.
    SoleRecordReader(const MemberInput& input, std::string_view too_large);
    bool next(Page& page) final;
    Position position() const final;

protected:
    // Adds one record or one reject. True.
    virtual bool read(Page& page, std::string data) = 0;
    // Adds the record, named as add_named() does.
    RawRecord& add(Page& page) const { return add_named(page, name_); }
    // Adds what the bytes are as a record, or why they are none as a reject. True.
    bool add_content(Page& page, std::string data, formats::ContentKind kind) const;

private:
    formats::Bytes& bytes_;
    std::string name_;
    std::string_view too_large_;
    std::size_t limit_;
    bool done_;
};

}  // namespace ingest
