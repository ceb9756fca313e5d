// The rows of a batch, one COPY a table.
//
// Columns go by position here, in the order that each COPY names them: a batch is thousands of rows
// of eleven to eighteen columns, this is the way of every record into the database, and a look-up
// by name or a statement a row would show in every run. The list of columns stands right above the
// values for that reason.
#include <algorithm>
#include <limits>
#include <map>
#include <unordered_map>

#include "base/database/database.hpp"
#include "schema/records/batch_plan.hpp"
#include "schema/records/values.hpp"
#include "schema/sql.hpp"

namespace schema {

namespace {

void text_or_null(base::CopyWriter& copy, const std::string& text) {
    if (text.empty()) {
        copy.null();
    } else {
        copy.text(text);
    }
}

void number_or_null(base::CopyWriter& copy, std::int64_t number) {
    if (number < 0) {
        copy.null();
    } else {
        copy.value(number);
    }
}

void time_or_null(base::CopyWriter& copy, const std::optional<Time>& time) {
    if (time) {
        copy.time(*time);
    } else {
        copy.null();
    }
}

// The columns that lead each table of record contents.
void begin(base::CopyWriter& copy, const BatchTarget& target, const NewVersion& row) {
    copy.begin_row();
    copy.value(row.sealed->rk);
    copy.value(target.source_id);
    copy.text(row.sealed->draft.key);
    copy.value(std::int32_t{row.version});
}

void write_heads(base::Tx& tx, const BatchTarget& target, const BatchPlan& plan) {
    auto copy = tx.copy(
        "record (rk, source_id, key, version, content_sha256, group_key, record_time, first_run, "
        "last_run, first_seen, last_seen)",
        11
    );
    for (const auto& row : plan.versions) {
        const auto& state = plan.states.at(row.sealed->draft.key);
        if (state.stored_version != 0 || state.last != row.sealed) continue;
        begin(copy, target, row);
        copy.bytea(state.sha);
        text_or_null(copy, row.sealed->draft.group);
        time_or_null(copy, row.sealed->draft.time);
        copy.value(target.run_id);
        copy.value(target.run_id);
        copy.time(target.now);
        copy.time(target.now);
    }
    copy.finish();
}

void write_versions(base::Tx& tx, const BatchTarget& target, const BatchPlan& plan) {
    auto copy = tx.copy(
        "record_version (rk, source_id, key, version, run_id, content_sha256, payload, "
        "blob_sha256, media_type, url, file, member, "
        "line, byte_offset, licence, consent, fetched_at, stored_at)",
        18
    );
    for (const auto& row : plan.versions) {
        const auto& draft = row.sealed->draft;
        begin(copy, target, row);
        copy.value(target.run_id);
        copy.bytea(row.sealed->content_sha256);
        copy.jsonb(draft.payload);
        if (row.sealed->blob) {
            copy.bytea(row.sealed->blob->sha256);
        } else {
            copy.null();
        }
        text_or_null(copy, draft.media_type);
        text_or_null(copy, draft.origin.url);
        text_or_null(copy, draft.origin.file);
        text_or_null(copy, draft.origin.member);
        number_or_null(copy, draft.origin.line);
        number_or_null(copy, draft.origin.byte_offset);
        text_or_null(copy, draft.origin.licence);
        if (draft.origin.consent.empty()) {
            copy.null();
        } else {
            copy.jsonb(draft.origin.consent);
        }
        time_or_null(copy, draft.origin.fetched_at);
        copy.time(target.now);
    }
    copy.finish();
}

void write_texts(base::Tx& tx, const BatchTarget& target, const BatchPlan& plan) {
    auto copy = tx.copy(
        "content_text (rk, source_id, key, version, title, body, language, characters, words, "
        "simhash, sketch)",
        11
    );
    for (const auto& row : plan.versions) {
        if (!row.sealed->draft.text) continue;
        const auto& text = *row.sealed->draft.text;
        begin(copy, target, row);
        copy.text(text.title);
        copy.text(text.body);
        text_or_null(copy, text.language);
        copy.value(row.sealed->characters);
        copy.value(row.sealed->words);
        copy.value(static_cast<std::int64_t>(row.sealed->simhash));
        if (row.sealed->sketch) {
            copy.bytea(*row.sealed->sketch);
        } else {
            copy.null();
        }
    }
    copy.finish();
}

void write_quality(base::Tx& tx, const BatchTarget& target, const BatchPlan& plan) {
    auto copy = tx.copy("content_quality (rk, source_id, key, version, language, measures)", 6);
    for (const auto& row : plan.versions) {
        const auto& quality = row.sealed->draft.quality;
        if (!quality) continue;
        begin(copy, target, row);
        text_or_null(copy, quality->language);
        copy.doubles(quality->measures);
    }
    copy.finish();
}

// Codes of each category column's values in this batch; values met for the first time get the next
// codes.
using Codes = std::map<std::size_t, std::unordered_map<std::string, int>>;

Codes code_categories(base::Tx& tx, const BatchTarget& target, const BatchPlan& plan) {
    Codes codes;
    for (const auto& row : plan.versions)
        for (const auto& [column, value] : row.sealed->draft.categories)
            codes[column].emplace(value, -1);
    for (auto& [column, coded] : codes) {
        auto& values = coded;  // a lambda may not hold a binding, says clang 14
        const auto& name = target.columns.at(column).name;
        auto wanted = [&] {
            std::vector<std::string> missing;
            for (const auto& [value, code] : values)
                if (code < 0) missing.push_back(value);
            std::sort(missing.begin(), missing.end());
            return missing;
        };
        auto note = [&](const pqxx::result& rows) {
            for (const auto& row : rows) values[row[0].as<std::string>()] = row[1].as<int>();
        };
        note(tx.exec(sql::file["category_codes"], target.source_id, name, array_of(wanted())));
        if (auto fresh = wanted(); !fresh.empty())
            note(tx.exec(sql::file["add_categories"], target.source_id, name, array_of(fresh)));
    }
    return codes;
}

void write_numbers(base::Tx& tx, const BatchTarget& target, const BatchPlan& plan) {
    if (target.column_set == 0) return;
    auto codes = code_categories(tx, target, plan);
    auto copy = tx.copy("content_numeric (rk, source_id, key, version, column_set, values)", 6);
    std::vector<double> values;
    for (const auto& row : plan.versions) {
        const auto& draft = row.sealed->draft;
        if (draft.numbers.empty() && draft.categories.empty()) continue;
        values = draft.numbers;
        values.resize(target.columns.size(), std::numeric_limits<double>::quiet_NaN());
        for (const auto& [column, value] : draft.categories) values[column] = codes[column][value];
        begin(copy, target, row);
        copy.value(std::int32_t{target.column_set});
        copy.doubles(values);
    }
    copy.finish();
}

void write_images(base::Tx& tx, const BatchTarget& target, const BatchPlan& plan) {
    auto copy = tx.copy(
        "content_image (rk, source_id, key, version, width, height, channels, format, phash)", 9
    );
    for (const auto& row : plan.versions) {
        if (!row.sealed->draft.image) continue;
        const auto& image = *row.sealed->draft.image;
        begin(copy, target, row);
        copy.value(std::int32_t{image.width});
        copy.value(std::int32_t{image.height});
        copy.value(std::int32_t{image.channels});
        copy.text(image.format);
        copy.value(static_cast<std::int64_t>(image.phash));
    }
    copy.finish();
}

template <typename T>
void value_or_null(base::CopyWriter& copy, const std::optional<T>& value) {
    if (value) {
        copy.value(*value);
    } else {
        copy.null();
    }
}

void write_media(base::Tx& tx, const BatchTarget& target, const BatchPlan& plan) {
    auto copy = tx.copy(
        "content_media (rk, source_id, key, version, kind, type, seconds, pages, width, height, "
        "channels, sample_rate)",
        12
    );
    for (const auto& row : plan.versions) {
        if (!row.sealed->draft.media) continue;
        const auto& media = *row.sealed->draft.media;
        begin(copy, target, row);
        copy.text(base::name_of(media.kind));
        copy.text(media.type);
        value_or_null(copy, media.seconds);
        for (const auto& number :
             {media.pages, media.width, media.height, media.channels, media.sample_rate})
            value_or_null(copy, number);
    }
    copy.finish();
}

void write_blobs(base::Tx& tx, const BatchPlan& plan) {
    std::map<std::string, const Blobs::Row*> fresh;
    for (const auto& row : plan.versions)
        if (row.sealed->blob) fresh.emplace(row.sealed->blob->sha256, &*row.sealed->blob);
    if (fresh.empty()) return;
    std::vector<std::int64_t> keys;
    for (const auto& [sha, blob] : fresh) keys.push_back(leading_bytes(sha));
    for (const auto& row : tx.exec(sql::file["find_blobs"], array_of(keys)))
        fresh.erase(base::bytes(row[0]));
    auto copy = tx.copy("blob (bk, sha256, size, encoding, bytes, location)", 6);
    for (const auto& [sha, blob] : fresh) {
        copy.begin_row();
        copy.value(leading_bytes(sha));
        copy.bytea(sha);
        copy.value(blob->size);
        copy.text(blob->compressed ? "zstd" : "identity");
        if (blob->location.empty()) {
            copy.bytea(blob->bytes);
            copy.null();
        } else {
            copy.null();
            copy.text(blob->location);
        }
    }
    copy.finish();
}

}  // namespace

void write_rows(base::Tx& tx, const BatchTarget& target, const BatchPlan& plan) {
    bool any_text = false, any_image = false, any_media = false, any_quality = false;
    for (const auto& row : plan.versions) {
        any_text = any_text || row.sealed->draft.text;
        any_image = any_image || row.sealed->draft.image;
        any_media = any_media || row.sealed->draft.media;
        any_quality = any_quality || row.sealed->draft.quality;
    }
    write_heads(tx, target, plan);
    write_versions(tx, target, plan);
    if (any_text) write_texts(tx, target, plan);
    if (any_quality) write_quality(tx, target, plan);
    write_numbers(tx, target, plan);
    if (any_image) write_images(tx, target, plan);
    if (any_media) write_media(tx, target, plan);
    write_blobs(tx, plan);
}

}  // namespace schema
