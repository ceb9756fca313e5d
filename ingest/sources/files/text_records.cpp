#include "ingest/sources/files/text_records.hpp"

#include <algorithm>
#include <cstring>

#include "formats/json/json.hpp"

namespace ingest {

namespace {

// Of a reject's raw bytes; more is cut off.
constexpr std::size_t raw_limit = 16 * 1024 * 1024;

}  // namespace

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
    bool same = text_.encoding().encoding == Encoding::utf8;
    record.raw = same ? kept : page.arena.keep(text_.original(kept));
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
    auto fault = check_json(text);
    if (!fault && text.find_first_not_of(" \t\r\n") != text.find('{')) {
        fault = JsonFault{"json.not_object", "a record must be a JSON object"};
    }
    if (!fault) fault = check_storable(text);
    if (fault) return reject(page, size, next, fault->code, fault->reason);
    auto kept = page.arena.keep(text);
    auto first = page.fields.size();
    add_members(kept, page.arena, page.fields);
    add_record(page, kept, first).json = kept;
    page.bytes += next;
    advance(next);
}

std::string_view TextRecords::text_fault(std::string_view text) const {
    if (std::memchr(text.data(), '\0', text.size())) return "text.nul";
    if (text_.encoding().encoding == Encoding::utf8 && !valid_utf8(text)) return "text.encoding";
    return {};
}

}  // namespace ingest
