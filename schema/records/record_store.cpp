#include "schema/records/record_store.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <stdexcept>
#include <unordered_map>
#include <unordered_set>

#include <fmt/format.h>

#include "base/bytes/hash.hpp"
#include "base/database/database.hpp"
#include "base/error.hpp"
#include "formats/text/text_sketch.hpp"
#include "schema/records/values.hpp"
#include "schema/sql.hpp"

namespace schema {

namespace {

constexpr std::size_t longest_key = 2000;  // a btree entry holds 2,704 bytes

// What the batch does to one key.
struct State {
    std::int64_t rk = 0;
    int stored_version = 0;  // 0: not in the database
    int version = 0;
    std::string sha;
    const Sealed* last = nullptr;  // that gave the present version; null: it was stored before
};

// A version that is to be written.
struct NewVersion {
    const Sealed* sealed;
    int version;
};

struct Plan {
    std::unordered_map<std::string, State> states;
    std::vector<NewVersion> versions;
    Counts counts;
};

std::unordered_map<std::string, State>
stored_states(base::Tx& tx, const BatchTarget& target, std::span<const Sealed> records) {
    std::unordered_map<std::string, State> states;
    if (target.expect_new) return states;
    std::vector<std::int64_t> keys;
    keys.reserve(records.size());
    for (const auto& record : records) keys.push_back(record.rk);
    for (const auto& row : tx.exec(sql::file["find_records"], target.source_id, array_of(keys))) {
        State state{
            row[0].as<std::int64_t>(),
            row[2].as<int>(),
            row[2].as<int>(),
            base::bytes(row[3]),
            nullptr};
        states.emplace(row[1].as<std::string>(), std::move(state));
    }
    return states;
}

Plan plan_batch(base::Tx& tx, const BatchTarget& target, std::span<const Sealed> records) {
    Plan plan;
    plan.states = stored_states(tx, target, records);
    plan.states.reserve(plan.states.size() + records.size());
    plan.versions.reserve(records.size());
    for (const auto& record : records) {
        auto& state = plan.states[record.draft.key];
        ++plan.counts.read;
        if (state.version > 0 && state.sha == record.content_sha256) {
            ++plan.counts.unchanged;
            continue;
        }
        ++(state.version == 0 ? plan.counts.added : plan.counts.changed);
        state.rk = record.rk;
        state.sha = record.content_sha256;
        state.last = &record;
        plan.versions.push_back({&record, ++state.version});
    }
    // Neighbours in the index are written together.
    std::sort(plan.versions.begin(), plan.versions.end(), [](const auto& a, const auto& b) {
        return std::tie(a.sealed->rk, a.version) < std::tie(b.sealed->rk, b.version);
    });
    return plan;
}

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

void write_heads(base::Tx& tx, const BatchTarget& target, const Plan& plan) {
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

void write_versions(base::Tx& tx, const BatchTarget& target, const Plan& plan) {
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

void write_texts(base::Tx& tx, const BatchTarget& target, const Plan& plan) {
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

void write_quality(base::Tx& tx, const BatchTarget& target, const Plan& plan) {
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

Codes code_categories(base::Tx& tx, const BatchTarget& target, const Plan& plan) {
    Codes codes;
    for (const auto& row : plan.versions)
        for (const auto& [column, value] : row.sealed->draft.categories)
            codes[column].emplace(value, -1);
    for (auto& [column, values] : codes) {
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

void write_numbers(base::Tx& tx, const BatchTarget& target, const Plan& plan) {
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

void write_images(base::Tx& tx, const BatchTarget& target, const Plan& plan) {
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

void write_blobs(base::Tx& tx, const Plan& plan) {
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

void update_known(base::Tx& tx, const BatchTarget& target, const Plan& plan) {
    struct Rows {
        std::vector<std::int64_t> rks;
        std::vector<std::string> keys, shas, groups, times;
        std::vector<std::int32_t> versions;
    } seen, changed;
    // In one order for all writers, so that they wait for each other instead of dead-locking.
    std::vector<std::pair<std::string_view, const State*>> known;
    for (const auto& [key, state] : plan.states)
        if (state.stored_version != 0) known.emplace_back(key, &state);
    std::sort(known.begin(), known.end(), [](const auto& a, const auto& b) {
        return std::tie(a.second->rk, a.first) < std::tie(b.second->rk, b.first);
    });
    for (const auto& [key, entry] : known) {
        const auto& state = *entry;
        auto& rows = state.last ? changed : seen;
        rows.rks.push_back(state.rk);
        rows.keys.emplace_back(key);
        if (!state.last) continue;
        rows.versions.push_back(state.version);
        rows.shas.push_back(state.sha);
        rows.groups.push_back(state.last->draft.group);
        rows.times.push_back(state.last->draft.time ? timestamp(*state.last->draft.time) : "");
    }
    auto now = timestamp(target.now);
    if (!seen.rks.empty())
        tx.exec(
            sql::file["mark_seen"],
            target.source_id,
            target.run_id,
            now,
            array_of(seen.rks),
            array_of(seen.keys)
        );
    if (!changed.rks.empty())
        tx.exec(
            sql::file["change_records"],
            target.source_id,
            target.run_id,
            now,
            array_of(changed.rks),
            array_of(changed.keys),
            array_of(changed.versions),
            array_of_bytes(changed.shas),
            array_of_optional(changed.groups),
            array_of_optional(changed.times)
        );
}

void write_reject(base::Tx& tx, const BatchTarget& target, const Reject& reject) {
    auto place = fmt::format(
        "{}\n{}\n{}\n{}\n{}\n",
        target.source_name,
        reject.file,
        reject.member,
        reject.line,
        reject.byte_offset
    );
    auto sha = base::sha256(place + reject.raw);
    auto number = [](std::int64_t value) {
        return value < 0 ? std::nullopt : std::optional(value);
    };
    auto text = [](std::string value) {
        std::erase(value, '\0');
        return value;
    };
    tx.exec(
        sql::file["add_reject"],
        leading_bytes(sha),
        target.source_id,
        base::bytes_of(sha),
        target.run_id,
        timestamp(target.now),
        base::bytes_of(reject.raw),
        filled(reject.file),
        filled(reject.member),
        number(reject.line),
        number(reject.byte_offset),
        filled(text(reject.column)),
        reject.code,
        text(reject.reason)
    );
}

void add_counts(
    base::Tx& tx,
    const BatchTarget& target,
    const Counts& counts,
    std::uint64_t bytes
) {
    auto number = [](std::uint64_t value) { return static_cast<std::int64_t>(value); };
    tx.exec(
        sql::file["add_counts"],
        target.run_id,
        number(counts.read),
        number(counts.added),
        number(counts.changed),
        number(counts.unchanged),
        number(counts.rejected),
        number(bytes)
    );
}

bool starts_character(char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
}

std::int32_t count_words(std::string_view text) {
    std::int32_t words = 0;
    bool inside = false;
    for (unsigned char c : text) {
        bool space = c <= ' ';
        if (!space && !inside) ++words;
        inside = !space;
    }
    return words;
}

}  // namespace

Sealed seal(const std::string& source_name, Draft draft, const Blobs& blobs) {
    if (draft.key.empty())
        throw base::Error("record", "has no key", "name a key column with --key");
    if (draft.key.size() > longest_key)
        throw base::Error(
            fmt::format("record '{}..'", draft.key.substr(0, 60)),
            fmt::format(
                "its key has {} bytes, at most {} are allowed", draft.key.size(), longest_key
            ),
            "choose another key column"
        );
    Sealed sealed;
    sealed.rk = record_key(source_name, draft.key);
    if (!draft.blob.empty()) sealed.blob = blobs.seal(draft.blob);
    sealed.content_sha256 = content_sha256(
        draft.payload, sealed.blob ? std::string_view(sealed.blob->sha256) : std::string_view()
    );
    if (draft.text) {
        const auto& body = draft.text->body;
        sealed.characters =
            static_cast<std::int32_t>(std::count_if(body.begin(), body.end(), starts_character));
        sealed.words = count_words(body);
        formats::TextWords words(draft.text->title + "\n" + body);
        sealed.simhash = words.simhash();
        if (sealed.words >= formats::least_sketched_words)
            sealed.sketch = formats::packed_sketch(words);
    }
    draft.blob = {};
    sealed.draft = std::move(draft);
    return sealed;
}

Counts write_batch(
    base::Tx& tx,
    const BatchTarget& target,
    std::span<const Sealed> records,
    std::span<const Reject> rejects,
    std::uint64_t bytes_read
) {
    auto plan = plan_batch(tx, target, records);
    bool any_text = false, any_image = false, any_quality = false;
    for (const auto& row : plan.versions) {
        any_text = any_text || row.sealed->draft.text;
        any_image = any_image || row.sealed->draft.image;
        any_quality = any_quality || row.sealed->draft.quality;
    }
    if (!plan.versions.empty()) {
        write_heads(tx, target, plan);
        write_versions(tx, target, plan);
        if (any_text) write_texts(tx, target, plan);
        if (any_quality) write_quality(tx, target, plan);
        write_numbers(tx, target, plan);
        if (any_image) write_images(tx, target, plan);
        write_blobs(tx, plan);
    }
    update_known(tx, target, plan);
    for (const auto& reject : rejects) write_reject(tx, target, reject);
    plan.counts.read += rejects.size();
    plan.counts.rejected += rejects.size();
    add_counts(tx, target, plan.counts, bytes_read);
    return plan.counts;
}

void commit_without_waiting(base::Tx& tx) {
    tx.exec(sql::file["commit_without_waiting"]);
}

Counts write_seen(base::Tx& tx, const BatchTarget& target, std::span<const std::string> keys) {
    Counts counts;
    if (keys.empty()) return counts;
    std::vector<std::int64_t> rks;
    for (const auto& key : keys) rks.push_back(record_key(target.source_name, key));
    auto marked = tx.change(
        sql::file["mark_seen"],
        target.source_id,
        target.run_id,
        timestamp(target.now),
        array_of(rks),
        array_of(std::vector<std::string>(keys.begin(), keys.end()))
    );
    if (marked != keys.size())
        throw std::logic_error("a record said to be unchanged is not stored");
    counts.read = counts.unchanged = keys.size();
    add_counts(tx, target, counts, 0);
    return counts;
}

std::vector<std::string> stored_keys(
    base::Tx& tx,
    std::int64_t source_id,
    const std::string& source_name,
    std::span<const std::string> keys
) {
    std::vector<std::string> found;
    if (keys.empty()) return found;
    std::vector<std::int64_t> rks;
    std::unordered_set<std::string_view> wanted(keys.begin(), keys.end());
    for (auto key : wanted) rks.push_back(record_key(source_name, key));
    for (const auto& row : tx.exec(sql::file["find_records"], source_id, array_of(rks)))
        if (auto key = row[1].as<std::string>(); wanted.contains(key))
            found.push_back(std::move(key));
    return found;
}

}  // namespace schema
