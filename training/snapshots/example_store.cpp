// Items are the keys, examples their contents. Contents are read for 5,000 keys at a time (500 of
// images, which are large), one statement a page and part, whatever the number of columns. Two
// pages are read at once: the server makes one while the other is taken apart.
#include "training/snapshots/example_store.hpp"

#include <algorithm>
#include <cmath>
#include <deque>
#include <future>
#include <limits>
#include <mutex>

#include <fmt/format.h>

#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "base/error.hpp"
#include "base/not_found.hpp"
#include "schema/records/record_fields.hpp"
#include "schema/sources/source_store.hpp"
#include "training/candidates/gathered.hpp"
#include "training/numeric/large.hpp"
#include "training/snapshots/content_store.hpp"
#include "training/sql.hpp"

namespace training {

namespace {

constexpr std::size_t page_size = 5000;
constexpr std::size_t images_at_once = 500;
constexpr auto first_rk = std::numeric_limits<std::int64_t>::min();

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

// Twice the processors of a small machine: the server works on one page while another is read here.
constexpr std::size_t pages_at_once = 4;

// Calls read(tx, keys, from) for each page of items, `pages_at_once` of them on threads of their
// own; what they write must be theirs alone.
template <typename Read>
void in_pages(base::Database& database, const std::vector<Item>& items, const Read& read) {
    std::deque<std::future<void>> under_way;  // ended before they go, whatever is thrown
    for (std::size_t from = 0; from < items.size(); from += page_size) {
        if (under_way.size() == pages_at_once) {
            under_way.front().get();
            under_way.pop_front();
        }
        under_way.push_back(std::async(std::launch::async, [&, from] {
            const Keys keys(items, from, std::min(items.size(), from + page_size));
            database.call([&](base::Tx& tx) { read(tx, keys, from); });
        }));
    }
    for (auto& page : under_way) page.get();
}

// Classes or targets, where all items have them.
void add_labels(const std::vector<Item>& items, Examples& examples) {
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
}

// A numeric column that every row must have, taken out of the features. `what`: "target" ..
std::vector<double>
take_column_out(Examples& examples, const std::string& what, const std::string& name) {
    const auto thing = fmt::format("{} '{}'", what, name);
    auto found =
        std::find_if(examples.columns.begin(), examples.columns.end(), [&](const auto& column) {
            return column.name == name;
        });
    if (found == examples.columns.end())
        throw base::NotFound(
            thing,
            "the source has no numeric column of that name",
            "see the columns with 'tilth source show'"
        );
    if (found->type == schema::Column::Type::category)
        throw base::Error(
            thing,
            fmt::format("is a category, and a {} is a number", what),
            what == "target" ? "make a project of classes with its values as labels"
                             : "choose a column of numbers"
        );
    auto column = static_cast<std::size_t>(found - examples.columns.begin());
    auto width = examples.columns.size();
    std::vector<double> taken(examples.rows), rest;
    rest.reserve(examples.rows * (width - 1));
    for (std::size_t row = 0; row < examples.rows; ++row)
        for (std::size_t i = 0; i < width; ++i) {
            double value = examples.numeric[row * width + i];
            if (i == column) {
                taken[row] = value;
            } else {
                rest.push_back(value);
            }
        }
    const auto without = std::count_if(taken.begin(), taken.end(), [](double value) {
        return !std::isfinite(value);
    });
    if (without > 0)
        throw base::Error(
            thing,
            fmt::format("{} of {} records have no number there", without, examples.rows),
            fmt::format(R"(make the snapshot with --where '"{}" > -1e300')", name)
        );
    examples.numeric = std::move(rest);
    examples.columns.erase(found);
    return taken;
}

void set_apart(Examples& examples, const SetApart& apart) {
    if (!apart.target.empty()) {
        examples.targets = take_column_out(examples, "target", apart.target);
        examples.classes.clear();
    }
    if (apart.weight.empty()) return;
    for (double weight : take_column_out(examples, "weight", apart.weight)) {
        if (weight < 0 || weight > 1e30)
            throw base::Error(
                fmt::format("weight '{}'", apart.weight),
                fmt::format("{} is none", weight),
                "weights lie between 0 and 1e30"
            );
        examples.weights.push_back(static_cast<float>(weight));
    }
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
    items.shrink_to_fit();
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
    Presence presence(where.fields());
    schema::each_record(database_, source_id, where.fields(), [&](schema::RecordFound& found) {
        presence.see(found.fields);
        if (where.matches(found.fields))
            items.push_back({found.id, found.version, std::nullopt, std::nullopt, found.group});
        return items.size() < at_most;
    });
    if (items.size() < at_most) presence.refuse("condition");
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

std::vector<schema::Column>
ExampleStore::columns_of(std::int64_t snapshot_id, std::int64_t source_id) const {
    return database_.call([&](base::Tx& tx) {
        std::map<int, std::vector<schema::Column>> sets;
        for (const auto& row : tx.exec(sql::file["column_sets_of_snapshot"], snapshot_id)) {
            auto version = row["column_set"].as<int>();
            sets[version] = schema::columns_of(tx, source_id, version);
        }
        return schema::columns_together(sets);
    });
}

TextColumn ExampleStore::load_texts(const std::vector<Item>& items) const {
    Examples examples;
    examples.text.resize(items.size());
    in_pages(database_, items, [&](base::Tx& tx, const Keys& keys, std::size_t from) {
        read_texts(tx, keys, from, examples);
    });
    return std::move(examples.text);
}

std::vector<std::string>
ExampleStore::load_field(const std::vector<Item>& items, const std::string& field) const {
    std::vector<std::string> texts(items.size());
    in_pages(database_, items, [&](base::Tx& tx, const Keys& keys, std::size_t from) {
        read_field(tx, keys, from, field, texts);
    });
    return texts;
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

formats::PictureShape ExampleStore::shape_of_pictures(const std::vector<Item>& items) const {
    auto wanted = pictures_;
    if (wanted.width > 0 && wanted.channels > 0) return wanted;
    constexpr int small = 64, usual = 32;
    std::map<PictureKey, bool> shapes;
    std::mutex mutex;
    in_pages(database_, items, [&](base::Tx& tx, const Keys& keys, std::size_t) {
        const auto some = read_shapes(tx, keys);
        const std::lock_guard lock(mutex);
        for (const auto& [shape, raw] : some) {
            auto [known, fresh] = shapes.emplace(shape, raw);
            if (!fresh) known->second = known->second && raw;
        }
    });
    if (shapes.empty()) return {0, 0, 0};
    const auto& [only, raw] = *shapes.begin();
    const bool as_is = shapes.size() == 1 && raw && only[0] <= small && only[1] <= small;
    if (wanted.channels == 0) {
        if (as_is && wanted.width == 0) return {only[0], only[1], only[2]};
        bool colour = std::any_of(shapes.begin(), shapes.end(), [](const auto& shape) {
            return shape.first[2] >= 3;
        });
        wanted.channels = colour ? 3 : 1;
    }
    if (wanted.width == 0) {
        wanted.width = as_is ? only[0] : usual;
        wanted.height = as_is ? only[1] : usual;
    }
    return wanted;
}

Examples ExampleStore::load(
    const std::vector<Item>& items,
    const std::vector<std::string>& class_names,
    const SetApart& apart
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
    });
    if (has_text) examples.text.resize(items.size());
    for (const auto& field : fields_) examples.payload[field].resize(items.size());
    NumberReader numbers(examples, columns_);
    if (has_images) {
        const auto shape = shape_of_pictures(items);
        has_images = shape.width > 0;
        examples.pixel_count = shape.values();
        examples.pixel_width = static_cast<std::size_t>(shape.width);
        examples.pixel_channels = static_cast<std::size_t>(shape.channels);
        reserve_large(examples.pixels, examples.rows * examples.pixel_count);
        examples.pixels.resize(examples.rows * examples.pixel_count);
        examples.sizes.resize(examples.rows);
    }

    in_pages(database_, items, [&](base::Tx& tx, const Keys& keys, std::size_t from) {
        if (has_text) read_texts(tx, keys, from, examples);
        for (const auto& field : left_out_)
            if (has_text) take_field_out(tx, keys, from, field, examples.text);
        for (const auto& field : fields_)
            read_field(tx, keys, from, field, examples.payload.at(field));
        if (has_numbers) numbers.read(tx, keys, from);
        const auto to = std::min(items.size(), from + page_size);
        for (auto at = from; has_images && at < to; at += images_at_once) {
            Keys some(items, at, std::min(to, at + images_at_once));
            read_images(tx, some, at, blobs_, decode_, examples);
        }
    });
    if (fixes_ && !examples.columns.empty())  // when it is known which columns there are
        in_pages(database_, items, [&](base::Tx& tx, const Keys& keys, std::size_t from) {
            read_fixes(tx, keys, from, examples);
        });
    database_.call([&](base::Tx& tx) { numbers.name_values(tx, source_id); });
    add_labels(items, examples);
    set_apart(examples, apart);
    return examples;
}

}  // namespace training
