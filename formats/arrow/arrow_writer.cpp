// An Arrow file is a magic word, messages, a footer that says where they lie, and the magic word.
// A message is metadata (flatbuffers) and, behind it, the buffers of a batch's columns as they lie
// in memory. No library of Debian's writes it; flatbuffers is there, and the rest is laying out
// bytes. Apache's own Message.fbs, Schema.fbs and File.fbs number the fields of each table: slot()
// and the enumerations below are these numbers.
#include "formats/arrow/arrow_writer.hpp"

#include <fstream>
#include <limits>
#include <utility>

#include <flatbuffers/flatbuffers.h>

#include "base/error.hpp"

namespace formats {

namespace {

namespace fb = flatbuffers;

constexpr std::size_t batch_bytes = 8 * 1024 * 1024;
constexpr std::size_t alignment = 64;  // of a buffer in a message's body
constexpr std::string_view magic = "ARROW1";
constexpr std::int16_t version_5 = 4;

enum class Header : std::uint8_t { schema = 1, record_batch = 3 };
enum class Kind : std::uint8_t {
    integer = 2,
    floating = 3,
    binary = 4,
    utf8 = 5,
    boolean = 6,
    timestamp = 10,
    structure = 13,
};

struct Node {
    std::int64_t length, missing;
};
struct Extent {
    std::int64_t offset, length;
};
struct Block {
    std::int64_t offset;
    std::int32_t metadata, padding;
    std::int64_t body;
};
using Anything = fb::Offset<void>;

// Where a table keeps its field of that number.
fb::voffset_t slot(int number) {
    return fb::FieldIndexToOffset(static_cast<fb::voffset_t>(number));
}

Anything end(fb::FlatBufferBuilder& out, fb::uoffset_t start) {
    return {out.EndTable(start)};
}

Anything pair_of(fb::FlatBufferBuilder& out, const char* key, const std::string& value) {
    auto name = out.CreateString(key), text = out.CreateString(value);
    auto start = out.StartTable();
    out.AddOffset(slot(0), name);
    out.AddOffset(slot(1), text);
    return end(out, start);
}

Anything type_of(fb::FlatBufferBuilder& out, Kind kind) {
    auto zone = kind == Kind::timestamp ? out.CreateString("UTC") : fb::Offset<fb::String>();
    auto start = out.StartTable();
    if (kind == Kind::integer) {
        out.AddElement<std::int32_t>(slot(0), 64, 0);  // bits
        out.AddElement<std::uint8_t>(slot(1), 1, 0);   // signed
    } else if (kind == Kind::floating) {
        out.AddElement<std::int16_t>(slot(0), 2, 0);  // double precision
    } else if (kind == Kind::timestamp) {
        out.AddElement<std::int16_t>(slot(0), 2, 0);  // microseconds
        out.AddOffset(slot(1), zone);
    }
    return end(out, start);
}

Anything field_of(
    fb::FlatBufferBuilder& out,
    const std::string& name,
    Kind kind,
    const std::vector<Anything>& children = {},
    bool json = false
) {
    auto title = out.CreateString(name);
    auto type = type_of(out, kind);
    auto parts = out.CreateVector(children);
    std::vector<Anything> pairs;
    if (json) {
        pairs.push_back(pair_of(out, "ARROW:extension:name", "arrow.json"));
        pairs.push_back(pair_of(out, "ARROW:extension:metadata", ""));
    }
    auto about = out.CreateVector(pairs);
    auto start = out.StartTable();
    out.AddOffset(slot(0), title);
    out.AddElement<std::uint8_t>(slot(1), 1, 0);  // may be missing
    out.AddElement<std::uint8_t>(slot(2), static_cast<std::uint8_t>(kind), 0);
    out.AddOffset(slot(3), type);
    out.AddOffset(slot(5), parts);
    if (json) out.AddOffset(slot(6), about);
    return end(out, start);
}

Kind kind_of(CellType type) {
    switch (type) {
        case CellType::integer:
            return Kind::integer;
        case CellType::number:
            return Kind::floating;
        case CellType::flag:
            return Kind::boolean;
        case CellType::time:
            return Kind::timestamp;
        default:
            break;
    }
    return is_file(type) ? Kind::structure : Kind::utf8;
}

Anything schema_of(fb::FlatBufferBuilder& out, const std::vector<DataColumn>& columns) {
    std::vector<Anything> fields;
    for (const auto& column : columns) {
        std::vector<Anything> children;
        if (is_file(column.type))
            children = {field_of(out, "bytes", Kind::binary), field_of(out, "path", Kind::utf8)};
        fields.push_back(field_of(
            out, column.name, kind_of(column.type), children, column.type == CellType::json
        ));
    }
    auto all = out.CreateVector(fields);
    auto about = out.CreateVector(std::vector{pair_of(
        out, "huggingface", "{\"info\":{\"features\":" + huggingface_features(columns) + "}}"
    )});
    auto start = out.StartTable();
    out.AddOffset(slot(1), all);  // 0 is the order of bytes: little is what is left out
    out.AddOffset(slot(2), about);
    return end(out, start);
}

// The values of a column in a batch.
class Column {
public:
    explicit Column(Kind kind) : kind_(kind) {
        if (kind != Kind::structure) return;
        children_.emplace_back(Kind::binary);
        children_.emplace_back(Kind::utf8);
    }

    void add(const DataCell& cell) {
        begin(!is_missing(cell));
        const auto* file = std::get_if<FileCell>(&cell);
        if (kind_ == Kind::structure) {
            children_[0].add_text(file ? file->bytes : std::string(), file);
            children_[1].add_text({}, false);
        } else if (kind_ == Kind::boolean) {
            const auto* flag = std::get_if<bool>(&cell);
            set_bit(values_, flag && *flag);
        } else if (kind_ == Kind::utf8) {
            if (const auto* text = std::get_if<std::string>(&cell); text && !json_) {
                values_ += *text;
            } else if (!is_missing(cell)) {
                append_json(cell, values_);
            }
            end_text();
        } else if (const auto* time = std::get_if<base::Time>(&cell)) {
            put(std::chrono::floor<std::chrono::microseconds>(*time).time_since_epoch().count());
        } else if (const auto* number = std::get_if<double>(&cell)) {
            put(*number);
        } else {
            const auto* whole = std::get_if<std::int64_t>(&cell);
            put(whole ? *whole : std::int64_t{0});
        }
        ++length_;
    }
    void spell_as_json() { json_ = true; }

    std::size_t size() const {
        auto size = values_.size() + offsets_.size() * sizeof(std::int32_t) + there_.size();
        for (const auto& child : children_) size += child.size();
        return size;
    }

    // What the metadata of its batch say, and its bytes.
    void tell(std::vector<Node>& nodes, std::vector<std::string_view>& buffers) const {
        nodes.push_back({length_, missing_});
        buffers.push_back(missing_ ? std::string_view(there_) : std::string_view());
        if (kind_ == Kind::utf8 || kind_ == Kind::binary)
            buffers.emplace_back(
                reinterpret_cast<const char*>(offsets_.data()),
                offsets_.size() * sizeof(std::int32_t)
            );
        if (kind_ != Kind::structure) buffers.push_back(values_);
        for (const auto& child : children_) child.tell(nodes, buffers);
    }

    void clear() {
        there_.clear();
        values_.clear();
        offsets_.assign(1, 0);
        length_ = missing_ = 0;
        for (auto& child : children_) child.clear();
    }

private:
    void begin(bool is_there) {
        set_bit(there_, is_there);
        if (!is_there) ++missing_;
    }
    void add_text(std::string_view text, bool is_there) {
        begin(is_there);
        values_ += text;
        end_text();
        ++length_;
    }
    // A batch is ended long before; only one value can be too large.
    void end_text() {
        if (values_.size() > std::numeric_limits<std::int32_t>::max())
            throw base::Error("a value", "is too large for Arrow: it has 2 GiB and more");
        offsets_.push_back(static_cast<std::int32_t>(values_.size()));
    }
    void set_bit(std::string& bits, bool value) const {
        auto bit = static_cast<unsigned>(length_ % 8);
        if (bit == 0) bits += '\0';
        bits.back() =
            static_cast<char>(static_cast<unsigned char>(bits.back()) | unsigned{value} << bit);
    }
    template <typename T>
    void put(T value) {
        values_.append(reinterpret_cast<const char*>(&value), sizeof value);
    }

    Kind kind_;
    bool json_ = false;
    std::int64_t length_ = 0, missing_ = 0;
    std::string there_;  // a bit a value, the lowest first
    std::string values_;
    std::vector<std::int32_t> offsets_{0};
    std::vector<Column> children_;
};

class ArrowWriter : public RowWriter {
public:
    ArrowWriter(std::filesystem::path path, std::vector<DataColumn> columns)
        : path_(std::move(path)), columns_(std::move(columns)), out_(path_, std::ios::binary) {
        if (!out_) throw base::Error(path_.string(), "cannot be written", "choose another --out");
        for (const auto& column : columns_) {
            values_.emplace_back(kind_of(column.type));
            if (column.type == CellType::json) values_.back().spell_as_json();
        }
        put(magic);
        pad(8);
        fb::FlatBufferBuilder head;
        put_message(head, Header::schema, schema_of(head, columns_), {});
    }

    void write(std::span<const DataCell> row) override {
        std::size_t size = 0;
        for (std::size_t i = 0; i < row.size(); ++i) {
            values_[i].add(row[i]);
            size += values_[i].size();
        }
        ++rows_;
        if (size >= batch_bytes) end_batch();
    }

    void finish() override {
        if (rows_ > 0) end_batch();
        put(std::string_view("\xff\xff\xff\xff\0\0\0\0", 8));  // no more messages
        fb::FlatBufferBuilder foot;
        auto schema = schema_of(foot, columns_);
        auto batches = foot.CreateVectorOfStructs(batches_);
        auto start = foot.StartTable();
        foot.AddElement<std::int16_t>(slot(0), version_5, 0);
        foot.AddOffset(slot(1), schema);
        foot.AddOffset(slot(3), batches);
        foot.Finish(end(foot, start));
        put({reinterpret_cast<const char*>(foot.GetBufferPointer()), foot.GetSize()});
        put_number(static_cast<std::int32_t>(foot.GetSize()));
        put(magic);
        out_.flush();
        check();
    }

private:
    void end_batch() {
        std::vector<Node> nodes;
        std::vector<std::string_view> buffers;
        for (const auto& column : values_) column.tell(nodes, buffers);
        std::vector<Extent> extents;
        std::int64_t body = 0;
        for (auto bytes : buffers) {
            extents.push_back({body, static_cast<std::int64_t>(bytes.size())});
            body +=
                static_cast<std::int64_t>((bytes.size() + alignment - 1) / alignment * alignment);
        }
        fb::FlatBufferBuilder head;
        auto all_nodes = head.CreateVectorOfStructs(nodes);
        auto all_extents = head.CreateVectorOfStructs(extents);
        auto start = head.StartTable();
        head.AddElement<std::int64_t>(slot(0), rows_, 0);
        head.AddOffset(slot(1), all_nodes);
        head.AddOffset(slot(2), all_extents);
        auto at = at_;
        auto metadata = put_message(head, Header::record_batch, end(head, start), body);
        for (auto bytes : buffers) {
            put(bytes);
            pad(alignment, bytes.size());
        }
        batches_.push_back({at, metadata, 0, body});
        for (auto& column : values_) column.clear();
        rows_ = 0;
        check();
    }

    // The size of what stands before the message's body.
    std::int32_t
    put_message(fb::FlatBufferBuilder& out, Header kind, Anything header, std::int64_t body) {
        auto start = out.StartTable();
        out.AddElement<std::int16_t>(slot(0), version_5, 0);
        out.AddElement<std::uint8_t>(slot(1), static_cast<std::uint8_t>(kind), 0);
        out.AddOffset(slot(2), header);
        out.AddElement<std::int64_t>(slot(3), body, 0);
        out.Finish(end(out, start));
        auto size = static_cast<std::int32_t>((out.GetSize() + 7) / 8 * 8);
        put("\xff\xff\xff\xff");
        put_number(size);
        put({reinterpret_cast<const char*>(out.GetBufferPointer()), out.GetSize()});
        pad(8, out.GetSize());
        return size + 8;
    }

    void put(std::string_view bytes) {
        out_.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        at_ += static_cast<std::int64_t>(bytes.size());
    }
    void put_number(std::int32_t value) {
        put({reinterpret_cast<const char*>(&value), sizeof value});
    }
    void pad(std::size_t to, std::size_t written) {
        put(std::string((to - written % to) % to, '\0'));
    }
    void pad(std::size_t to) { pad(to, static_cast<std::size_t>(at_)); }
    void check() const {
        if (!out_)
            throw base::Error(path_.string(), "could not be written to its end", "free disk space");
    }

    std::filesystem::path path_;
    std::vector<DataColumn> columns_;
    std::ofstream out_;
    std::vector<Column> values_;
    std::int64_t rows_ = 0, at_ = 0;
    std::vector<Block> batches_;
};

}  // namespace

std::unique_ptr<RowWriter>
write_arrow(const std::filesystem::path& path, std::vector<DataColumn> columns) {
    return std::make_unique<ArrowWriter>(path, std::move(columns));
}

}  // namespace formats
