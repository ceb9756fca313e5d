#pragma once

#include <string>
#include <string_view>

#include "ingest/sources/files/reader.hpp"
#include "formats/text/text_reader.hpp"

namespace ingest {

// What the readers of text share: a record or reject made from the first bytes of the window, with
// its place.
class TextRecords : public MemberReader {
public:
    Position position() const override { return {text_.offset(), place_.line, place_.index}; }

    void fix(ReadOptions& options) const override {
        options.encoding = name_of(text_.encoding().encoding);
    }

protected:
    TextRecords(const MemberInput& input, std::string_view encoding)
        : text_(input.bytes, encoding), limit_(input.options.max_record), place_(input.start) {}

    // Starts at the position asked for. False if the input ends before it.
    bool resume() { return text_.skip_to(place_.offset); }

    // Forgets `size` bytes of the window and counts their lines (ended by \n, \r\n or \r).
    void advance(std::size_t size);

    // A record whose bytes are the first `size` of the window; its fields are those added to the
    // page from `first_field` on. Call before advance().
    RawRecord& add_record(Page& page, std::string_view kept, std::size_t first_field);

    // A reject of the first `size` bytes of the window, then moves behind `next` bytes.
    void reject(
        Page& page,
        std::size_t size,
        std::size_t next,
        std::string_view code,
        std::string reason,
        std::string_view column = {}
    );

    // A JSON text as a record, or the reason why not; then moves behind `next` bytes.
    void add_json(Page& page, std::size_t size, std::size_t next);

    // Whether the window's first `size` bytes can be stored as text; if not, what is wrong.
    std::string_view text_fault(std::string_view text) const;

    TextReader text_;
    std::size_t limit_;
    Position place_;
};

}  // namespace ingest
