// Items are the keys, examples their contents. Contents are read for 5,000 keys at a time, which
// travel as arrays and come back with their place in them: one statement a page and part, whatever
// the number of columns.
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
#include "base/error.hpp"
#include "schema/records/record_fields.hpp"
#include "schema/records/values.hpp"
#include "schema/sources/source_store.hpp"
#include "training/sql.hpp"

namespace training {

namespace {

constexpr int page_size = 5000;
constexpr auto first_rk = std::numeric_limits<std::int64_t>::min();

Item item_of(const pqxx::row& row) {
    Item item;
    item.id = {row[0].as<std::int64_t>(), row[1].as<std::int64_t>(), row[2].as<std::string>()};
    item.version = row[3].as<int>();
    if (!row[4].is_null()) item.class_id = row[4].as<int>();
    if (!row[5].is_null()) item.value = row[5].as<double>();
    item.group = row[6].as<std::string>();
    return item;
}

// Calls read(tx, rk, key) for page after page until one is short; read returns the page's rows.
template <typename Read, typename Take>
void each_page(base::Database& database, Read read, Take take) {
    std::int64_t rk = first_rk;
    std::string key;
    for (;;) {
        auto rows = database.call([&](base::Tx& tx) { return read(tx, rk, key); });
        for (const auto& row : rows)
            if (!take(row)) return;
        if (rows.size() < page_size) return;
        rk = rows.back()[0].template as<std::int64_t>();
        key = rows.back()[2].template as<std::string>();
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

void read_texts(base::Tx& tx, const Keys& keys, std::size_t from, Examples& examples) {
    for (const auto& row :
         tx.exec(sql::file["texts_of"], keys.rks, keys.keys, keys.versions, keys.source_id)) {
        auto place = from + row[0].as<std::size_t>() - 1;
        examples.text[place] = {row[1].as<std::string>(), row[2].as<std::string>()};
    }
}

void read_numbers(base::Tx& tx, const Keys& keys, std::size_t from, Examples& examples) {
    auto width = examples.columns.size();
    for (const auto& row :
         tx.exec(sql::file["numbers_of"], keys.rks, keys.keys, keys.versions, keys.source_id)) {
        auto place = from + row[0].as<std::size_t>() - 1;
        auto values = schema::doubles_of(row[2].c_str());
        if (row[1].as<int>() > 0 && values.size() != width) {
            auto columns = schema::columns_of(tx, keys.source_id, row[1].as<int>());
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
    for (const auto& row :
         tx.exec(sql::file["fixes_of"], keys.rks, keys.keys, keys.versions, keys.source_id)) {
        auto place = from + row[0].as<std::size_t>() - 1;
        auto name = row[1].as<std::string>();
        for (std::size_t i = 0; i < width; ++i) {
            if (examples.columns[i].name != name) continue;
            if (auto value =
                    value_in(tx, keys.source_id, examples.columns[i], row[2].as<std::string>()))
                examples.numeric[place * width + i] = *value;
        }
    }
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
        [&](base::Tx& tx, auto rk, const auto& key) {
            return tx.exec(sql::file["split_items"], snapshot_id, split, rk, key, page_size);
        },
        [&](const auto& row) {
            items.push_back(item_of(row));
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
        [&](base::Tx& tx, auto rk, const auto& key) {
            return tx.exec(sql::file["unlabeled_items"], project_id, source_id, rk, key, page_size);
        },
        [&](const auto& row) {
            items.push_back(item_of(row));
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
        auto has = tx.exec(sql::file["source_has"], source_id)[0];
        has_text = texts_ && has[0].as<bool>();
        has_numbers = has[1].as<bool>();
        has_images = images_ && has[2].as<bool>();
        if (has_numbers) examples.columns = schema::latest_columns(tx, source_id);
    });
    if (has_text) examples.text.resize(items.size());
    examples.numeric.assign(
        items.size() * examples.columns.size(), std::numeric_limits<double>::quiet_NaN()
    );

    auto read_images = [&](base::Tx& tx, const Keys& keys, std::size_t from) {
        for (const auto& row :
             tx.exec(sql::file["images_of"], keys.rks, keys.keys, keys.versions, keys.source_id)) {
            auto place = from + row[0].as<std::size_t>() - 1;
            int width = row[1].as<int>(), height = row[2].as<int>(), channels = row[3].as<int>();
            auto count = static_cast<std::size_t>(width) * static_cast<std::size_t>(height) *
                         static_cast<std::size_t>(channels);
            auto bytes = blobs_.unpack(
                row[5].as<std::string>(),
                row[6].is_null() ? std::string() : base::bytes(row[6]),
                row[7].as<std::string>(),
                row[8].as<std::size_t>()
            );
            if (row[4].as<std::string>() != "raw") {
                if (!decode_) continue;
                bytes = decode_(bytes, width, height, channels);
            }
            if (examples.pixel_count == 0) {
                examples.pixel_count = count;
                examples.pixel_width = static_cast<std::size_t>(width);
                examples.pixel_channels = static_cast<std::size_t>(channels);
                examples.pixels.resize(count * items.size());
            }
            if (count != examples.pixel_count || bytes.size() != count) {
                has_images = false;  // images of several sizes have no common features here
                return;
            }
            std::copy(
                bytes.begin(),
                bytes.end(),
                examples.pixels.begin() + static_cast<std::ptrdiff_t>(place * count)
            );
        }
    };
    for (std::size_t from = 0; from < items.size(); from += page_size) {
        Keys keys(items, from, std::min(items.size(), from + page_size));
        database_.call([&](base::Tx& tx) {
            if (has_text) read_texts(tx, keys, from, examples);
            if (!examples.columns.empty()) read_numbers(tx, keys, from, examples);
            if (fixes_ && !examples.columns.empty()) read_fixes(tx, keys, from, examples);
            if (has_images) read_images(tx, keys, from);
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
