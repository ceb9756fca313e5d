// Scraping rules from TOML.
//
// What people write (the *Settings here) and what is run (rule_set.hpp) are apart: selectors and
// expressions are compiled once, after all that can be wrong with a file has been told with its
// line.
#include <algorithm>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/bytes/hash.hpp"
#include "base/error.hpp"
#include "base/settings/settings.hpp"
#include "base/text/ascii.hpp"
#include "crawler/scrape/rule_set.hpp"

namespace crawler {

namespace json = boost::json;

namespace {

using MaybeFault = std::optional<base::Fault>;

constexpr int deepest_nesting = 8;

struct FieldSettings {
    std::vector<std::string> css;
    std::string xpath, attr;
    bool many = false;
    std::optional<int> index;
    ValueType type = ValueType::text;
    std::string decimal, format, regex, truth, pointer;
    std::optional<std::string> join;
    base::JsonText otherwise;
    bool required = false, category = false;
    std::string unit;
    std::vector<std::pair<std::string, FieldSettings>> fields;

    static const base::Settings<FieldSettings> settings;

    // Defined below: a pair asks for it while this, which holds pairs of itself, is not yet whole.
    FieldSettings();
};
FieldSettings::FieldSettings() = default;
using Fields = std::vector<std::pair<std::string, FieldSettings>>;

// What is made into one record: a page, or an item of it.
struct RecordSettings {
    Fields fields;
    std::string main, time, group;

    static const base::Settings<RecordSettings> settings;
};

struct ItemSettings {
    std::vector<std::string> css;
    std::string xpath;
    std::vector<std::string> key;
    bool page = false;
    RecordSettings record;

    static const base::Settings<ItemSettings> settings;
};

struct SetSettings {
    std::string pages;
    std::vector<std::string> remove, follow;
    bool follow_only = false;
    std::optional<ItemSettings> items;
    RecordSettings record;

    static const base::Settings<SetSettings> settings;
};

struct FileSettings {
    SetSettings set;
    bool others = true;
    std::variant<bool, ImageRules> images = false;
    std::optional<FileRules> files;
    std::vector<SetSettings> pages;

    static const base::Settings<FileSettings> settings;
};

MaybeFault check_css(const std::string& text) {
    formats::Selector::parse(text);
    return std::nullopt;
}

MaybeFault check_one_css(const std::string& text) {
    return text.empty() ? std::nullopt : check_css(text);
}

MaybeFault check_expression(const std::string& text) {
    if (!text.empty()) formats::check_xpath(text);
    return std::nullopt;
}

MaybeFault check_pattern(const std::string& text) {
    base::Pattern::parse(text, {.all_scripts = true});
    return std::nullopt;
}

MaybeFault check_pointer(const std::string& text) {
    if (text.starts_with('/')) return std::nullopt;
    return base::Fault{
        "is no JSON pointer: it begins with '/'", "write pointer = \"/offers/price\""};
}

MaybeFault check_field(FieldSettings& field) {
    auto type = field.type;
    bool dated = type == ValueType::date || type == ValueType::datetime;
    bool numeric = type == ValueType::number || type == ValueType::integer;
    auto wrong = [](std::string reason, std::string mend = {}) {
        return base::Fault{std::move(reason), std::move(mend)};
    };
    if (!field.css.empty() && !field.xpath.empty())
        return wrong("needs css or xpath, and one of them only");
    if (field.join && !field.many) return wrong("joins one value", "add many = true");
    if (!field.format.empty() && !dated)
        return wrong("has a format but is no date", "add type = \"date\"");
    if (!field.truth.empty() && type != ValueType::boolean)
        return wrong("says what is true but is no boolean", "add type = \"boolean\"");
    if (!field.decimal.empty() && !numeric)
        return wrong("has a decimal but is no number", "add type = \"number\"");
    if (field.category && (field.many || type != ValueType::text || !field.fields.empty()))
        return wrong("is a category but not one text");
    bool typed = type != ValueType::text || !field.attr.empty() || !field.regex.empty() ||
                 field.join || !field.pointer.empty();
    if (!field.fields.empty() && typed)
        return wrong("has fields of its own", "take away type, attr, regex, join and pointer");
    const auto& usual = field.otherwise.text;
    if (usual.starts_with('{') || usual.starts_with('['))
        return base::Fault{"must be a text, number, true or false", "", "default"};
    return std::nullopt;
}

MaybeFault check_named(const Fields& fields, const std::string& name, const std::string& at) {
    for (const auto& [known, field] : fields)
        if (known == name && !field.many && field.fields.empty()) return std::nullopt;
    return base::Fault{fmt::format("is '{}', which is no field with one value", name), "", at};
}

int depth_of(const Fields& fields) {
    int deepest = 0;
    for (const auto& [name, field] : fields) deepest = std::max(deepest, depth_of(field.fields));
    return fields.empty() ? 0 : deepest + 1;
}

MaybeFault check_record(RecordSettings& record) {
    if (depth_of(record.fields) > deepest_nesting)
        return base::Fault{"are nested too deep", "", "fields"};
    if (!record.time.empty())
        if (auto fault = check_named(record.fields, record.time, "time")) return fault;
    if (!record.group.empty()) return check_named(record.fields, record.group, "group");
    return std::nullopt;
}

MaybeFault check_items(ItemSettings& items) {
    if (items.css.empty() == items.xpath.empty())
        return base::Fault{"needs css or xpath, and one of them only"};
    if (items.record.fields.empty()) return base::Fault{"has no fields"};
    for (const auto& name : items.key)
        if (auto fault = check_named(items.record.fields, name, "key")) return fault;
    return std::nullopt;
}

MaybeFault check_set(SetSettings& set) {
    for (const auto& [name, field] : set.record.fields)
        if (field.css.empty() && field.xpath.empty())
            return base::Fault{"needs css or xpath", "", "fields." + name};
    if (set.follow_only && set.follow.empty())
        return base::Fault{"stands without follow", "add follow", "follow_only"};
    return std::nullopt;
}

const base::Settings<FieldSettings> FieldSettings::settings{
    {{"css", &FieldSettings::css, "the first that matches anything", {.check = &check_css}},
     {"xpath", &FieldSettings::xpath, "instead of css", {.check = &check_expression}},
     {"attr", &FieldSettings::attr, "an attribute instead of the text"},
     {"many", &FieldSettings::many, "all that match, not only the first"},
     {"index", &FieldSettings::index, "which of them; -1 is the last"},
     {"type", &FieldSettings::type, "what the value is"},
     {"decimal", &FieldSettings::decimal, "of numbers", {.choices = {".", ","}}},
     {"format", &FieldSettings::format, "of dates, as for strptime"},
     {"regex", &FieldSettings::regex, "what of the text counts", {.check = &check_pattern}},
     {"true", &FieldSettings::truth, "what is true, of a boolean", {.check = &check_pattern}},
     {"pointer", &FieldSettings::pointer, "into JSON: /offers/price", {.check = &check_pointer}},
     {"join", &FieldSettings::join, "between many values, to make one text"},
     {"default", &FieldSettings::otherwise, "where nothing matches"},
     {"required", &FieldSettings::required, "without it there is no record"},
     {"category", &FieldSettings::category, "a number for each different text"},
     {"unit", &FieldSettings::unit, "of a number"},
     {"fields", &FieldSettings::fields, "fields within it"}},
    &check_field};

const base::Settings<RecordSettings> RecordSettings::settings{
    {{"fields", &RecordSettings::fields, "what to take"},
     {"main", &RecordSettings::main, "where the text is", {.check = &check_one_css}},
     {"time", &RecordSettings::time, "the field that is the record's time"},
     {"group", &RecordSettings::group, "the field that is the record's group"}},
    &check_record};

const base::Settings<ItemSettings> ItemSettings::settings{
    {{"css", &ItemSettings::css, "what is an item", {.check = &check_css}},
     {"xpath", &ItemSettings::xpath, "instead of css", {.check = &check_expression}},
     {"key", &ItemSettings::key, "fields that name an item"},
     {"page", &ItemSettings::page, "keep the page as a record, too"},
     {&ItemSettings::record}},
    &check_items};

const base::Settings<SetSettings> SetSettings::settings{
    {{"pages", &SetSettings::pages, "only of these addresses", {.check = &check_pattern}},
     {"remove", &SetSettings::remove, "what to leave out", {.check = &check_css}},
     {"items", &SetSettings::items, "each of these is a record"},
     {"follow", &SetSettings::follow, "links to go on with", {.check = &check_css}},
     {"follow_only", &SetSettings::follow_only, "and no others"},
     {&SetSettings::record}},
    &check_set};

const base::Settings<FileSettings> FileSettings::settings{
    {&FileSettings::set},
    {"others", &FileSettings::others, "keep pages that no rules apply to"},
    {"images", &FileSettings::images, "also keep the images that pages show"},
    {"files", &FileSettings::files, "also keep linked files"},
    {"page", &FileSettings::pages, "rules for some pages only"},
};

std::vector<formats::Selector> selectors(const std::vector<std::string>& texts) {
    std::vector<formats::Selector> all;
    for (const auto& text : texts) all.push_back(formats::Selector::parse(text));
    return all;
}

std::optional<base::Pattern> pattern(const std::string& text) {
    if (text.empty()) return std::nullopt;
    return base::Pattern::parse(text, {.all_scripts = true});
}

std::vector<FieldRule> rules_of(const Fields& fields);

FieldRule rule_of(const std::string& name, const FieldSettings& given) {
    FieldRule rule;
    rule.name = name;
    rule.css = selectors(given.css);
    rule.xpath = given.xpath;
    rule.attr = base::to_lower(given.attr);
    rule.many = given.many;
    rule.index = given.index;
    rule.type = given.type;
    if (!given.decimal.empty()) rule.decimal = given.decimal[0];
    rule.format = given.format;
    rule.regex = pattern(given.regex);
    rule.truth = pattern(given.truth);
    rule.pointer = given.pointer;
    rule.join = given.join;
    if (!given.otherwise.text.empty()) rule.otherwise = json::parse(given.otherwise.text);
    rule.required = given.required;
    rule.category = given.category;
    rule.unit = given.unit;
    rule.fields = rules_of(given.fields);
    return rule;
}

std::vector<FieldRule> rules_of(const Fields& fields) {
    std::vector<FieldRule> rules;
    for (const auto& [name, field] : fields) rules.push_back(rule_of(name, field));
    return rules;
}

RecordRules record_of(const RecordSettings& given) {
    RecordRules record;
    record.fields = rules_of(given.fields);
    if (!given.main.empty()) record.main = formats::Selector::parse(given.main);
    record.time = given.time;
    record.group = given.group;
    return record;
}

RuleSet set_of(const SetSettings& given) {
    RuleSet set;
    set.pages = pattern(given.pages);
    set.remove = selectors(given.remove);
    set.record = record_of(given.record);
    if (given.items) {
        const auto& from = *given.items;
        set.items.emplace();
        set.items->css = selectors(from.css);
        set.items->xpath = from.xpath;
        set.items->key = from.key;
        set.items->page = from.page;
        set.items->record = record_of(from.record);
    }
    set.follow = selectors(given.follow);
    set.follow_only = given.follow_only;
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
    const base::Document& document,
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
            document.fail(
                "", "field '" + field.name + "' has two types or units", "give it one, or two names"
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
    return parse(base::Document::toml(text, file_name));
}

Rules Rules::parse(const base::Document& document) {
    auto given = FileSettings::settings.read(document);
    auto parsed = std::make_unique<Parsed>();
    parsed->keep_others = given.others;
    if (const auto* images = std::get_if<ImageRules>(&given.images)) {
        parsed->media.images = *images;
    } else if (std::get<bool>(given.images)) {
        parsed->media.images = ImageRules();
    }
    parsed->media.files = given.files;
    for (const auto& set : given.pages) parsed->sets.push_back(set_of(set));
    // Those of the whole file come last: what no [[page]] is for.
    auto set = set_of(given.set);
    if (says_anything(set)) parsed->sets.push_back(std::move(set));
    for (auto& one : parsed->sets) {
        give_columns(document, one.record.fields, parsed->columns);
        if (one.items) give_columns(document, one.items->record.fields, parsed->columns);
    }
    parsed->sha256 = base::sha256_hex(json::serialize(document.root()));
    return Rules(std::move(parsed));
}

}  // namespace crawler
