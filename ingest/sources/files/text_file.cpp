#include <algorithm>
#include <cstring>

#include "ingest/sources/files/reader.hpp"
#include "formats/text/text.hpp"

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
            auto guess = guess_encoding(*data);
            if (!encoding_.empty()) guess.encoding = encoding_of(encoding_);
            decode(std::string_view(*data).substr(guess.bom), guess.encoding, true, text);
            code = text.find('\0') != text.npos ? "text.nul"
                   : valid_utf8(text)           ? ""
                                                : "text.encoding";
            reason = code == "text.nul" ? "a NUL byte: not a text" : "not well-formed UTF-8";
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
        auto& record = page.records.emplace_back();
        record.first_field = static_cast<std::uint32_t>(page.fields.size());
        auto key = page.arena.keep(name_);
        auto slash = key.rfind('/');
        page.fields.push_back({"name", slash == key.npos ? key : key.substr(slash + 1)});
        if (slash != key.npos) {
            auto path = key.substr(0, slash);
            auto up = path.rfind('/');
            page.fields.push_back({"folder", up == path.npos ? path : path.substr(up + 1)});
        }
        page.fields.push_back({"text", page.arena.keep(text)});
        record.fields = static_cast<std::uint32_t>(page.fields.size()) - record.first_field;
        record.key = key;
        record.line = 1;
        record.byte_offset = 0;
        record.raw = page.arena.keep(*data);
        return true;
    }

    Position position() const override { return {bytes_.offset(), 1, done_ ? 1 : 0}; }
    std::string describe() const override { return "one text a file"; }

private:
    Bytes& bytes_;
    std::string name_;
    std::string encoding_;
    std::size_t limit_;
    bool done_;
};

}  // namespace

std::unique_ptr<MemberReader> read_text_file(const MemberInput& input) {
    return std::make_unique<TextFileReader>(input);
}

std::optional<std::string> read_whole(Bytes& bytes, std::size_t limit) {
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

}  // namespace ingest
