// How a piece of the window becomes a record or a reject.
//
// A record keeps the bytes it was made of, in the encoding of the file, so that a reject can be
// mended and read again and a record can be found in its file. Of a file in UTF-8 the text is those
// bytes; of others the window is asked before it moves on. Whether a record's bytes fit the
// encoding is judged record by record: one odd byte costs its own record, never the file.
#include "ingest/sources/files/text_records.hpp"

#include <algorithm>
#include <cstring>
#include <optional>

#include <fmt/format.h>

#include "formats/json/json.hpp"
#include "formats/json/mend.hpp"

namespace ingest {

namespace {

// Of a reject's raw bytes; more is cut off.
constexpr std::size_t raw_limit = 16 * 1024 * 1024;

std::optional<base::Encoding> wish(const ReadOptions& options) {
    if (options.encoding.empty()) return std::nullopt;
    return base::parse_encoding(options.encoding);
}

}  // namespace

TextRecords::TextRecords(const MemberInput& input)
    : text_(input.bytes, wish(input.options), input.before),
      limit_(input.options.max_record),
      place_(input.start) {}

void TextRecords::advance(std::size_t size) {
    auto record = text_.window().substr(0, size);
    place_.line += std::count(record.begin(), record.end(), '\n');
    for (auto cr = record.find('\r'); cr != record.npos; cr = record.find('\r', cr + 1)) {
        if (cr + 1 >= record.size() || record[cr + 1] != '\n') ++place_.line;
    }
    text_.consume(size);
}

RawRecord& TextRecords::add_record(Page& page, std::string_view kept, std::size_t first_field) {
    auto& record = page.records.emplace_back();
    record.first_field = static_cast<std::uint32_t>(first_field);
    record.fields = static_cast<std::uint32_t>(page.fields.size() - first_field);
    record.line = place_.line;
    record.byte_offset = text_.offset();
    const bool same = text_.encoding().encoding == base::Encoding::utf8;
    record.raw =
        same ? kept : page.arena.keep(text_.original(text_.window().substr(0, kept.size())));
    ++place_.index;
    return record;
}

void TextRecords::reject(
    Page& page,
    std::size_t size,
    std::size_t next,
    std::string_view code,
    std::string reason,
    std::string_view column
) {
    auto& bad = page.rejects.emplace_back();
    bad.raw = text_.original(text_.window().substr(0, std::min(size, raw_limit)));
    bad.line = place_.line;
    bad.byte_offset = text_.offset();
    bad.column = column;
    bad.code = code;
    bad.reason = std::move(reason);
    page.bytes += next;
    ++place_.index;
    advance(next);
}

void TextRecords::add_json(Page& page, std::size_t size, std::size_t next) {
    auto text = text_.window().substr(0, size);
    auto storable = text;
    std::vector<std::string> left_out;
    auto fault = formats::make_storable(storable, page.arena, left_out);
    if (!fault && text.find_first_not_of(" \t\r\n") != text.find('{'))
        fault = formats::JsonFault{"json.not_object", "a record must be a JSON object"};
    if (!fault && text_.encoding().encoding != base::Encoding::utf8)
        if (auto reason = text_.encoding_fault(text); !reason.empty())
            fault = formats::JsonFault{"text.encoding", std::move(reason)};
    if (fault) return reject(page, size, next, fault->code, fault->reason);
    for (auto& what : left_out) ++page.notes[what + ": left out of its record"];
    auto kept = page.arena.keep(text);
    auto json = storable.data() == text.data() ? kept : storable;
    auto first = page.fields.size();
    formats::add_members(json, page.arena, page.fields);
    add_record(page, kept, first).json = json;
    page.bytes += next;
    advance(next);
}

bool TextRecords::reject_unfit(Page& page, std::size_t size, std::size_t next) {
    const auto text = text_.window().substr(0, size);
    if (std::memchr(text.data(), '\0', text.size())) {
        reject(page, size, next, "text.nul", "a NUL byte in the record");
        return true;
    }
    auto reason = text_.encoding_fault(text);
    if (reason.empty()) return false;
    reject(page, size, next, "text.encoding", std::move(reason));
    return true;
}

std::string TextRecords::encoding_said() const {
    const auto& found = text_.encoding();
    const auto label = base::label_of(found.encoding);
    const bool plain = found.encoding == base::Encoding::utf8 && !found.reason.starts_with("UTF-8");
    if (plain || found.reason == "as asked") return std::string(label);
    return fmt::format("{} ({})", label, found.reason);
}

}  // namespace ingest
