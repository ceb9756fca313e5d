// One record has one blob. Readers that hold bytes (a table's cell, a column of a database, a part
// of a message) have seen through them already and hand them on as cells; texts come as they were
// received, and whether one is a data: URI is seen here. Both end in the same place, so that a
// sound is the same record wherever it came from.
#include "ingest/mapping/take_media.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/bytes/base64.hpp"
#include "base/text/ascii.hpp"
#include "formats/dataset/cell.hpp"
#include "formats/json/json.hpp"

namespace ingest {

namespace {

using formats::Field;

// A field by its name; "a.b" is one in the object of field "a".
std::optional<std::string_view>
text_of_field(std::span<const Field> fields, std::string_view name, formats::Arena& arena) {
    for (const auto& field : fields)
        if (field.name == name && field.kind == Field::Kind::text) return base::trim(field.value);
    const auto dot = name.find('.');
    if (dot == name.npos) return std::nullopt;
    for (const auto& field : fields) {
        if (field.name != name.substr(0, dot) || field.kind != Field::Kind::json ||
            !field.value.starts_with('{'))
            continue;
        std::vector<Field> members;
        formats::add_members(field.value, arena, members);
        return text_of_field(members, name.substr(dot + 1), arena);
    }
    return std::nullopt;
}

bool is_missing(const Rules& rules, std::string_view value) {
    return std::find(rules.missing.begin(), rules.missing.end(), value) != rules.missing.end();
}

class Taking {
public:
    Taking(MediaFields& fields, schema::Draft& draft, schema::Reject& bad, Notes& notes)
        : fields_(fields), draft_(draft), bad_(bad), notes_(notes) {}

    void take(formats::Content content, std::string bytes) {
        note_content(content, notes_);
        if (!content.text.empty() || !content.title.empty()) {
            auto& text = draft_.text.emplace();
            text.title = content.title;
            text.body = std::move(content.text);
        }
        add_field("title", content.title);
        add_field("note", content.note);
        draft_.image = std::move(content.image);
        draft_.media = std::move(content.media);
        draft_.media_type = std::move(content.media_type);
        draft_.blob = std::move(bytes);
    }

    // A text that is a data: URI. Nothing if it holds none of them after all.
    std::optional<bool> take_uri(std::string_view name, std::string_view uri) {
        auto file = formats::media_of_uri(uri);
        if (!file) {
            ++notes_[fmt::format(
                "'{}' has data: URIs whose Base64 cannot be read: kept as texts", name
            )];
            return std::nullopt;
        }
        return take_bytes(
            name, std::move(file->bytes), formats::promised_by_type(file->media_type)
        );
    }

    std::optional<bool> take_bytes(
        std::string_view name,
        std::string bytes,
        std::optional<formats::ContentKind> promised
    ) {
        auto examined = formats::examine_content(bytes, promised);
        if (!examined) return std::nullopt;
        if (auto* fault = std::get_if<formats::ContentFault>(&*examined))
            return refuse(name, std::move(fault->code), std::move(fault->reason));
        leave_out(name);
        take(std::get<formats::Content>(std::move(*examined)), std::move(bytes));
        return true;
    }

    // A field that was named for it: false if it holds none.
    bool take_wanted(std::string_view name, std::string_view value) {
        std::optional<std::string> bytes;
        std::optional<bool> taken;
        if (formats::is_media_uri(value)) {
            if (auto file = formats::media_of_uri(value)) {
                bytes = std::move(file->bytes);
                taken = take_bytes(name, *bytes, formats::promised_by_type(file->media_type));
            }
        } else {
            bytes = base::from_base64(value);
            if (bytes) taken = take_bytes(name, *bytes, std::nullopt);
        }
        if (taken) return *taken;
        return refuse(
            name,
            "media.unknown",
            bytes ? formats::why_no_content(*bytes) : "it is neither a data: URI nor Base64"
        );
    }

    bool refuse(std::string_view name, std::string code, std::string reason) {
        bad_.code = std::move(code);
        bad_.column = name;
        bad_.reason = std::move(reason);
        return false;
    }

    // Cells that are not the record's bytes, as texts where they stood.
    void keep_others(std::span<const MediaCell> cells, const MediaCell* chosen) {
        std::size_t added = 0;
        for (const auto& cell : cells) {
            if (&cell == chosen) continue;
            fields_.change();
            const auto place = std::min<std::size_t>(cell.place + added, fields_.changed.size());
            const auto uri = formats::data_uri(cell.bytes, cell.content.media_type);
            fields_.changed.insert(
                fields_.changed.begin() + static_cast<std::ptrdiff_t>(place),
                {cell.name, fields_.arena.keep(uri), Field::Kind::text}
            );
            ++added;
            note_other(cell.name);
        }
    }

    void note_other(std::string_view name) {
        ++notes_[fmt::format(
            "'{}' is one more picture, sound, film or PDF of a record, which has one: kept as "
            "data: URI (the rules' `media` chooses)",
            name
        )];
    }

private:
    void add_field(std::string_view name, std::string_view value) {
        if (value.empty()) return;
        for (const auto& field : fields_.now())
            if (field.name == name) return;
        fields_.change();
        fields_.changed.push_back({name, fields_.arena.keep(value), Field::Kind::text});
    }

    void leave_out(std::string_view name) {
        fields_.change();
        auto& all = fields_.changed;
        const auto found = std::find_if(all.begin(), all.end(), [&](const Field& field) {
            return field.name == name && field.kind == Field::Kind::text;
        });
        if (found != all.end()) all.erase(found);
    }

    MediaFields& fields_;
    schema::Draft& draft_;
    schema::Reject& bad_;
    Notes& notes_;
};

// What the record itself is.
void take_own(const RawRecord& record, std::span<const Field> given, schema::Draft& draft) {
    draft.image = record.image;
    draft.media = record.media;
    if (!record.text.empty()) {
        auto& text = draft.text.emplace();
        text.body = record.text;
        for (const auto& field : given)
            if (field.name == "title") text.title = field.value;
    }
    draft.blob.assign(record.blob);
    if (!record.page) draft.media_type.assign(record.media_type);
}

}  // namespace

bool take_media(
    const Page& page,
    const RawRecord& record,
    const Rules& rules,
    MediaFields& fields,
    schema::Draft& draft,
    schema::Reject& bad,
    Notes& notes
) {
    take_own(record, fields.given, draft);
    if (record.page || !record.blob.empty()) return true;
    const auto cells = page.cells_of(record);
    Taking taking(fields, draft, bad, notes);
    auto take_cell = [&](const MediaCell& cell) {
        taking.keep_others(cells, &cell);
        taking.take(cell.content, std::string(cell.bytes));
        return true;
    };
    for (const auto& name : rules.media) {
        for (const auto& cell : cells)
            if (cell.name == name) return take_cell(cell);
        const auto value = text_of_field(fields.given, name, fields.arena);
        if (!value || value->empty() || is_missing(rules, *value)) continue;
        taking.keep_others(cells, nullptr);
        return taking.take_wanted(name, *value);
    }
    if (!rules.media.empty()) {
        taking.keep_others(cells, nullptr);
        return true;
    }
    if (!cells.empty()) return take_cell(cells.front());
    std::optional<bool> taken;
    for (const auto& field : fields.given) {
        if (field.kind != Field::Kind::text || !formats::is_media_uri(field.value)) continue;
        if (taken) {
            taking.note_other(field.name);
        } else if (taken = taking.take_uri(field.name, field.value); taken && !*taken) {
            return false;
        }
    }
    return true;
}

}  // namespace ingest
