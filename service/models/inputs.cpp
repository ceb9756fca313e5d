// A record that is sent as its source has it goes the way of the source's records, through the
// rules that the model's artefact carries, so that it is predicted as the stored one is. What is
// sent by the names of the columns needs no rules. The rows have columns of their own order; the
// model aligns them by name as it does every input.
#include "service/models/inputs.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <boost/json.hpp>

#include "base/bytes/base64.hpp"
#include "base/error.hpp"
#include "base/numbers/parse.hpp"
#include "base/settings/read.hpp"
#include "base/settings/settings.hpp"
#include "base/text/ascii.hpp"
#include "base/time/parse.hpp"
#include "formats/image/image.hpp"
#include "formats/json/json.hpp"
#include "ingest/mapping/mapping.hpp"
#include "service/gather/settings.hpp"

namespace service {

namespace {

namespace json = boost::json;
using schema::Column;

constexpr std::string_view picture = "image";
constexpr double missing = std::numeric_limits<double>::quiet_NaN();

// The rules of records that were mapped; nothing for those of pages, which are read otherwise.
std::optional<ingest::Rules> rules_from(const std::string& text) {
    if (text.empty()) return std::nullopt;
    try {
        auto document = base::Document::json("{\"rules\":" + text + "}");
        return mapping_rules(base::JsonText{text}, "", document);
    } catch (const base::UsageError&) {
        return std::nullopt;
    }
}

// "a.b" reaches into member "a".
std::string member_of(const std::string& field) {
    return field.substr(0, field.find('.'));
}

std::string text_of(const json::value& value) {
    if (value.is_string()) return std::string(value.get_string());
    if (value.is_number()) return base::number_text(value.to_number<double>());
    return json::serialize(value);
}

class Reader {
public:
    Reader(const training::InputSignature& model, bool strict) : model_(model), strict_(strict) {
        if (auto rules = rules_from(model.rules())) learn(std::move(*rules));
        for (const auto& column : model.columns())
            if (place_of(column.name) == rows_.columns.size()) rows_.columns.push_back(column);
    }

    GivenRows read(const json::array& inputs) {
        rows_.rows = inputs.size();
        rows_.text.resize(inputs.size());
        for (const auto& field : model_.fields()) rows_.payload[field].resize(inputs.size());
        rows_.numeric.assign(inputs.size() * rows_.columns.size(), missing);
        for (const auto& column : rows_.columns)
            if (column.type == Column::Type::category) rows_.levels[column.name];
        if (model_.pixel_count() > 0) {
            const auto shape = model_.pictures();
            rows_.pixel_count = model_.pixel_count();
            rows_.pixel_width = static_cast<std::size_t>(shape.width);
            rows_.pixel_channels = static_cast<std::size_t>(shape.channels);
            rows_.pixels.assign(inputs.size() * rows_.pixel_count, 0);
            rows_.sizes.resize(inputs.size());
        }
        for (row_ = 0; row_ < inputs.size(); ++row_) {
            if (!inputs[row_].is_object())
                fail("is no JSON object", "give {\"title\": .., \"body\": ..}");
            notes_.emplace_back();
            take(inputs[row_].get_object());
        }
        return {std::move(rows_), std::move(notes_)};
    }

private:
    [[noreturn]] void fail(const std::string& why, const std::string& mend) const {
        throw base::UsageError(fmt::format("input {}", row_ + 1), why, mend);
    }

    std::size_t place_of(std::string_view name) const {
        return static_cast<std::size_t>(
            std::find_if(
                rows_.columns.begin(),
                rows_.columns.end(),
                [&](const Column& column) { return column.name == name; }
            ) -
            rows_.columns.begin()
        );
    }
    bool in_model(std::string_view name) const {
        return std::any_of(
            model_.columns().begin(),
            model_.columns().end(),
            [&](const Column& column) { return column.name == name; }
        );
    }

    // Of those that the model reads as they were received.
    bool is_field(const std::string& name) const {
        const auto& fields = model_.fields();
        return std::find(fields.begin(), fields.end(), name) != fields.end();
    }
    // Whether the member is a picture that the model looks at, and no field or column of that name.
    bool is_picture(const std::string& name) const {
        return name == picture && model_.pixel_count() > 0 && !in_model(name) &&
               !used_.contains(name);
    }

    // What the rules say of fields; what they do for keys, groups and times is nothing to a model.
    void learn(ingest::Rules rules) {
        for (const auto& rule : rules.columns) {
            (in_model(rule.name) ? used_ : passed_).insert(member_of(rule.field));
            passed_.insert(rule.name);
        }
        for (const auto* fields : {&rules.title, &rules.body})
            for (const auto& field : *fields)
                (model_.text() ? used_ : passed_).insert(member_of(field));
        for (const auto* fields : {&rules.key, &rules.group, &rules.drop})
            for (const auto& field : *fields) passed_.insert(member_of(field));
        passed_.insert(member_of(rules.time));
        rules.key.clear();
        rules.group.clear();
        rules.group_pattern.clear();
        rules.drop.clear();
        rules.time.clear();
        mapping_.emplace(std::move(rules));
        rows_.columns = mapping_->columns();
    }

    void take(const json::object& input) {
        bool mapped = false, direct = false, received = false;
        for (const auto& [key, value] : input) {
            const std::string name(key);
            const bool field = is_field(name);
            if (field && !value.is_null()) {
                rows_.payload[name][row_] =
                    value.is_string() ? std::string(value.get_string()) : json::serialize(value);
                received = true;
            }
            if (used_.contains(name)) {
                mapped = true;
            } else if (in_model(name)) {
                direct = true;
            } else if (is_picture(name)) {
                direct = direct || !value.is_null();
                look(value);
            } else if (name == "title" || name == "body" || name == "text") {
                direct = direct || model_.text();
            } else if (!passed_.contains(name) && !field) {
                notes_.back().unknown.push_back(name);
            }
        }
        if (!mapped && !direct && !received)
            fail("has no member that the model knows", "known: " + known_in_words());
        if (strict_ && !notes_.back().unknown.empty())
            fail(
                fmt::format("'{}' is not known", notes_.back().unknown.front()),
                base::mend_of_unknown(notes_.back().unknown.front(), known())
            );
        if (mapped) map(input);
        if (direct) put(input);
        for (const auto& column : model_.columns()) note_value(column);
        if (strict_ && !notes_.back().left_out.empty())
            fail(notes_.back().left_out.front(), "give values of the columns' types, or null");
    }

    // Base64, also as the address "data:image/png;base64,..".
    void look(const json::value& value) {
        if (value.is_null()) return;
        const auto shape = model_.pictures();
        if (!value.is_string() || shape.values() != rows_.pixel_count)
            fail("'image' is no picture for this model", "give one in Base64, or leave it out");
        std::string_view text(value.get_string());
        if (text.starts_with("data:"))
            text.remove_prefix(std::min(text.size(), text.find(',') + 1));
        const auto bytes = base::from_base64(text);
        if (!bytes) fail("'image' is no Base64", "give the bytes of a picture so");
        const auto seen = formats::examine_image(*bytes);
        if (const auto* image = std::get_if<formats::Image>(&seen))
            rows_.sizes[row_] = {image->width, image->height};
        auto decoded = formats::decode_image(*bytes, shape);
        if (const auto* why = std::get_if<std::string>(&decoded))
            fail("'image' cannot be read: " + *why, "give a whole JPEG, PNG, GIF, WebP or TIFF");
        const auto& pixels = std::get<formats::Picture>(decoded).pixels;
        std::copy(
            pixels.begin(),
            pixels.end(),
            rows_.pixels.begin() + static_cast<std::ptrdiff_t>(row_ * rows_.pixel_count)
        );
    }

    void map(const json::object& input) {
        const auto text = json::serialize(input);
        ingest::Page page;
        formats::add_members(page.arena.keep(text), page.arena, page.fields);
        ingest::RawRecord record;
        record.fields = static_cast<std::uint32_t>(page.fields.size());
        record.json = text;
        schema::Draft draft;
        schema::Reject reject;
        if (!mapping_->apply(page, record, draft, reject))
            fail(
                fmt::format("'{}': {}", reject.column, reject.reason),
                "give it as the source's records have it, or null"
            );
        for (const auto& [line, times] : mapping_->take_notes())
            notes_.back().left_out.push_back(line);
        if (draft.text) rows_.text.set(row_, {draft.text->title, draft.text->body});
        for (std::size_t i = 0; i < draft.numbers.size(); ++i) set(i, draft.numbers[i]);
        for (const auto& [place, value] : draft.categories) set_category(place, value);
    }

    // Members by the names of title, body and columns.
    void put(const json::object& input) {
        for (const auto& [key, value] : input) {
            const std::string name(key);
            if (used_.contains(name) || value.is_null()) continue;
            const auto text = rows_.text[row_];
            if (in_model(name)) {
                put_value(place_of(name), value);
            } else if (!value.is_string()) {
                continue;
            } else if (name == "title") {
                rows_.text.set(row_, {std::string_view(value.get_string()), text.body});
            } else if (name == "body" || (name == "text" && text.body.empty())) {
                rows_.text.set(row_, {text.title, std::string_view(value.get_string())});
            }
        }
    }

    void put_value(std::size_t place, const json::value& value) {
        const auto& column = rows_.columns[place];
        if (value.is_object() || value.is_array())
            fail(fmt::format("'{}' is no single value", column.name), "give one value or null");
        if (column.type == Column::Type::category) return set_category(place, text_of(value));
        if (value.is_bool()) return set(place, value.get_bool() ? 1 : 0);
        if (value.is_number()) return set(place, value.to_number<double>());
        const auto text = base::trim(std::string_view(value.get_string()));
        if (text.empty()) return;
        std::optional<double> number = base::parse_number(text);
        if (!number && column.type == Column::Type::time)
            if (auto time = base::parse_time(text))
                number = std::chrono::duration<double>(time->time_since_epoch()).count();
        if (!number && column.type == Column::Type::flag && (text == "true" || text == "false"))
            number = text == "true" ? 1 : 0;
        if (!number)
            fail(
                fmt::format("'{}' is no {}", column.name, base::name_of(column.type)),
                fmt::format("give a {} or null", base::name_of(column.type))
            );
        set(place, *number);
    }

    void set(std::size_t place, double value) {
        rows_.numeric[row_ * rows_.columns.size() + place] = value;
    }

    void set_category(std::size_t place, const std::string& value) {
        if (value.empty()) return;
        auto& names = rows_.levels[rows_.columns[place].name];
        auto& codes = codes_[place];
        auto [found, fresh] = codes.emplace(value, static_cast<int>(names.size()));
        if (fresh) names.push_back(value);
        set(place, found->second);
    }

    void note_value(const Column& column) {
        const auto codes = model_.codes().find(column.name);
        if (codes == model_.codes().end()) return;
        const auto place = place_of(column.name);
        if (rows_.columns[place].type != Column::Type::category) return;
        const double code = rows_.numeric[row_ * rows_.columns.size() + place];
        if (!(code >= 0)) return;
        const auto& name = rows_.levels.at(column.name)[static_cast<std::size_t>(code)];
        if (!codes->second.contains(name)) notes_.back().unknown_values.push_back(column.name);
    }

    std::vector<std::string> known() const {
        std::set<std::string> names(used_);
        names.insert(model_.fields().begin(), model_.fields().end());
        for (const auto& column : model_.columns()) names.insert(column.name);
        if (model_.text()) names.insert({"title", "body", "text"});
        if (model_.pixel_count() > 0) names.emplace(picture);
        return {names.begin(), names.end()};
    }
    std::string known_in_words() const {
        auto names = known();
        const auto more = names.size();
        if (more > 20) names.resize(20);
        auto words = fmt::format("{}", fmt::join(names, ", "));
        return more > 20 ? fmt::format("{} and {} more", words, more - 20) : words;
    }

    const training::InputSignature& model_;
    bool strict_;
    std::optional<ingest::Mapping> mapping_;
    std::set<std::string> used_, passed_;  // members of mapped records
    training::Examples rows_;
    std::map<std::size_t, training::Codes> codes_;  // of the rows' categories, by place
    std::vector<InputNotes> notes_;
    std::size_t row_ = 0;
};

}  // namespace

GivenRows rows_of(const json::array& inputs, const training::InputSignature& model, bool strict) {
    return Reader(model, strict).read(inputs);
}

}  // namespace service
