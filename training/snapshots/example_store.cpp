// Items are the keys, examples their contents. Contents are read for 5,000 keys at a time (500 of
// images, which are large), which travel as arrays and come back with their place in them: one
// statement a page and part, whatever the number of columns.
//
// A source's column set may have changed since a version was stored; its numbers are then moved to
// the places of the latest set. Images of more than one size have no common features, so they are
// left out as a whole rather than scaled in silence.
#include "training/snapshots/example_store.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

#include <fmt/format.h>

#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "base/error.hpp"
#include "schema/records/record_fields.hpp"
#include "schema/records/values.hpp"
#include "schema/sources/source_store.hpp"
#include "training/snapshots/label_fields.hpp"
#include "training/sql.hpp"

namespace training {

namespace {

constexpr std::size_t page_size = 5000;
constexpr std::size_t images_at_once = 500;
constexpr auto first_rk = std::numeric_limits<std::int64_t>::min();

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

struct Parts {
    bool text = false, numbers = false, images = false;
};
BOOST_DESCRIBE_STRUCT(Parts, (), (text, numbers, images))

// A row of a page, and whether it is none of those asked for.
struct PagedItem : Item {
    bool left_out = false;
};
BOOST_DESCRIBE_STRUCT(PagedItem, (Item), (left_out))

// Calls read(tx, after) for page after page of items until one is short or take() says so.
template <typename Read, typename Take>
void each_page(base::Database& database, Read read, Take take) {
    schema::RecordId after{first_rk, 0, ""};
    for (;;) {
        auto items =
            database.call([&](base::Tx& tx) { return base::rows_as<PagedItem>(read(tx, after)); });
        bool last = items.size() < page_size;
        if (!last) after = items.back().id;
        for (auto& item : items)
            if (!item.left_out && !take(std::move(static_cast<Item&>(item)))) return;
        if (last) return;
    }
}

// The keys of a page of items, as parameters.
struct Keys {
    std::string rks, keys, versions;
    std::int64_t source_id;

    Keys(const std::vector<Item>& items, std::size_t from, std::size_t to)
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
};

// What a query by keys finds.
template <typename Row>
std::vector<Row> rows_of(base::Tx& tx, std::string_view query, const Keys& keys) {
    return base::rows_as<Row>(tx.exec(query, keys.rks, keys.keys, keys.versions, keys.source_id));
}

void read_texts(base::Tx& tx, const Keys& keys, std::size_t from, Examples& examples) {
    for (auto& row : rows_of<TextRow>(tx, sql::file["texts_of"], keys))
        examples.text[from + row.place - 1] = {std::move(row.title), std::move(row.body)};
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

// Takes the values of a field out of texts that were read. True if one was there.
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

// What was accepted as the right value of a cell, for the version that it was found in.
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

// False if images of several sizes have no common features here.
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

void move_target(Examples& examples, const std::string& target) {
    auto found =
        std::find_if(examples.columns.begin(), examples.columns.end(), [&](const auto& column) {
            return column.name == target;
        });
    if (found == examples.columns.end()) {
        throw base::Error(
            fmt::format("target '{}'", target),
            "the source has no numeric column of that name",
            "see the columns with 'tilth source show'"
        );
    }
    auto column = static_cast<std::size_t>(found - examples.columns.begin());
    auto width = examples.columns.size();
    examples.targets.resize(examples.rows);
    std::vector<double> rest;
    rest.reserve(examples.rows * (width - 1));
    for (std::size_t row = 0; row < examples.rows; ++row)
        for (std::size_t i = 0; i < width; ++i) {
            double value = examples.numeric[row * width + i];
            if (i == column) {
                examples.targets[row] = value;
            } else {
                rest.push_back(value);
            }
        }
    examples.numeric = std::move(rest);
    examples.columns.erase(found);
    examples.classes.clear();
}

}  // namespace

std::vector<Item> ExampleStore::split_items(std::int64_t snapshot_id, int split) const {
    std::vector<Item> items;
    each_page(
        database_,
        [&](base::Tx& tx, const schema::RecordId& after) {
            return tx.exec(
                sql::file["split_items"],
                snapshot_id,
                split,
                after.rk,
                after.source_id,
                after.key,
                page_size
            );
        },
        [&](Item item) {
            items.push_back(std::move(item));
            return true;
        }
    );
    return items;
}

std::vector<Item> ExampleStore::unlabeled_items(
    std::int64_t project_id,
    std::int64_t source_id,
    std::size_t at_most
) const {
    std::vector<Item> items;
    each_page(
        database_,
        [&](base::Tx& tx, const schema::RecordId& after) {
            return tx.exec(
                sql::file["unlabeled_items"], project_id, source_id, after.rk, after.key, page_size
            );
        },
        [&](Item item) {
            items.push_back(std::move(item));
            return items.size() < at_most;
        }
    );
    return items;
}

std::vector<Item> ExampleStore::matching_items(
    std::int64_t source_id,
    const schema::Filter& where,
    std::size_t at_most
) const {
    std::vector<Item> items;
    schema::each_record(database_, source_id, where.fields(), [&](schema::RecordFound& found) {
        if (where.matches(found.fields))
            items.push_back({found.id, found.version, std::nullopt, std::nullopt, found.group});
        return items.size() < at_most;
    });
    return items;
}

std::unordered_map<std::string, std::string>
field_by_key(base::Transactions steps, std::int64_t source_id, const std::string& field) {
    std::unordered_map<std::string, std::string> values;
    schema::each_record(steps, source_id, {field}, [&](schema::RecordFound& found) {
        if (auto value = found.fields(field)) values.emplace(found.id.key, *value);
        return true;
    });
    return values;
}

std::vector<TextItem> ExampleStore::load_texts(const std::vector<Item>& items) const {
    Examples examples;
    examples.text.resize(items.size());
    for (std::size_t from = 0; from < items.size(); from += page_size) {
        Keys keys(items, from, std::min(items.size(), from + page_size));
        database_.call([&](base::Tx& tx) { read_texts(tx, keys, from, examples); });
    }
    return std::move(examples.text);
}

std::vector<std::string> ExampleStore::fields_in_texts(
    const std::vector<Item>& items,
    const std::vector<std::string>& fields
) const {
    std::vector<std::string> found;
    if (items.empty() || fields.empty()) return found;
    auto texts = load_texts(items);
    for (const auto& field : fields)
        for (std::size_t from = 0; from < items.size(); from += page_size) {
            Keys keys(items, from, std::min(items.size(), from + page_size));
            if (!database_.call([&](base::Tx& tx) {
                    return take_field_out(tx, keys, from, field, texts);
                }))
                continue;
            found.push_back(field);
            break;
        }
    return found;
}

std::vector<PageItem> ExampleStore::load_pages(const std::vector<Item>& items) const {
    std::vector<PageItem> pages(items.size());
    for (std::size_t from = 0; from < items.size(); from += page_size) {
        Keys keys(items, from, std::min(items.size(), from + page_size));
        database_.call([&](base::Tx& tx) {
            for (auto& row : rows_of<PageRow>(tx, sql::file["pages_of"], keys))
                pages[from + row.place - 1] = {std::move(row.type), std::move(row.markdown)};
        });
    }
    return pages;
}

Examples ExampleStore::load(
    const std::vector<Item>& items,
    const std::vector<std::string>& class_names,
    const std::string& target
) const {
    Examples examples;
    examples.rows = items.size();
    examples.class_names = class_names;
    if (items.empty()) return examples;
    auto source_id = items[0].id.source_id;
    for (const auto& item : items) examples.keys.push_back(item.id.rk);

    bool has_text = false, has_numbers = false, has_images = false;
    database_.call([&](base::Tx& tx) {
        auto has = base::first_as<Parts>(tx.exec(sql::file["source_has"], source_id)).value();
        has_text = texts_ && has.text;
        has_numbers = has.numbers;
        has_images = images_ && has.images;
        if (has_numbers) examples.columns = schema::latest_columns(tx, source_id);
    });
    if (has_text) examples.text.resize(items.size());
    examples.numeric.assign(
        items.size() * examples.columns.size(), std::numeric_limits<double>::quiet_NaN()
    );

    for (std::size_t from = 0; from < items.size(); from += page_size) {
        auto to = std::min(items.size(), from + page_size);
        Keys keys(items, from, to);
        database_.call([&](base::Tx& tx) {
            if (has_text) read_texts(tx, keys, from, examples);
            for (const auto& field : left_out_)
                if (has_text) take_field_out(tx, keys, from, field, examples.text);
            if (!examples.columns.empty()) read_numbers(tx, keys, from, examples);
            if (fixes_ && !examples.columns.empty()) read_fixes(tx, keys, from, examples);
            for (auto at = from; has_images && at < to; at += images_at_once) {
                Keys some(items, at, std::min(to, at + images_at_once));
                has_images = read_images(tx, some, at, blobs_, decode_, examples);
            }
        });
    }
    if (!has_images) {
        examples.pixels.clear();
        examples.pixel_count = 0;
    }
    bool all_classes = std::all_of(items.begin(), items.end(), [](const auto& item) {
        return item.class_id.has_value();
    });
    bool all_values = std::all_of(items.begin(), items.end(), [](const auto& item) {
        return item.value.has_value();
    });
    for (const auto& item : items) {
        if (all_classes) {
            examples.classes.push_back(*item.class_id);
        } else if (all_values) {
            examples.targets.push_back(*item.value);
        }
    }
    if (!target.empty()) move_target(examples, target);
    return examples;
}

}  // namespace training
