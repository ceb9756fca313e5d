// The payload stays as received; only the parent's values are put in front of its members, as text.
// Parsing and writing it again would change the spelling of numbers, and with it the content hash
// that tells a changed record from an unchanged one.
//
// A key of several parts is joined by '/', with '/' and '\' escaped, so that two records cannot
// share a key by chance. What how() gives is all that make_batch() needs to read a reject again
// when the spec has changed or gone.
#include "ingest/sources/api/record_maker.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/error.hpp"
#include "base/numbers/parse.hpp"
#include "base/text/ascii.hpp"
#include "formats/json/json.hpp"
#include "formats/json/mend.hpp"
#include "ingest/sources/api/pointer.hpp"

namespace ingest::api {

namespace json = boost::json;

namespace {

bool among(const std::vector<std::string>& list, const std::optional<std::string>& value) {
    return value && std::find(list.begin(), list.end(), *value) != list.end();
}

// Nothing if the value cannot be cast.
std::optional<formats::Field> cast(const formats::Field& field, Cast to, formats::Arena& arena) {
    using Kind = formats::Field::Kind;
    if (field.kind == Kind::null) return field;
    if (to == Cast::text) return formats::Field{field.name, field.value, Kind::text};
    auto value = base::trim(field.value);
    if (to == Cast::number) {
        if (field.kind == Kind::number) return field;
        if (field.kind == Kind::boolean)
            return formats::Field{field.name, value == "true" ? "1" : "0", Kind::number};
        auto number = field.kind == Kind::text ? base::parse_number(value) : std::nullopt;
        if (!number) return std::nullopt;
        return formats::Field{field.name, arena.keep(fmt::format("{}", *number)), Kind::number};
    }
    for (const auto* word : {"true", "yes", "1", "on", "t", "y"})
        if (value == word) return formats::Field{field.name, "true", Kind::boolean};
    for (const auto* word : {"false", "no", "0", "off", "f", "n"})
        if (value == word) return formats::Field{field.name, "false", Kind::boolean};
    return std::nullopt;
}

}  // namespace

RecordMaker::RecordMaker(const Stream& stream, bool prefixed)
    : name_(stream.name),
      prefixed_(prefixed),
      key_(stream.key),
      keep_(stream.keep),
      rename_(stream.rename),
      cast_(stream.cast) {}

RecordMaker::RecordMaker(std::string_view how) {
    try {
        auto object = json::parse(how).as_object();
        name_ = std::string(object.at("stream").as_string());
        prefixed_ = object.at("prefixed").as_bool();
        for (const auto& one : object.at("key").as_array()) key_.emplace_back(one.as_string());
        for (const auto& one : object.at("rename").as_object())
            rename_.emplace_back(one.key(), one.value().as_string());
        for (const auto& one : object.at("cast").as_object())
            cast_.emplace_back(one.key(), static_cast<Cast>(one.value().as_int64()));
    } catch (const std::exception&) {
        throw base::Error("reject", "what is kept of its stream cannot be read");
    }
}

std::string RecordMaker::how() const {
    json::array key;
    json::object rename, cast;
    for (const auto& one : key_) key.emplace_back(one);
    for (const auto& [from, to] : rename_) rename[from] = to;
    for (const auto& [name, to] : cast_) cast[name] = static_cast<std::int64_t>(to);
    return json::serialize(json::object{
        {"format", "api"},
        {"stream", name_},
        {"prefixed", prefixed_},
        {"key", key},
        {"rename", rename},
        {"cast", cast}});
}

bool RecordMaker::keeps(std::string_view text) const {
    return std::all_of(keep_.begin(), keep_.end(), [&](const Condition& condition) {
        auto value = text_at(text, condition.at);
        if (!condition.is.empty() && !among(condition.is, value)) return false;
        if (among(condition.is_not, value)) return false;
        return !condition.present || *condition.present == value_at(text, condition.at).has_value();
    });
}

void RecordMaker::add(
    Page& page,
    std::string_view text,
    const Values& parent,
    std::int64_t byte_offset
) const {
    page.bytes += text.size();
    std::string_view whole = text;
    if (!parent.empty() && text.starts_with('{')) {
        std::string joined = "{";
        for (const auto& [name, value] : parent) {
            formats::append_json_string(name, joined);
            joined += ':';
            formats::append_json_string(value, joined);
            joined += ',';
        }
        auto rest = text.substr(1);
        if (rest.substr(std::min(rest.find_first_not_of(" \t\r\n"), rest.size())).starts_with('}'))
            joined.pop_back();
        joined += rest;
        whole = page.arena.keep(joined);
    }
    const auto raw = whole;
    auto refuse = [&](std::string code, std::string reason, std::string column = {}) {
        schema::Reject reject;
        reject.raw = raw;
        reject.member = name_;
        reject.byte_offset = byte_offset;
        reject.column = std::move(column);
        reject.code = std::move(code);
        reject.reason = std::move(reason);
        page.rejects.push_back(std::move(reject));
    };
    if (!whole.starts_with('{')) return refuse("json.not_object", "a record must be a JSON object");
    std::vector<std::string> left_out;
    if (auto fault = formats::make_storable(whole, page.arena, left_out))
        return refuse(fault->code, fault->reason);
    std::string key = prefixed_ ? name_ : std::string();
    for (const auto& pointer : key_) {
        auto value =
            pointer.starts_with('/') ? text_at(whole, pointer) : text_at(whole, "/" + pointer);
        if (!value || value->empty())
            return refuse(
                "key.missing",
                fmt::format("the key field '{}' is empty or not there", pointer),
                pointer
            );
        if (!key.empty()) key += '/';
        for (char c : *value) {  // so that ("a/b", "c") and ("a", "b/c") stay apart
            if (key_.size() + prefixed_ > 1 && (c == '/' || c == '\\')) key += '\\';
            key += c;
        }
    }
    auto first = page.fields.size();
    formats::add_members(whole, page.arena, page.fields);
    for (auto i = first; i < page.fields.size(); ++i) {
        auto& field = page.fields[i];
        for (const auto& [name, to] : cast_) {
            if (name != field.name) continue;
            auto made = cast(field, to, page.arena);
            if (!made) {
                auto value = std::string(field.value.substr(0, 60));
                page.fields.resize(first);
                return refuse("cast.invalid", fmt::format("'{}' cannot be cast", value), name);
            }
            field = *made;
        }
        for (const auto& [from, to] : rename_)
            if (from == field.name) field.name = page.arena.keep(to);
    }
    auto& record = page.records.emplace_back();
    record.first_field = static_cast<std::uint32_t>(first);
    record.fields = static_cast<std::uint32_t>(page.fields.size() - first);
    for (auto& what : left_out) ++page.notes[what + ": left out of its record"];
    record.raw = raw;
    record.json = whole;
    if (!key_.empty()) record.key = page.arena.keep(key);
    record.member = page.arena.keep(name_);
    record.byte_offset = byte_offset;
}

}  // namespace ingest::api
