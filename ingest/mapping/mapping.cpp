// Fields of a record made into what is stored: key, texts, numbers, time, group.
//
// It runs for every record, so names are looked for where they were in the last one, texts that are
// copied as they stand are views, and the payload is written as JSON by hand into one buffer.
#include "ingest/mapping/mapping.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <span>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "base/bytes/hash.hpp"
#include "base/numbers/parse.hpp"
#include "base/text/ascii.hpp"
#include "base/text/pattern.hpp"
#include "base/text/utf8.hpp"
#include "base/time/civil.hpp"
#include "formats/json/json.hpp"
#include "ingest/mapping/draft_values.hpp"
#include "ingest/mapping/take_media.hpp"

namespace ingest {

namespace {

constexpr std::size_t longest_key = 2000;

bool contains(const std::vector<std::string>& list, std::string_view value) {
    return std::find(list.begin(), list.end(), value) != list.end();
}

}  // namespace

struct Mapping::Impl {
    // A field by name, and where it was in the last record: mostly it is there again.
    struct Wanted {
        std::string name;
        std::size_t hint = 0;
    };

    Rules rules;
    std::vector<schema::Column> columns;
    std::vector<Wanted> key, title, body, group, column_fields;
    Wanted time;
    std::optional<base::Pattern> group_pattern;
    formats::Arena nested;
    bool spells_missing = false;  // by the rules' own spellings
    Notes notes;
    std::span<const formats::Field> all;                       // of the record at hand
    std::unordered_map<std::string_view, std::size_t> places;  // of its fields, if they are many
    ReadPage read_page;

    // A value that is none of its column. False if its record is to be rejected.
    bool leave_out(
        const std::string& column,
        std::string_view value,
        bool time_wanted,
        ColumnRule::Invalid invalid,
        schema::Reject& bad
    ) {
        const char* wanted = time_wanted ? "time" : "number";
        if (invalid == ColumnRule::Invalid::missing) {
            ++notes[fmt::format(
                "values of '{}' are no {}s: left out of the column", column, wanted
            )];
            return true;
        }
        bad.code = time_wanted ? "time.invalid" : "number.invalid";
        bad.column = column;
        bad.reason = fmt::format("'{}' is not a {}", base::cut_at_character(value, 60), wanted);
        return false;
    }

    static std::vector<Wanted> wanted(const std::vector<std::string>& names) {
        std::vector<Wanted> list;
        for (const auto& name : names) list.push_back({name, 0});
        return list;
    }

    // Few fields are found by looking at them; of a record of many the names are kept.
    std::optional<std::size_t>
    place_of(std::span<const formats::Field> fields, std::string_view name) {
        constexpr std::size_t few = 64;
        if (fields.size() <= few || fields.data() != all.data()) {
            for (std::size_t i = 0; i < fields.size(); ++i)
                if (fields[i].name == name) return i;
            return std::nullopt;
        }
        if (places.empty())
            for (std::size_t i = 0; i < fields.size(); ++i) places.try_emplace(fields[i].name, i);
        auto found = places.find(name);
        return found == places.end() ? std::nullopt : std::optional(found->second);
    }

    std::optional<std::string_view> find(std::span<const formats::Field> fields, Wanted& want) {
        if (want.hint >= fields.size() || fields[want.hint].name != want.name) {
            auto place = place_of(fields, want.name);
            if (!place) return reach(fields, want.name);
            want.hint = *place;
        }
        const auto& found = fields[want.hint];
        if (found.kind == formats::Field::Kind::null) return std::nullopt;
        return found.value;
    }

    // "a.b" in the object of field "a".
    std::optional<std::string_view>
    reach(std::span<const formats::Field> fields, std::string_view name) {
        auto dot = name.find('.');
        if (dot == name.npos) return std::nullopt;
        for (const auto& field : fields) {
            if (field.name != name.substr(0, dot) || field.kind != formats::Field::Kind::json ||
                field.value.front() != '{')
                continue;
            std::vector<formats::Field> members;
            formats::add_members(field.value, nested, members);
            Wanted inner{std::string(name.substr(dot + 1)), 0};
            return find(members, inner);
        }
        return std::nullopt;
    }

    std::optional<std::string_view> filled(std::span<const formats::Field> fields, Wanted& want) {
        auto value = find(fields, want);
        if (!value) return std::nullopt;
        auto trimmed = base::trim(*value);
        if (trimmed.empty()) return std::nullopt;
        return trimmed;
    }

    bool make_key(
        std::span<const formats::Field> fields,
        const RawRecord& record,
        schema::Draft& draft,
        schema::Reject& bad
    ) {
        for (auto& want : key) {
            auto value = filled(fields, want);
            if (!value || (spells_missing && contains(rules.missing, *value))) {
                bad.code = "key.missing";
                bad.column = want.name;
                bad.reason = fmt::format(
                    "the key field '{}' is {}", want.name, value ? "missing" : "empty or not there"
                );
                return false;
            }
            if (key.size() == 1) {
                draft.key.assign(*value);
                break;
            }
            if (!draft.key.empty()) draft.key.push_back('/');
            for (char c : *value) {  // so that ("a/b", "c") and ("a", "b/c") stay apart
                if (c == '/' || c == '\\') draft.key.push_back('\\');
                draft.key.push_back(c);
            }
        }
        if (key.empty()) draft.key = record.key;
        if (draft.key.empty())
            draft.key = base::sha256_hex(
                record.blob.empty() ? draft.payload + draft.blob : std::string(record.blob)
            );
        if (draft.key.size() <= longest_key) return true;
        bad.code = "key.too_long";
        bad.column = key.empty() ? std::string() : key.front().name;
        bad.reason = fmt::format(
            "the key has {} bytes, at most {} are allowed", draft.key.size(), longest_key
        );
        return false;
    }

    void make_payload(
        std::span<const formats::Field> fields,
        const RawRecord& record,
        bool as_received,
        std::string& payload
    ) {
        if (!record.json.empty() && rules.drop.empty() && as_received) {
            payload.assign(record.json);
            return;
        }
        payload.clear();
        payload.reserve(record.raw.size() + fields.size() * 24 + 2);
        payload.push_back('{');
        for (const auto& field : fields) {
            if (!rules.drop.empty() && contains(rules.drop, field.name)) continue;
            if (payload.size() > 1) payload.push_back(',');
            formats::append_json_string(field.name, payload);
            payload.push_back(':');
            if (field.kind == formats::Field::Kind::text) {
                formats::append_json_string(field.value, payload);
            } else {
                payload.append(field.value);
            }
        }
        payload.push_back('}');
    }

    // Adds what a web page says to the fields of its file.
    bool read(
        const RawRecord& record,
        std::vector<formats::Field>& fields,
        schema::Draft& draft,
        schema::Reject& bad
    ) {
        if (!read_page) {
            bad.code = "page.unread";
            bad.reason = "web pages are not read here";
            return false;
        }
        auto found = read_page(record.blob, record.media_type);
        if (auto* reject = std::get_if<schema::Reject>(&found)) {
            bad = std::move(*reject);
            return false;
        }
        draft = std::move(std::get<schema::Draft>(found));
        formats::add_members(nested.keep(draft.payload), nested, fields);
        return true;
    }

    void make_text(std::span<const formats::Field> fields, schema::Draft& draft) {
        if (title.empty() && body.empty()) return;
        schema::Text text;
        for (auto& want : title) {
            if (auto value = filled(fields, want)) {
                text.title = *value;
                break;
            }
        }
        for (auto& want : body) {
            auto value = filled(fields, want);
            if (!value) continue;
            if (!text.body.empty()) text.body.append("\n\n");
            text.body.append(*value);
        }
        if (text.title.empty() && text.body.empty()) return;
        if (draft.text) {  // of a page
            if (text.title.empty()) text.title = draft.text->title;
            draft.text->title = text.title;
            if (text.body.empty()) return;
        }
        draft.text = std::move(text);
        draft.quality.reset();
    }

    void make_group(std::span<const formats::Field> fields, schema::Draft& draft) {
        for (auto& want : group) {
            auto value = filled(fields, want);
            if (!value) continue;
            if (!group_pattern) {
                draft.group.assign(*value);
                return;
            }
            if (auto part = group_pattern->find(*value); part && !part->empty()) {
                draft.group.assign(*part);
                return;
            }
        }
    }

    bool
    make_time(std::span<const formats::Field> fields, schema::Draft& draft, schema::Reject& bad) {
        if (time.name.empty()) return true;
        auto value = filled(fields, time);
        if (!value || contains(rules.missing, *value)) return true;
        draft.time = base::parse_time_as(*value, rules.time_format);
        return draft.time || leave_out(time.name, *value, true, rules.time_invalid, bad);
    }

    bool
    make_number(std::size_t i, std::string_view value, schema::Draft& draft, schema::Reject& bad) {
        const auto& rule = rules.columns[i];
        if (value.empty() || contains(rules.missing, value) || contains(rule.missing, value))
            return true;
        std::optional<double> number;
        if (rule.op == ColumnRule::Op::time) {
            if (auto at = base::parse_time_as(value, rule.format))
                number = std::chrono::duration<double>(at->time_since_epoch()).count();
        } else if (value == "true" || value == "false") {
            number = value == "true" ? 1 : 0;
        } else {
            number = base::parse_number(value);
        }
        if (number) {
            draft.numbers[i] = *number * rule.factor;
            return true;
        }
        return leave_out(rule.field, value, rule.op == ColumnRule::Op::time, rule.invalid, bad);
    }

    bool make_columns(
        std::span<const formats::Field> fields,
        schema::Draft& draft,
        schema::Reject& bad
    ) {
        draft.numbers.assign(columns.size(), std::numeric_limits<double>::quiet_NaN());
        for (std::size_t i = 0; i < columns.size(); ++i) {
            const auto& rule = rules.columns[i];
            auto value = base::trim(find(fields, column_fields[i]).value_or(std::string_view{}));
            switch (rule.op) {
                case ColumnRule::Op::count:
                    draft.numbers[i] = count_items(value, rule.separator);
                    break;
                case ColumnRule::Op::length:
                    draft.numbers[i] = static_cast<double>(base::count_code_points(value));
                    break;
                case ColumnRule::Op::flag:
                    draft.numbers[i] =
                        value.empty() || is_false(value) || contains(rule.missing, value) ? 0 : 1;
                    break;
                case ColumnRule::Op::category:
                    if (!contains(rules.missing, value) && !value.empty() &&
                        !contains(rule.missing, value))
                        draft.categories.emplace_back(i, value);
                    break;
                default:
                    if (!make_number(i, value, draft, bad)) return false;
            }
        }
        return true;
    }
};

Mapping::Mapping(Rules rules, ReadPage read_page) : impl_(std::make_unique<Impl>()) {
    auto& i = *impl_;
    i.read_page = std::move(read_page);
    i.rules = std::move(rules);
    i.spells_missing = i.rules.missing != Rules().missing;
    i.key = Impl::wanted(i.rules.key);
    i.title = Impl::wanted(i.rules.title);
    i.body = Impl::wanted(i.rules.body);
    i.group = Impl::wanted(i.rules.group);
    i.time.name = i.rules.time;
    if (!i.rules.group_pattern.empty())
        i.group_pattern = base::Pattern::parse(i.rules.group_pattern);
    for (const auto& rule : i.rules.columns) {
        i.columns.push_back({rule.name, type_of_column(rule.op), rule.unit});
        i.column_fields.push_back({rule.field, 0});
    }
}

Mapping::~Mapping() = default;
Mapping::Mapping(Mapping&&) noexcept = default;

const std::vector<schema::Column>& Mapping::columns() const {
    return impl_->columns;
}
const Rules& Mapping::rules() const {
    return impl_->rules;
}

Notes Mapping::take_notes() {
    return std::exchange(impl_->notes, {});
}

bool Mapping::apply(
    const Page& page,
    const RawRecord& record,
    schema::Draft& draft,
    schema::Reject& reject
) {
    auto& i = *impl_;
    auto given = page.fields_of(record);
    std::vector<formats::Field> all;
    i.nested.clear();
    i.all = {};
    if (!i.places.empty()) i.places.clear();
    clear(draft);
    bool good = true;
    if (record.page) {
        all.assign(given.begin(), given.end());
        good = i.read(record, all, draft, reject);
        given = all;
    }
    MediaFields fields{.given = given, .changed = {}, .is_changed = false, .arena = i.nested};
    good = good && take_media(page, record, i.rules, fields, draft, reject, i.notes);
    given = fields.now();
    i.all = given;
    const bool as_received = !record.page && !fields.is_changed;
    if (good) i.make_payload(given, record, as_received, draft.payload);
    if (!good || !i.make_key(given, record, draft, reject) || !i.make_time(given, draft, reject) ||
        !i.make_columns(given, draft, reject)) {
        if (reject.code != "page.consent") reject.raw = raw_of(page, record);
        set_place(record, reject);
        return false;
    }
    i.make_text(given, draft);
    i.make_group(given, draft);
    draft.origin.file = record.file;
    draft.origin.member = record.member;
    draft.origin.line = record.line;
    draft.origin.byte_offset = record.byte_offset;
    if (!i.rules.licence.empty()) draft.origin.licence = i.rules.licence;
    return true;
}

}  // namespace ingest
