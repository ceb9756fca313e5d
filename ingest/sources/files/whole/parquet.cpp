// Rows of an Apache Parquet file. DuckDB reads it (formats/parquet) and wants a file that it can
// move about in: what comes out of an archive or a pipe is put into a temporary one first.
#include <optional>
#include <tuple>

#include <fmt/format.h>

#include "formats/dataset/cell.hpp"
#include "formats/image/image.hpp"
#include "formats/json/json.hpp"
#include "formats/parquet/parquet_reader.hpp"
#include "ingest/sources/files/format.hpp"
#include "ingest/sources/files/whole/unpacked.hpp"

namespace ingest {

namespace {

constexpr std::string_view signature = "PAR1";

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
        const auto first = page.fields.size();
        std::string code, reason, column;
        std::size_t size = 0;
        for (std::size_t i = 0; i < row->size(); ++i) {
            const auto& about = rows_.columns()[i];
            column = about.name;
            if ((*row)[i]) size += (*row)[i]->size();
            std::tie(code, reason) = add(page, about, (*row)[i]);
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
            record.line = next_;
            record.byte_offset = 0;
            return true;
        }
        page.fields.resize(first);
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
        const formats::ParquetColumn& column,
        const std::optional<std::string_view>& value
    ) {
        const auto name = page.arena.keep(column.name);
        auto keep = [&](std::string_view text, Field::Kind kind) {
            page.fields.push_back({name, page.arena.keep(text), kind});
            return Fault();
        };
        if (!value) return Fault();
        switch (column.kind) {
            case formats::ParquetKind::number:
                return keep(*value, Field::Kind::number);
            case formats::ParquetKind::flag:
                return keep(*value, Field::Kind::boolean);
            case formats::ParquetKind::picture:
                return add_picture(page, name, *value);
            case formats::ParquetKind::json:
                return add_json(page, name, *value);
            default:
                break;
        }
        if (value->find('\0') != value->npos)
            return {"text.nul", "a text has a NUL, which no database text can hold"};
        return keep(*value, Field::Kind::text);
    }

    // As a data: URI, which the mapping takes pictures from.
    static Fault add_picture(Page& page, std::string_view name, std::string_view bytes) {
        auto examined = formats::examine_image(bytes);
        if (const auto* why = std::get_if<std::string>(&examined)) return {"image.broken", *why};
        const auto& image = std::get<formats::Image>(examined);
        const auto uri =
            formats::data_uri({std::string(bytes), formats::media_type_of_format(image.format)});
        page.fields.push_back({name, page.arena.keep(uri), Field::Kind::text});
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
    .words = "Apache Parquet: each row; a picture that is a struct (bytes, path) is the record's",
    .signs = signs,
    .open = open,
    .alone = nullptr,
};

}  // namespace ingest
