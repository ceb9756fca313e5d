// Texts of which each file is one record, as corpora and notes are kept.
//
// The whole file decides its encoding, and it is a record only if it decodes without a fault.
#include <algorithm>

#include <fmt/format.h>

#include "base/text/decoder.hpp"
#include "base/text/encoding_guess.hpp"
#include "base/text/utf8.hpp"
#include "ingest/sources/files/format.hpp"

namespace ingest {

namespace {

// One text file as one record with the fields name, folder and text.
class TextFileReader : public MemberReader {
public:
    explicit TextFileReader(const MemberInput& input)
        : bytes_(input.bytes),
          name_(input.name),
          encoding_(input.options.encoding),
          limit_(input.options.max_record),
          done_(input.start.index > 0) {}

    bool next(Page& page) override {
        if (done_) return false;
        done_ = true;
        auto data = read_whole(bytes_, limit_);
        page.bytes += data ? data->size() : 0;
        std::string code = "file.too_large";
        std::string reason = "larger than the limit";
        std::string text;
        if (data) {
            text = decoded(*data, reason);
            code = reason.empty() ? "" : "text.encoding";
            if (text.find('\0') != text.npos) {
                code = "text.nul";
                reason = "a NUL byte: not a text";
            }
        }
        if (!code.empty()) {
            auto& bad = page.rejects.emplace_back();
            bad.raw = std::move(data).value_or("");
            bad.line = 1;
            bad.byte_offset = 0;
            bad.code = code;
            bad.reason = reason;
            return true;
        }
        auto& record = add_named(page, name_);
        page.fields.push_back({"text", page.arena.keep(text)});
        ++record.fields;
        record.line = 1;
        record.raw = page.arena.keep(*data);
        return true;
    }

    Position position() const override { return {bytes_.offset(), 1, done_ ? 1 : 0}; }
    std::string describe() const override {
        return fmt::format("one text a file; {}", encoding_said_);
    }

private:
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

    formats::Bytes& bytes_;
    std::string name_;
    std::string encoding_;
    std::string encoding_said_ = "utf-8";
    std::size_t limit_;
    bool done_;
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

std::optional<std::string> read_whole(formats::Bytes& bytes, std::size_t limit) {
    std::string data;
    std::size_t step = 64 * 1024;
    for (;;) {
        auto had = data.size();
        data.resize(had + step);
        auto got = bytes.read(data.data() + had, step);
        data.resize(had + got);
        if (got == 0) return data;
        if (data.size() > limit) return std::nullopt;
        step = std::min<std::size_t>(step * 2, 4 * 1024 * 1024);
    }
}

bool reject_whole(Page& page, std::string raw, std::string code, std::string reason) {
    auto& bad = page.rejects.emplace_back();
    bad.raw = std::move(raw);
    bad.byte_offset = 0;
    bad.code = std::move(code);
    bad.reason = std::move(reason);
    return true;
}

RawRecord& add_named(Page& page, std::string_view name) {
    auto& record = page.records.emplace_back();
    record.first_field = static_cast<std::uint32_t>(page.fields.size());
    record.key = page.arena.keep(name);
    record.byte_offset = 0;
    const auto slash = name.rfind('/');
    page.fields.push_back({"name", record.key.substr(slash == name.npos ? 0 : slash + 1)});
    if (slash != name.npos) {
        auto path = record.key.substr(0, slash);
        auto up = path.rfind('/');
        page.fields.push_back({"folder", up == path.npos ? path : path.substr(up + 1)});
    }
    record.fields = static_cast<std::uint32_t>(page.fields.size()) - record.first_field;
    return record;
}

}  // namespace ingest
