#include "ingest/sources/files/sole/sole_record.hpp"

#include <algorithm>
#include <utility>

namespace ingest {

SoleRecordReader::SoleRecordReader(const MemberInput& input, std::string_view too_large)
    : bytes_(input.bytes),
      name_(input.name),
      too_large_(too_large),
      limit_(input.options.max_record),
      done_(input.start.index > 0) {}

bool SoleRecordReader::next(Page& page) {
    if (std::exchange(done_, true)) return false;
    auto data = read_whole(bytes_, limit_);
    if (!data) return reject_whole(page, {}, std::string(too_large_), "larger than the limit");
    page.bytes += data->size();
    return read(page, std::move(*data));
}

bool SoleRecordReader::add_content(Page& page, std::string data, formats::ContentKind kind) const {
    auto examined = formats::examine_as(kind, data);
    if (auto* fault = std::get_if<formats::ContentFault>(&examined))
        return reject_whole(
            page, std::move(data), std::move(fault->code), std::move(fault->reason)
        );
    auto& content = std::get<formats::Content>(examined);
    auto& record = add(page);
    note_content(content, page.notes);
    for (const auto& [name, value] :
         {std::pair("title", &content.title), std::pair("note", &content.note)}) {
        if (value->empty()) continue;
        page.fields.push_back({name, page.arena.keep(*value)});
        ++record.fields;
    }
    record.text = page.arena.keep(content.text);
    record.blob = page.arena.keep(data);
    record.media_type = page.arena.keep(content.media_type);
    record.image = std::move(content.image);
    record.media = std::move(content.media);
    return true;
}

Position SoleRecordReader::position() const {
    return {bytes_.offset(), 1, done_ ? 1 : 0};
}

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
