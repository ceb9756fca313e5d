// The keys of a page travel as arrays and come back with their place in them.
//
// Numbers are stored by the columns that the source had then: another file may have brought them in
// another order, more of them, or as another type. They are read by name, and the columns of the
// rows follow from the records alone, not from what the source has got since. Pictures are brought
// to the one shape that the rows have.
#include "training/snapshots/content_store.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>

#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "base/error.hpp"
#include "formats/image/image.hpp"
#include "schema/records/sent_array.hpp"
#include "schema/records/values.hpp"
#include "schema/sources/source_store.hpp"
#include "training/labels/label_fields.hpp"
#include "training/sql.hpp"

namespace training {

namespace {

constexpr double missing_number = std::numeric_limits<double>::quiet_NaN();

struct TextRow {
    std::size_t place = 0;  // among the keys, from 1
    std::string title, body;
};
BOOST_DESCRIBE_STRUCT(TextRow, (), (place, title, body))

struct ValueRow {
    std::size_t place = 0;
    std::string value;
};
BOOST_DESCRIBE_STRUCT(ValueRow, (), (place, value))

struct NumbersRow {
    std::size_t place = 0;
    int column_set = 0;
    base::Binary values;  // as the server sends an array
};
BOOST_DESCRIBE_STRUCT(NumbersRow, (), (place, column_set, values))

struct FixRow {
    std::size_t place = 0;
    std::string column_name, proposal;
};
BOOST_DESCRIBE_STRUCT(FixRow, (), (place, column_name, proposal))

struct ImageRow {
    std::size_t place = 0;
    std::string key;
    int width = 0, height = 0, channels = 0;
    std::string format, encoding;
    base::Binary bytes;
    std::string location;
    std::size_t size = 0;
};
BOOST_DESCRIBE_STRUCT(
    ImageRow,
    (),
    (place, key, width, height, channels, format, encoding, bytes, location, size)
)

struct ShapeRow {
    int width = 0, height = 0, channels = 0;
    bool raw = false;
};
BOOST_DESCRIBE_STRUCT(ShapeRow, (), (width, height, channels, raw))

// What a query by keys finds.
template <typename Row>
std::vector<Row> rows_of(base::Tx& tx, std::string_view query, const Keys& keys) {
    base::Batch batch(tx);
    auto place = batch.add_binary(query, keys.rks, keys.keys, keys.versions, keys.source_id);
    return base::rows_as<Row>(batch.rows(place));
}

std::vector<std::string> path_of(const std::string& field) {
    std::vector<std::string> path(1);
    for (char c : field) {
        if (c == '.')
            path.emplace_back();
        else
            path.back() += c;
    }
    return path;
}

// A proposal as the column holds values; nothing if it is none of its values.
std::optional<double> value_in(
    base::Tx& tx,
    std::int64_t source_id,
    const schema::Column& column,
    const std::string& proposal
) {
    if (column.type == schema::Column::Type::category) {
        auto values = schema::category_values(tx, source_id, column.name);
        auto found = std::find(values.begin(), values.end(), proposal);
        return found == values.end() ? std::nullopt
                                     : std::optional(static_cast<double>(found - values.begin()));
    }
    double value = 0;
    auto [end, error] = std::from_chars(proposal.data(), proposal.data() + proposal.size(), value);
    bool good = error == std::errc() && end == proposal.data() + proposal.size();
    return good ? std::optional(value) : std::nullopt;
}

}  // namespace

Keys::Keys(const std::vector<Item>& items, std::size_t from, std::size_t to)
    : source_id(items[from].id.source_id) {
    std::vector<std::int64_t> rk;
    std::vector<std::string> key;
    std::vector<std::int32_t> version;
    for (auto i = from; i < to; ++i) {
        rk.push_back(items[i].id.rk);
        key.push_back(items[i].id.key);
        version.push_back(items[i].version);
    }
    rks = schema::array_of(rk);
    keys = schema::array_of(key);
    versions = schema::array_of(version);
}

void read_texts(base::Tx& tx, const Keys& keys, std::size_t from, Examples& examples) {
    for (auto& row : rows_of<TextRow>(tx, sql::file["texts_of"], keys))
        examples.text.set(from + row.place - 1, {row.title, row.body});
}

void read_field(
    base::Tx& tx,
    const Keys& keys,
    std::size_t from,
    const std::string& name,
    std::vector<std::string>& texts
) {
    for (auto& row : base::rows_as<ValueRow>(tx.exec(
             sql::file["field_of"],
             keys.rks,
             keys.keys,
             keys.versions,
             keys.source_id,
             schema::array_of(std::vector{name})
         )))
        texts[from + row.place - 1] = std::move(row.value);
}

bool take_field_out(
    base::Tx& tx,
    const Keys& keys,
    std::size_t from,
    const std::string& field,
    TextColumn& texts
) {
    bool found = false;
    for (const auto& row : base::rows_as<ValueRow>(tx.exec(
             sql::file["field_of"],
             keys.rks,
             keys.keys,
             keys.versions,
             keys.source_id,
             schema::array_of(path_of(field))
         ))) {
        const auto place = from + row.place - 1;
        const auto text = texts[place];
        TextItem left{std::string(text.title), std::string(text.body)};
        if (!take_out(left, row.value)) continue;
        texts.set(place, left);
        found = true;
    }
    return found;
}

NumberReader::NumberReader(
    Examples& examples,
    const std::optional<std::vector<schema::Column>>& columns
)
    : examples_(examples), chosen_(columns.has_value()) {
    if (!columns) return;
    examples_.columns = *columns;
    examples_.numeric.assign(examples_.rows * columns->size(), missing_number);
}

std::vector<std::string>&
NumberReader::values_of(base::Tx& tx, std::int64_t source_id, const std::string& column) {
    auto found = values_.find(column);
    if (found == values_.end())
        found = values_.emplace(column, schema::category_values(tx, source_id, column)).first;
    return found->second;
}

ColumnMap NumberReader::map_from(
    base::Tx& tx,
    std::int64_t source_id,
    const std::vector<schema::Column>& from,
    const std::vector<schema::Column>& to
) {
    Levels levels;
    constexpr auto category = schema::Column::Type::category;
    for (const auto& column : from)
        for (const auto& target : to) {
            if (column.name != target.name || column.type == target.type) continue;
            if (column.type != category && target.type != category) continue;
            auto& values = values_of(tx, source_id, column.name);
            if (column.type == category) levels.emplace(column.name, values);
            if (target.type == category) codes_.try_emplace(column.name, codes_of(values));
        }
    return {from, levels, to, codes_, &values_};
}

void NumberReader::widen(base::Tx& tx, std::int64_t source_id) {
    auto columns = schema::columns_together(sets_);
    if (columns == examples_.columns) return;
    auto map = map_from(tx, source_id, examples_.columns, columns);
    const auto before = examples_.columns.size();
    std::vector<double> moved(examples_.rows * columns.size());
    for (std::size_t row = 0; row < examples_.rows; ++row)
        map.move(examples_.numeric.data() + row * before, moved.data() + row * columns.size());
    examples_.numeric = std::move(moved);
    examples_.columns = std::move(columns);
    maps_.clear();
}

const ColumnMap& NumberReader::map_of(base::Tx& tx, std::int64_t source_id, int version) {
    if (!sets_.contains(version)) {
        sets_[version] = schema::columns_of(tx, source_id, version);
        if (!chosen_) widen(tx, source_id);
    }
    auto found = maps_.find(version);
    if (found == maps_.end())
        found =
            maps_.emplace(version, map_from(tx, source_id, sets_.at(version), examples_.columns))
                .first;
    return found->second;
}

void NumberReader::read(base::Tx& tx, const Keys& keys, std::size_t from) {
    const auto rows = rows_of<NumbersRow>(tx, sql::file["numbers_of"], keys);
    std::vector<double> values;
    const std::lock_guard lock(mutex_);
    for (const auto& row : rows) {
        const auto place = from + row.place - 1;
        const auto& map = map_of(tx, keys.source_id, row.column_set);
        schema::doubles_of_sent(row.values.bytes, values);
        values.resize(sets_.at(row.column_set).size(), missing_number);
        map.move(values.data(), examples_.numeric.data() + place * examples_.columns.size());
    }
}

void NumberReader::name_values(base::Tx& tx, std::int64_t source_id) {
    for (const auto& column : examples_.columns)
        if (column.type == schema::Column::Type::category)
            examples_.levels[column.name] = values_of(tx, source_id, column.name);
}

void read_fixes(base::Tx& tx, const Keys& keys, std::size_t from, Examples& examples) {
    auto width = examples.columns.size();
    for (const auto& row : rows_of<FixRow>(tx, sql::file["fixes_of"], keys)) {
        auto place = from + row.place - 1;
        for (std::size_t i = 0; i < width; ++i) {
            const auto& column = examples.columns[i];
            if (column.name != row.column_name) continue;
            if (auto value = value_in(tx, keys.source_id, column, row.proposal))
                examples.numeric[place * width + i] = *value;
        }
    }
}

std::map<PictureKey, bool> read_shapes(base::Tx& tx, const Keys& keys) {
    std::map<PictureKey, bool> shapes;
    for (const auto& row : rows_of<ShapeRow>(tx, sql::file["image_shapes_of"], keys))
        shapes.emplace(PictureKey{row.width, row.height, row.channels}, row.raw);
    return shapes;
}

void read_images(
    base::Tx& tx,
    const Keys& keys,
    std::size_t from,
    const schema::Blobs& blobs,
    const DecodeImage& decode,
    Examples& examples
) {
    const auto count = examples.pixel_count;
    formats::PictureShape wanted;
    wanted.width = static_cast<int>(examples.pixel_width);
    wanted.channels = static_cast<int>(examples.pixel_channels);
    wanted.height = static_cast<int>(count) / wanted.width / wanted.channels;
    for (auto& row : rows_of<ImageRow>(tx, sql::file["images_of"], keys)) {
        auto bytes = blobs.unpack(row.encoding, std::move(row.bytes.bytes), row.location, row.size);
        std::variant<formats::Picture, std::string> picture;
        if (row.format == "raw") {
            picture = formats::scale_pixels(bytes, {row.width, row.height, row.channels}, wanted);
        } else if (decode) {
            picture = formats::Picture{decode(bytes, wanted.width, wanted.height, wanted.channels)};
        } else {
            picture = formats::decode_image(bytes, wanted);
        }
        if (const auto* why = std::get_if<std::string>(&picture))
            throw base::Error(
                "the picture of record '" + row.key + "'", *why, "leave the record out"
            );
        const auto& pixels = std::get<formats::Picture>(picture).pixels;
        const auto place = from + row.place - 1;
        examples.sizes[place] = {row.width, row.height};
        std::copy(
            pixels.begin(),
            pixels.end(),
            examples.pixels.begin() + static_cast<std::ptrdiff_t>(place * count)
        );
    }
}

}  // namespace training
