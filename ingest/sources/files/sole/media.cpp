// Sounds and films of which each file is one record, as they are; the folder it lies in is a field.
// What their heads tell is read, and nothing is decoded.
//
// What has the head of a sound or film and describes none is a reject. One whose length is not
// told, as of a recording that was streamed, is a record, and counted for people.
#include <string>

#include <fmt/format.h>

#include "formats/media/media.hpp"
#include "ingest/sources/files/format.hpp"
#include "ingest/sources/files/sole/sole_record.hpp"

namespace ingest {

namespace {

class MediaReader : public SoleRecordReader {
public:
    explicit MediaReader(const MemberInput& input) : SoleRecordReader(input, "media.too_large") {}

    std::string describe() const override { return "one sound or film a file"; }

private:
    bool read(Page& page, std::string data) override {
        return add_content(page, std::move(data), formats::ContentKind::recording);
    }
};

std::string by_signature(const Sample& sample) {
    if (auto kind = formats::media_signature(sample.head); !kind.empty())
        return fmt::format("begins as {}", kind);
    return {};
}

std::string by_name(const Sample& sample) {
    const bool named = formats::promised_by_name("." + std::string(sample.extension)) ==
                       formats::ContentKind::recording;
    return named ? "the name ends in ." + std::string(sample.extension) : "";
}

constexpr Sign signs[]{{Strength::signature, by_signature}, {Strength::name, by_name}};

std::unique_ptr<MemberReader> open(const MemberInput& input) {
    return std::make_unique<MediaReader>(input);
}

}  // namespace

const Format media_format{
    .name = "media",
    .words = "a sound or film a file, as it is; the folder it lies in is a field",
    .signs = signs,
    .open = open,
};

}  // namespace ingest
