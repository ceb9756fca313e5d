// Texts of which each file is one record, as corpora and notes are kept.
//
// The whole file decides its encoding, and it is a record only if it decodes without a fault.
#include <fmt/format.h>

#include "base/text/decoder.hpp"
#include "base/text/encoding_guess.hpp"
#include "base/text/utf8.hpp"
#include "ingest/sources/files/format.hpp"
#include "ingest/sources/files/sole/sole_record.hpp"

namespace ingest {

namespace {

// One text file as one record with the fields name, folder and text.
class TextFileReader : public SoleRecordReader {
public:
    explicit TextFileReader(const MemberInput& input)
        : SoleRecordReader(input, "file.too_large"), encoding_(input.options.encoding) {}

    std::string describe() const override {
        return fmt::format("one text a file; {}", encoding_said_);
    }

private:
    bool read(Page& page, std::string data) override {
        std::string fault;
        const auto text = decoded(data, fault);
        if (text.find('\0') != text.npos)
            return reject_whole(page, std::move(data), "text.nul", "a NUL byte: not a text");
        if (!fault.empty())
            return reject_whole(page, std::move(data), "text.encoding", std::move(fault));
        auto& record = add(page);
        page.fields.push_back({"text", page.arena.keep(text)});
        ++record.fields;
        record.line = 1;
        record.raw = page.arena.keep(data);
        return true;
    }

    // The file's text; `fault` says what is wrong with its encoding.
    std::string decoded(std::string_view bytes, std::string& fault) {
        auto found = base::guess_encoding(bytes);
        if (!encoding_.empty())
            if (auto wish = base::parse_encoding(encoding_); wish != found.encoding)
                found = {wish, 0, "as asked"};
        bytes.remove_prefix(found.bom);
        const auto label = base::label_of(found.encoding);
        encoding_said_ = label;
        if (found.encoding == base::Encoding::utf8) {
            fault = base::is_utf8(bytes) ? "" : "not well-formed UTF-8";
            return std::string(bytes);
        }
        if (encoding_.empty()) encoding_said_ = fmt::format("{} ({})", label, found.reason);
        auto text = base::decode_as(bytes, found.encoding);
        const bool legacy =
            base::is_single_byte(found.encoding) || base::is_multi_byte(found.encoding);
        const bool odd = legacy && text.find(base::replacement_utf8) != text.npos;
        fault = odd ? fmt::format("has bytes that are not of {}", label) : "";
        return text;
    }

    std::string encoding_;
    std::string encoding_said_ = "utf-8";
};

std::string by_ending(const Sample& sample) {
    return sample.named({"txt", "md"}) ? "the name ends in ." + std::string(sample.extension) : "";
}

constexpr Sign signs[]{
    {Strength::hint, by_ending},
    {Strength::rest, [](const Sample&) -> std::string { return "text without a known form"; }}};

std::unique_ptr<MemberReader> open(const MemberInput& input) {
    return std::make_unique<TextFileReader>(input);
}

}  // namespace

const Format files_format{
    .name = "files",
    .words = "a text a file; the folder it lies in is a field",
    .signs = signs,
    .open = open,
};

}  // namespace ingest
