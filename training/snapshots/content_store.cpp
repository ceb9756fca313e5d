// The keys of a page travel as arrays and come back with their place in them.
//
// A source's column set may have changed since a version was stored; its numbers are then moved to
// the places of the latest set. Images of more than one size have no common features, so they are
// left out as a whole rather than scaled in silence.
#include "training/snapshots/content_store.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>

#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "schema/records/values.hpp"
#include "schema/sources/source_store.hpp"
#include "training/snapshots/label_fields.hpp"
#include "training/sql.hpp"

namespace training::detail {

namespace {

struct PageRow {
    std::size_t place = 0;
    std::string type, markdown;
};
BOOST_DESCRIBE_STRUCT(PageRow, (), (place, type, markdown))

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
    std::string values;  // as PostgreSQL prints an array
};
BOOST_DESCRIBE_STRUCT(NumbersRow, (), (place, column_set, values))

struct FixRow {
    std::size_t place = 0;
    std::string column_name, proposal;
};
BOOST_DESCRIBE_STRUCT(FixRow, (), (place, column_name, proposal))

struct ImageRow {
    std::size_t place = 0;
    int width = 0, height = 0, channels = 0;
    std::string format, encoding, bytes, location;  // bytes in hexadecimal
    std::size_t size = 0;
};
BOOST_DESCRIBE_STRUCT(
    ImageRow,
    (),
    (place, width, height, channels, format, encoding, bytes, location, size)
)

// What a query by keys finds.
template <typename Row>
std::vector<Row> rows_of(base::Tx& tx, std::string_view query, const Keys& keys) {
    return base::rows_as<Row>(tx.exec(query, keys.rks, keys.keys, keys.versions, keys.source_id));
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

void read_pages(base::Tx& tx, const Keys& keys, std::size_t from, std::vector<PageItem>& pages) {
    for (auto& row : rows_of<PageRow>(tx, sql::file["pages_of"], keys))
        pages[from + row.place - 1] = {std::move(row.type), std::move(row.markdown)};
}

void read_texts(base::Tx& tx, const Keys& keys, std::size_t from, Examples& examples) {
    for (auto& row : rows_of<TextRow>(tx, sql::file["texts_of"], keys))
        examples.text[from + row.place - 1] = {std::move(row.title), std::move(row.body)};
}

bool take_field_out(
    base::Tx& tx,
    const Keys& keys,
    std::size_t from,
    const std::string& field,
    std::vector<TextItem>& texts
) {
    bool found = false;
    for (const auto& row : base::rows_as<ValueRow>(tx.exec(
             sql::file["field_of"],
             keys.rks,
             keys.keys,
             keys.versions,
             keys.source_id,
             schema::array_of(path_of(field))
         )))
        found |= take_out(texts[from + row.place - 1], row.value);
    return found;
}

void read_numbers(base::Tx& tx, const Keys& keys, std::size_t from, Examples& examples) {
    auto width = examples.columns.size();
    for (const auto& row : rows_of<NumbersRow>(tx, sql::file["numbers_of"], keys)) {
        auto place = from + row.place - 1;
        auto values = schema::doubles_of(row.values);
        if (row.column_set > 0 && values.size() != width) {
            auto columns = schema::columns_of(tx, keys.source_id, row.column_set);
            std::vector<double> moved(width, std::numeric_limits<double>::quiet_NaN());
            for (std::size_t i = 0; i < width; ++i)
                for (std::size_t j = 0; j < columns.size() && j < values.size(); ++j)
                    if (columns[j] == examples.columns[i]) moved[i] = values[j];
            values = std::move(moved);
        }
        std::copy(
            values.begin(),
            values.end(),
            examples.numeric.begin() + static_cast<std::ptrdiff_t>(place * width)
        );
    }
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

bool read_images(
    base::Tx& tx,
    const Keys& keys,
    std::size_t from,
    const schema::Blobs& blobs,
    const DecodeImage& decode,
    Examples& examples
) {
    for (const auto& row : rows_of<ImageRow>(tx, sql::file["images_of"], keys)) {
        auto width = static_cast<std::size_t>(row.width);
        auto channels = static_cast<std::size_t>(row.channels);
        auto count = width * static_cast<std::size_t>(row.height) * channels;
        auto bytes =
            blobs.unpack(row.encoding, schema::bytes_of_hex(row.bytes), row.location, row.size);
        if (row.format != "raw") {
            if (!decode) continue;
            bytes = decode(bytes, row.width, row.height, row.channels);
        }
        if (examples.pixel_count == 0) {
            examples.pixel_count = count;
            examples.pixel_width = width;
            examples.pixel_channels = channels;
            examples.pixels.resize(count * examples.rows);
        }
        if (count != examples.pixel_count || bytes.size() != count) return false;
        auto place = from + row.place - 1;
        std::copy(
            bytes.begin(),
            bytes.end(),
            examples.pixels.begin() + static_cast<std::ptrdiff_t>(place * count)
        );
    }
    return true;
}

}  // namespace training::detail
