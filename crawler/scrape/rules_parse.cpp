// Scraping rules from TOML.
#include <charconv>
#include <functional>
#include <sstream>

#include <toml++/toml.h>
#include <boost/json.hpp>

#include "base/bytes/hash.hpp"
#include "base/error.hpp"
#include "base/text/ascii.hpp"
#include "crawler/scrape/rule_set.hpp"

namespace crawler {

namespace json = boost::json;

namespace {

constexpr int deepest_nesting = 8;

class Reader {
public:
    explicit Reader(std::string file) : file_(std::move(file)) {}

    [[noreturn]] void
    fail(const toml::node& node, const std::string& reason, const std::string& mend = {}) const {
        throw base::UsageError(
            file_ + ":" + std::to_string(node.source().begin.line), reason, mend
        );
    }

    // A UsageError of `work` as one at this node.
    template <typename Work>
    auto within(const toml::node& node, Work work) const {
        try {
            return work();
        } catch (const base::UsageError& error) {
            fail(node, error.what());
        }
    }

    std::string text(const toml::node& node, std::string_view key) const {
        if (!node.is_string()) fail(node, std::string(key) + " is not a text");
        return *node.value<std::string>();
    }
    bool truth(const toml::node& node, std::string_view key) const {
        if (!node.is_boolean()) fail(node, std::string(key) + " is not true or false");
        return *node.value<bool>();
    }
    // A text, or a list of texts.
    std::vector<std::string> texts(const toml::node& node, std::string_view key) const {
        const auto* list = node.as_array();
        if (!list) return {text(node, key)};
        std::vector<std::string> all;
        for (const auto& entry : *list) all.push_back(text(entry, key));
        if (all.empty()) fail(node, std::string(key) + " is an empty list");
        return all;
    }
    const toml::table& table(const toml::node& node, std::string_view key) const {
        const auto* found = node.as_table();
        if (!found) fail(node, std::string(key) + " is not a table");
        return *found;
    }

    formats::Selector selector(const toml::node& node, std::string_view key) const {
        auto css = text(node, key);
        return within(node, [&] { return formats::Selector::parse(css); });
    }
    std::vector<formats::Selector> selectors(const toml::node& node, std::string_view key) const {
        std::vector<formats::Selector> all;
        const auto* list = node.as_array();
        if (!list) {
            all.push_back(selector(node, key));
            return all;
        }
        for (const auto& entry : *list) all.push_back(selector(entry, key));
        return all;
    }
    std::string xpath(const toml::node& node) const {
        auto expression = text(node, "xpath");
        within(node, [&] { formats::check_xpath(expression); });
        return expression;
    }
    base::Pattern pattern(const toml::node& node, std::string_view key) const {
        auto regex = text(node, key);
        return within(node, [&] { return base::Pattern::parse(regex, {.all_scripts = true}); });
    }

    json::value plain_value(const toml::node& node, std::string_view key) const {
        if (node.is_string()) return json::value(*node.value<std::string>());
        if (node.is_boolean()) return *node.value<bool>();
        if (node.is_integer()) return *node.value<std::int64_t>();
        if (node.is_floating_point()) return *node.value<double>();
        fail(node, std::string(key) + " is not a text, number, true or false");
    }

    // A table with what it holds, as settings of a source have it.
    json::value settings(const toml::node& node) const {
        std::ostringstream written;
        if (const auto* held = node.as_table()) {
            written << toml::json_formatter(*held);
        } else {
            return plain_value(node, "images");
        }
        return json::parse(written.str());
    }

    const std::string& file() const { return file_; }

private:
    std::string file_;
};

FieldRule read_field(const Reader& reader, std::string name, const toml::node& node, int depth);

std::vector<FieldRule>
read_fields(const Reader& reader, const toml::node& node, std::string_view key, int depth) {
    std::vector<FieldRule> fields;
    if (depth > deepest_nesting) reader.fail(node, "fields are nested too deep");
    for (const auto& [name, field] : reader.table(node, key))
        fields.push_back(read_field(reader, std::string(name.str()), field, depth));
    return fields;
}

void read_type(const Reader& reader, const toml::node& node, FieldRule& field) {
    auto word = reader.text(node, "type");
    auto type = value_type_of(word);
    if (!type)
        reader.fail(
            node,
            "unknown type '" + word + "'",
            "text, number, integer, boolean, date, datetime, url, json, html and exists are known"
        );
    field.type = *type;
}

// One key of a field; false if there is no such key.
bool read_key(
    const Reader& reader,
    std::string_view word,
    const toml::node& value,
    FieldRule& field,
    int depth
) {
    if (word == "css") {
        field.css = reader.selectors(value, word);
    } else if (word == "xpath") {
        field.xpath = reader.xpath(value);
    } else if (word == "attr") {
        field.attr = base::to_lower(reader.text(value, word));
    } else if (word == "many") {
        field.many = reader.truth(value, word);
    } else if (word == "index") {
        if (!value.is_integer()) reader.fail(value, "index is not a whole number");
        field.index = static_cast<int>(*value.value<std::int64_t>());
    } else if (word == "type") {
        read_type(reader, value, field);
    } else if (word == "decimal") {
        auto mark = reader.text(value, word);
        if (mark != "." && mark != ",") reader.fail(value, "decimal is neither '.' nor ','");
        field.decimal = mark[0];
    } else if (word == "format") {
        field.format = reader.text(value, word);
    } else if (word == "regex") {
        field.regex = reader.pattern(value, word);
    } else if (word == "true") {
        field.truth = reader.pattern(value, word);
    } else if (word == "pointer") {
        field.pointer = reader.text(value, word);
        if (!field.pointer.starts_with('/'))
            reader.fail(
                value, "a JSON pointer begins with '/'", "write pointer = \"/offers/price\""
            );
    } else if (word == "join") {
        field.join = reader.text(value, word);
    } else if (word == "default") {
        field.otherwise = reader.plain_value(value, word);
    } else if (word == "required") {
        field.required = reader.truth(value, word);
    } else if (word == "category") {
        field.category = reader.truth(value, word);
    } else if (word == "unit") {
        field.unit = reader.text(value, word);
    } else if (word == "fields") {
        field.fields = read_fields(reader, value, word, depth + 1);
    } else {
        return false;
    }
    return true;
}

void check_field(const Reader& reader, const toml::node& node, const FieldRule& field, int depth) {
    auto name = "fields." + field.name;
    if (!field.css.empty() && !field.xpath.empty())
        reader.fail(node, name + " needs css or xpath, and one of them only");
    if (depth == 0 && field.css.empty() && field.xpath.empty())
        reader.fail(node, name + " needs css or xpath");
    if (field.join && !field.many) reader.fail(node, name + " joins one value", "add many = true");
    if (!field.format.empty() && field.type != ValueType::date && field.type != ValueType::datetime)
        reader.fail(node, name + " has a format but is no date", "add type = \"date\"");
    if (field.truth && field.type != ValueType::boolean)
        reader.fail(node, name + " says what is true but is no boolean", "add type = \"boolean\"");
    if (field.decimal != 0 && field.type != ValueType::number && field.type != ValueType::integer)
        reader.fail(node, name + " has a decimal but is no number", "add type = \"number\"");
    if (field.category && (field.many || field.type != ValueType::text || !field.fields.empty()))
        reader.fail(node, name + " is a category but not one text");
    bool typed = field.type != ValueType::text || !field.attr.empty() || field.regex ||
                 field.join || !field.pointer.empty();
    if (!field.fields.empty() && typed)
        reader.fail(
            node, name + " has fields of its own", "take away type, attr, regex, join and pointer"
        );
}

FieldRule read_field(const Reader& reader, std::string name, const toml::node& node, int depth) {
    FieldRule field;
    field.name = std::move(name);
    for (const auto& [key, value] : reader.table(node, "fields." + field.name))
        if (!read_key(reader, key.str(), value, field, depth))
            reader.fail(
                value,
                "unknown key '" + std::string(key.str()) + "'",
                "a field has css, xpath, attr, many, index, type, decimal, format, regex, true, "
                "pointer, join, default, required, category, unit and fields"
            );
    check_field(reader, node, field, depth);
    return field;
}

void check_named(
    const Reader& reader,
    const toml::node& node,
    const RecordRules& record,
    const std::string& name,
    std::string_view key
) {
    for (const auto& field : record.fields)
        if (field.name == name && !field.many && field.fields.empty()) return;
    reader.fail(node, std::string(key) + " '" + name + "' is no field with one value");
}

// Keys of what becomes one record; false if it is none of them. `nodes` remembers those that name
// fields, to be checked when all are read.
bool read_record_key(
    const Reader& reader,
    std::string_view word,
    const toml::node& value,
    RecordRules& record,
    int depth
) {
    if (word == "fields") {
        record.fields = read_fields(reader, value, word, depth);
    } else if (word == "main") {
        record.main = reader.selector(value, word);
    } else if (word == "time") {
        record.time = reader.text(value, word);
    } else if (word == "group") {
        record.group = reader.text(value, word);
    } else {
        return false;
    }
    return true;
}

void check_record(const Reader& reader, const toml::table& table, const RecordRules& record) {
    if (!record.time.empty()) check_named(reader, *table.get("time"), record, record.time, "time");
    if (!record.group.empty())
        check_named(reader, *table.get("group"), record, record.group, "group");
}

ItemRules read_items(const Reader& reader, const toml::node& node) {
    ItemRules items;
    const auto& table = reader.table(node, "items");
    for (const auto& [key, value] : table) {
        auto word = key.str();
        if (word == "css") {
            items.css = reader.selectors(value, word);
        } else if (word == "xpath") {
            items.xpath = reader.xpath(value);
        } else if (word == "key") {
            items.key = reader.texts(value, word);
        } else if (word == "page") {
            items.page = reader.truth(value, word);
        } else if (!read_record_key(reader, word, value, items.record, 1)) {
            reader.fail(
                value,
                "unknown key '" + std::string(word) + "'",
                "items have css, xpath, key, page, main, time, group and fields"
            );
        }
    }
    if (items.css.empty() == items.xpath.empty())
        reader.fail(node, "items need css or xpath, and one of them only");
    if (items.record.fields.empty()) reader.fail(node, "items have no fields");
    for (const auto& name : items.key)
        check_named(reader, *table.get("key"), items.record, name, "key");
    check_record(reader, table, items.record);
    return items;
}

// The keys that a set of rules has; `other` takes those that are not of a set and returns whether
// there is such a key.
using OtherKey = std::function<bool(std::string_view, const toml::node&)>;

RuleSet read_set(const Reader& reader, const toml::table& table, const OtherKey& other) {
    RuleSet set;
    for (const auto& [key, value] : table) {
        auto word = key.str();
        if (word == "remove") {
            if (!value.is_array()) reader.fail(value, "remove is not a list of selectors");
            set.remove = reader.selectors(value, word);
        } else if (word == "pages") {
            set.pages = reader.pattern(value, word);
        } else if (word == "items") {
            set.items = read_items(reader, value);
        } else if (word == "follow") {
            set.follow = reader.selectors(value, word);
        } else if (word == "follow_only") {
            set.follow_only = reader.truth(value, word);
        } else if (!read_record_key(reader, word, value, set.record, 0) && !other(word, value)) {
            reader.fail(
                value,
                "unknown key '" + std::string(word) + "'",
                "rules have remove, main, time, group, pages, follow, follow_only, fields, items, "
                "and once for the file others, images, files and page"
            );
        }
    }
    check_record(reader, table, set.record);
    if (set.follow_only && set.follow.empty())
        reader.fail(*table.get("follow_only"), "follow_only without follow");
    return set;
}

std::optional<schema::Column::Type> column_type(const FieldRule& field) {
    using Type = schema::Column::Type;
    if (field.many || !field.fields.empty()) return std::nullopt;
    switch (field.type) {
        case ValueType::number:
        case ValueType::integer:
            return Type::number;
        case ValueType::boolean:
        case ValueType::exists:
            return Type::flag;
        case ValueType::date:
        case ValueType::datetime:
            return Type::time;
        default:
            return field.category ? std::optional(Type::category) : std::nullopt;
    }
}

// Gives the fields with numeric content their columns; fields of one name share one.
void give_columns(
    const Reader& reader,
    std::vector<FieldRule>& fields,
    std::vector<schema::Column>& columns
) {
    for (auto& field : fields) {
        auto type = column_type(field);
        if (!type) continue;
        schema::Column column{field.name, *type, field.unit};
        auto at = columns.begin();
        while (at != columns.end() && at->name != field.name) ++at;
        if (at != columns.end() && *at != column)
            throw base::UsageError(
                reader.file(),
                "field '" + field.name + "' has two types or units",
                "give it one, or two names"
            );
        field.column = static_cast<std::size_t>(at - columns.begin());
        if (at == columns.end()) columns.push_back(std::move(column));
    }
}

bool says_anything(const RuleSet& set) {
    return !set.record.fields.empty() || set.items || set.record.main || !set.remove.empty() ||
           !set.follow.empty() || set.pages;
}

}  // namespace

Rules Rules::parse(std::string_view text, const std::string& file_name) {
    Reader reader(file_name);
    toml::table root;
    try {
        root = toml::parse(text);
    } catch (const toml::parse_error& error) {
        throw base::UsageError(
            file_name + ":" + std::to_string(error.source().begin.line),
            std::string(error.description())
        );
    }
    auto parsed = std::make_unique<Parsed>();
    auto file_key = [&](std::string_view word, const toml::node& value) {
        if (word == "others") {
            parsed->keep_others = reader.truth(value, word);
        } else if (word == "images") {
            parsed->media.images = reader.within(value, [&] {
                return read_image_rules(reader.settings(value), "images");
            });
        } else if (word == "files") {
            parsed->media.files = reader.within(value, [&] {
                return read_file_rules(reader.settings(value), "files");
            });
        } else if (word == "page") {
            const auto* list = value.as_array();
            if (!list || !list->is_array_of_tables())
                reader.fail(value, "page is not a list of tables", "write [[page]]");
            auto none = [](std::string_view, const toml::node&) { return false; };
            for (const auto& set : *list)
                parsed->sets.push_back(read_set(reader, reader.table(set, "page"), none));
        } else {
            return false;
        }
        return true;
    };
    auto set = read_set(reader, root, file_key);
    // Those of the whole file come last: what no [[page]] is for.
    if (says_anything(set)) parsed->sets.push_back(std::move(set));
    for (auto& one : parsed->sets) {
        give_columns(reader, one.record.fields, parsed->columns);
        if (one.items) give_columns(reader, one.items->record.fields, parsed->columns);
    }
    parsed->sha256 = base::sha256_hex(text);
    return Rules(std::move(parsed));
}

}  // namespace crawler
