// A sender repeats a message until it gets an answer, so the first statement is the receipt: if its
// id is there already, the message is stored, and nothing is stored twice. Receipt, records and
// rejects are one transaction. Receipts are kept for two weeks.
//
// A message is one member of the file "push", read by the reader of its media type. A body that is
// no JSON becomes one reject, bytes and all: a sender that cannot mend it would send it for ever. A
// picture, sound, film or document is a record as a file is, and a form one of its parts.
#include "ingest/sources/push/push_store.hpp"

#include <fmt/format.h>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "base/text/ascii.hpp"
#include "base/time/time.hpp"
#include "formats/content/content.hpp"
#include "formats/json/json.hpp"
#include "ingest/pipeline/batches.hpp"
#include "ingest/pipeline/store.hpp"
#include "ingest/sources/files/format.hpp"
#include "ingest/sources/push/form_record.hpp"
#include "ingest/sql.hpp"
#include "schema/records/record_store.hpp"

namespace ingest {

namespace {

constexpr std::chrono::hours receipts_kept{24 * 14};

const Format& format_of_kind(formats::ContentKind kind) {
    switch (kind) {
        case formats::ContentKind::picture:
            return images_format;
        case formats::ContentKind::recording:
            return media_format;
        default:
            return pdf_format;
    }
}

// Null: a form.
const Format* format_of(const Pushed& message) {
    const std::string_view media_type = message.media_type;
    auto type = base::trim(media_type.substr(0, media_type.find(';')));
    if (type.empty() || type.ends_with("+json")) return &json_format;
    if (type == "multipart/form-data") return nullptr;
    if (const auto* found = format_of_media_type(type)) return found;
    if (auto kind = formats::promised_by_type(type))
        return &format_of_kind(formats::content_kind(message.body).value_or(*kind));
    throw base::UsageError(
        fmt::format("media type '{}'", type),
        "is not taken here",
        "send application/json, application/x-ndjson, text/csv, application/xml, "
        "multipart/form-data, or a picture, sound, film or PDF"
    );
}

std::int64_t run_of_day(base::Tx& tx, std::int64_t source_id, schema::Time now) {
    auto day = base::iso_date(now);
    if (auto run = tx.value<std::int64_t>(sql::file["push_run"], source_id, day)) return *run;
    auto run = *tx.value<std::int64_t>(
        sql::file["begin_push_run"], source_id, "{\"push\":\"" + day + "\"}", schema::timestamp(now)
    );
    schema::begin_counts(tx, run, source_id);
    return run;
}

Page read(const Pushed& message, const Format* format) {
    static const std::string path = "push";
    Page page;
    if (!format) {
        add_form(page, message.media_type, message.body);
        return page;
    }
    ReadOptions options;
    options.format = format->name;
    if (auto fault = format == &json_format ? formats::check_json(message.body) : std::nullopt) {
        page.rejects.push_back(
            {message.body, path, message.id, -1, 0, {}, fault->code, fault->reason}
        );
        return page;
    }
    auto bytes = formats::Bytes::of(message.body);
    bytes->next_member();
    MemberInput input{*bytes, path, message.id, options, {}};
    auto reader = format->open(input);
    while (reader->next(page)) {
    }
    return page;
}

// The place of a record is its message.
void set_place(Page& page, const Pushed& message) {
    static const std::string path = "push";
    auto file = page.arena.keep(path), member = page.arena.keep(message.id);
    for (auto& record : page.records) {
        record.file = file;
        record.member = member;
    }
    for (auto& reject : page.rejects) {
        reject.file = path;
        reject.member = message.id;
    }
}

}  // namespace

PushResult store_push(
    base::Tx& tx,
    const schema::Blobs& blobs,
    const schema::Source& source,
    const Rules& rules,
    const Pushed& message,
    schema::Time now
) {
    const auto* format = format_of(message);
    auto run = run_of_day(tx, source.id, now);
    auto fresh =
        tx.change(sql::file["add_receipt"], source.id, message.id, run, schema::timestamp(now));
    if (fresh == 0) return {true, {}};
    tx.exec(sql::file["sweep_receipts"], schema::timestamp(now - receipts_kept));

    Mapping mapping(rules);
    auto page = read(message, format);
    set_place(page, message);
    auto batch = make_batch(page, mapping, source.name, blobs);
    schema::BatchTarget target;
    target.source_id = source.id;
    target.source_name = source.name;
    target.run_id = run;
    target.column_set = schema::ensure_columns(tx, source.id, mapping.columns(), now);
    target.columns = mapping.columns();
    target.now = now;
    PushResult result;
    result.counts =
        schema::write_batch(tx, target, batch.records, batch.rejects, message.body.size());
    tx.exec(sql::file["seen_push_run"], run, schema::timestamp(now));
    return result;
}

void drop_receipts(base::Tx& tx, std::int64_t source_id) {
    tx.exec(sql::file["drop_receipts"], source_id);
}

}  // namespace ingest
