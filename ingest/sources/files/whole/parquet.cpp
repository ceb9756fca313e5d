// Rows of an Apache Parquet file. DuckDB reads it (formats/parquet) and wants a file that it can
// move about in: what comes out of an archive or a pipe is put into a temporary one first.
#include <optional>
#include <tuple>

#include <fmt/format.h>

#include "base/bytes/base64.hpp"
#include "formats/content/content.hpp"
#include "formats/json/json.hpp"
#include "formats/parquet/parquet_reader.hpp"
#include "ingest/sources/files/format.hpp"
#include "ingest/sources/files/whole/unpacked.hpp"

namespace ingest {

namespace {

constexpr std::string_view signature = "PAR1";
constexpr auto has_nul = "a text has a NUL, which no database text can hold";

bool is_parquet(std::string_view head) {
    return head.starts_with(signature);
}

class ParquetReader : public MemberReader {
public:
    explicit ParquetReader(const MemberInput& input)
        : limit_(input.options.max_record),
          file_(input, "parquet", is_parquet),
          rows_(file_.path(), file_.shown()),
          next_(input.start.index) {
        if (next_ > 0) rows_.begin(next_);
    }

    bool next(Page& page) override {
        const auto* row = rows_.next();
        if (!row) return false;
        ++next_;
        const auto first = page.fields.size(), first_cell = page.cells.size();
        std::string code, reason, column;
        std::size_t size = 0;
        for (std::size_t i = 0; i < row->size(); ++i) {
            column = rows_.columns()[i].name;
            if ((*row)[i]) size += (*row)[i]->size();
            if (size <= limit_) std::tie(code, reason) = add(page, i, (*row)[i], first);
            if (size > limit_) {
                code = "parquet.too_long";
                reason = "a row is longer than the limit";
            }
            if (!code.empty()) break;
        }
        page.bytes += size;
        if (code.empty()) {
            auto& record = page.records.emplace_back();
            record.first_field = static_cast<std::uint32_t>(first);
            record.fields = static_cast<std::uint32_t>(page.fields.size() - first);
            record.first_cell = static_cast<std::uint32_t>(first_cell);
            record.cells = static_cast<std::uint32_t>(page.cells.size() - first_cell);
            record.line = next_;
            record.byte_offset = 0;
            return true;
        }
        page.fields.resize(first);
        page.cells.resize(first_cell);
        auto& bad = page.rejects.emplace_back();
        bad.code = code;
        bad.reason = reason;
        bad.column = column;
        bad.line = next_;
        bad.byte_offset = 0;
        return true;
    }

    // Of rows only the number says where one is.
    Position position() const override { return {0, next_ + 1, next_}; }

    std::string describe() const override {
        return fmt::format("{} columns", rows_.columns().size());
    }

private:
    using Field = formats::Field;
    using Fault = std::pair<std::string, std::string>;  // code and reason; empty: none

    Fault add(
        Page& page,
        std::size_t place,
        const std::optional<std::string_view>& value,
        std::size_t first_field
    ) {
        const auto& column = rows_.columns()[place];
        const auto name = page.arena.keep(column.name);
        auto keep = [&](std::string_view text, Field::Kind kind) {
            page.fields.push_back({name, page.arena.keep(text), kind});
            return Fault();
        };
        if (!value && column.kind != formats::ParquetKind::file) return Fault();
        switch (column.kind) {
            case formats::ParquetKind::number:
                return keep(*value, Field::Kind::number);
            case formats::ParquetKind::flag:
                return keep(*value, Field::Kind::boolean);
            case formats::ParquetKind::file:
                return add_file(page, name, value, rows_.path(place), first_field);
            case formats::ParquetKind::bytes:
                return add_bytes(page, name, *value, first_field);
            case formats::ParquetKind::json:
                return add_json(page, name, *value);
            default:
                break;
        }
        if (value->find('\0') != value->npos) return {"text.nul", has_nul};
        return keep(*value, Field::Kind::text);
    }

    // Of a struct that is there for pictures, sounds, films or documents. What has but a name is
    // kept as that: nothing is opened for it.
    static Fault add_file(
        Page& page,
        std::string_view name,
        const std::optional<std::string_view>& bytes,
        const std::optional<std::string_view>& path,
        std::size_t first_field
    ) {
        if (!bytes) {
            if (!path) return {};
            if (path->find('\0') != path->npos) return {"text.nul", has_nul};
            page.fields.push_back({name, page.arena.keep(*path), Field::Kind::text});
            ++page.notes[fmt::format(
                "'{}' names a file whose bytes are not in the table: its name is kept", name
            )];
            return {};
        }
        auto promised = formats::promised_by_name(path.value_or(std::string_view()));
        auto examined = formats::examine_content(*bytes, promised);
        if (!examined) return {"media.unknown", formats::why_no_content(*bytes)};
        return add_cell(page, name, *bytes, std::move(*examined), first_field);
    }

    // What is nothing else is a text in Base64.
    static Fault
    add_bytes(Page& page, std::string_view name, std::string_view bytes, std::size_t first_field) {
        if (auto examined = formats::examine_content(bytes))
            return add_cell(page, name, bytes, std::move(*examined), first_field);
        page.fields.push_back({name, page.arena.keep(base::base64(bytes)), Field::Kind::text});
        return {};
    }

    static Fault add_cell(
        Page& page,
        std::string_view name,
        std::string_view bytes,
        formats::Examined examined,
        std::size_t first_field
    ) {
        if (auto* fault = std::get_if<formats::ContentFault>(&examined))
            return {std::move(fault->code), std::move(fault->reason)};
        page.cells.push_back(
            {name,
             static_cast<std::uint32_t>(page.fields.size() - first_field),
             page.arena.keep(bytes),
             std::get<formats::Content>(std::move(examined))}
        );
        return {};
    }

    // A member of an object of its own, so that it is read as JSON lines are.
    static Fault add_json(Page& page, std::string_view name, std::string_view value) {
        std::string object = "{";
        formats::append_json_string(name, object);
        object += ':';
        object += value;
        object += '}';
        auto fault = formats::check_json(object);
        if (!fault) fault = formats::check_storable(object);
        if (fault) return {fault->code, fault->reason};
        formats::add_members(page.arena.keep(object), page.arena, page.fields);
        return {};
    }

    std::size_t limit_;
    UnpackedFile file_;
    formats::ParquetRows rows_;
    std::int64_t next_ = 0;
};

std::string by_signature(const Sample& sample) {
    return sample.head.starts_with(signature) ? "the Parquet signature" : "";
}

constexpr Sign signs[]{{Strength::signature, by_signature}};

std::unique_ptr<MemberReader> open(const MemberInput& input) {
    return std::make_unique<ParquetReader>(input);
}

}  // namespace

const Format parquet_format{
    .name = "parquet",
    .words = "Apache Parquet: each row; a picture, sound, film or PDF in a column is the record's",
    .signs = signs,
    .open = open,
    .alone = nullptr,
};

}  // namespace ingest
