#pragma once

#include <string>
#include <string_view>

#include "base/text/window.hpp"
#include "ingest/sources/files/reader.hpp"

namespace ingest {

// What the readers of text share: a record or reject made from the first bytes of the window, with
// its place.
class TextRecords : public MemberReader {
public:
    Position position() const override { return {text_.offset(), place_.line, place_.index}; }

    void fix(ReadOptions& options) const override {
        options.encoding = label_of(text_.encoding().encoding);
    }

protected:
    explicit TextRecords(const MemberInput& input);

    // Starts at the position asked for. False if the input ends before it.
    bool resume() { return text_.skip_to(place_.offset); }

    // Forgets `size` bytes of the window and counts their lines (ended by \n, \r\n or \r).
    void advance(std::size_t size);

    // A record that is the start of the window; `kept` is a copy of it. Its fields are those added
    // to the page from `first_field` on. Call before advance().
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

    // Whether the window's first `size` bytes can not be stored as text; then they are a reject,
    // and it moved behind `next` bytes.
    bool reject_unfit(Page& page, std::size_t size, std::size_t next);

    // A JSON text as a record, or the reason why not; then moves behind `next` bytes.
    void add_json(Page& page, std::size_t size, std::size_t next);

    // The encoding, for people, and how it was found where that is no matter of course.
    std::string encoding_said() const;

    base::TextWindow text_;
    std::size_t limit_;
    Position place_;
};

}  // namespace ingest
