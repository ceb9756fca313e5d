// The records commands. A list or a search asks for part after part, so that its --limit may be as
// large as one likes.
#include <algorithm>
#include <filesystem>
#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "app/commands.hpp"
#include "app/output.hpp"
#include "app/verbs.hpp"
#include "base/error.hpp"
#include "base/json/plain.hpp"
#include "base/time/time.hpp"
#include "service/records/export_records.hpp"
#include "service/records/records.hpp"

namespace app {

namespace json = boost::json;

namespace {

void tell(service::Context& context, const service::RecordItem& item, Table& table) {
    if (!context.json) {
        table.add(
            {item.key,
             std::to_string(item.version),
             item.title.substr(0, 60),
             item.image ? fmt::format("{}x{}", item.width, item.height) : item.media,
             item.url}
        );
        return;
    }
    json::object object{{"key", item.key}, {"version", item.version}, {"payload", item.payload}};
    if (!item.url.empty()) object["url"] = item.url;
    if (!item.title.empty()) object["title"] = item.title;
    if (!item.excerpt.empty()) object["text"] = item.excerpt;
    if (item.image) object["image"] = json::object{{"width", item.width}, {"height", item.height}};
    if (!item.media.empty()) object["media"] = item.media;
    print_json(object);
}

void list(service::Context& context, service::ListRecords request, int left) {
    Table table({"key", "version", "title", "image", "url"});
    while (left > 0 && !context.stop().stop_requested()) {
        request.limit = std::min(left, 200);
        auto page = ask<service::list_records>(context, request);
        for (const auto& item : page.items) tell(context, item, table);
        left -= static_cast<int>(page.items.size());
        if (!page.next) break;
        request.after = *page.next;
    }
    if (!context.json) table.print();
}

void search(service::Context& context, const service::SearchRecords& request) {
    service::RecordHits found;
    do {  // again only if more was gathered meanwhile
        service::index_records(context.environment(), request.source);
        if (context.stop().stop_requested()) throw base::Interrupted();
        found = ask<service::search_records>(context, request);
    } while (!found.complete);
    if (context.json) return print_answer(base::Answer(found));
    for (const auto& hit : found.items) {
        print_line(fmt::format("{}  {}", hit.key, hit.title));
        print_line("    " + hit.snippet);
    }
    if (found.items.empty()) print_line("nothing found");
    if (found.next) print_line(fmt::format("more with --after '{}'", *found.next));
}

// "prices.csv, line 3, byte 54", or the address.
std::string origin_of(const schema::VersionLine& version) {
    if (version.url) return *version.url;
    auto text = version.file.value_or("");
    if (version.member) text += ", " + *version.member;
    if (version.line) text += fmt::format(", line {}", *version.line);
    if (version.byte_offset) text += fmt::format(", byte {}", *version.byte_offset);
    return text;
}

void tell_lineage(const schema::RecordLineage& lineage) {
    print_line(fmt::format(
        "{} of {} ({}), first seen by run {}, last by run {}{}",
        lineage.key,
        lineage.source,
        lineage.kind,
        lineage.first_run,
        lineage.last_run,
        lineage.gone_at ? ", gone since " + *lineage.gone_at : ""
    ));
    Table table({"version", "run", "from", "fetched", "stored", "content"});
    for (const auto& version : lineage.versions)
        table.add(
            {std::to_string(version.version),
             std::to_string(version.run.run),
             origin_of(version),
             version.fetched_at.value_or(""),
             version.stored_at.value_or(""),
             version.content_sha256.value_or("").substr(0, 12)}
        );
    table.print();
    for (const auto& snapshot : lineage.snapshots) print_line("held by snapshot " + snapshot);
}

// A value as it is read: texts without quotes.
std::string shown(const json::value& value) {
    return value.is_string() ? std::string(value.get_string()) : base::plain_json(value);
}

// "audio/mpeg, 12.5 s, 2 channels, 44100 Hz".
std::string told(const schema::ShownMedia& media) {
    std::string text = media.type;
    if (media.seconds) text += fmt::format(", {:.1f} s", *media.seconds);
    if (media.pages) text += fmt::format(", {} pages", *media.pages);
    if (media.width && media.height) text += fmt::format(", {} x {}", *media.width, *media.height);
    if (media.channels) text += fmt::format(", {} channels", *media.channels);
    if (media.sample_rate) text += fmt::format(", {} Hz", *media.sample_rate);
    return text;
}

void show_record(const schema::ShownRecord& record) {
    auto line = [](std::string_view what, const std::optional<std::string>& value) {
        if (value && !value->empty()) print_line(fmt::format("{:<10} {}", what, *value));
    };
    line("record", record.key);
    line("source", record.source);
    line("id", record.id);
    line(
        "version",
        fmt::format("{}, stored {} by run {}", record.version, record.stored_at, record.run)
    );
    line("seen", base::rfc3339(record.first_seen) + " to " + base::rfc3339(record.last_seen));
    line("group", record.group);
    if (record.record_time) line("time", base::rfc3339(*record.record_time));
    line("url", record.url);
    if (record.file)
        line(
            "file",
            *record.file + (record.member ? ", " + *record.member : "") +
                (record.line ? fmt::format(", line {}", *record.line) : "")
        );
    line("licence", record.licence);
    if (record.blob)
        line("blob", record.media_type.value_or("") + " " + record.blob_sha256.value_or(""));
    if (record.image)
        line(
            "image",
            fmt::format(
                "{} x {} x {}, {}",
                record.image->width,
                record.image->height,
                record.image->channels,
                record.image->format
            )
        );
    if (record.media) line("media", told(*record.media));
    for (const auto& field : record.fields)
        line(
            field.name,
            shown(json::parse(field.value.text)) + (field.unit.empty() ? "" : " " + field.unit)
        );
    if (record.text) {
        line("language", record.text->language);
        line("title", record.text->title);
        print_line("\n" + record.text->body + "\n");
    }
    auto payload = json::parse(record.payload.text);
    if (!payload.is_object()) return line("received", record.payload.text);
    print_line("as received:");
    for (const auto& [name, value] : payload.as_object())
        print_line(fmt::format("    {}: {}", std::string_view(name), shown(value)));
}

void show_record_labels(const labeling::LabelsOfRecord& found) {
    auto said = [](const std::optional<std::string>& label, const base::JsonText& value) {
        return label.value_or(value.text);
    };
    Table labels({"project", "label", "sure", "by", "since"});
    for (const auto& one : found.labels)
        labels.add(
            {one.project,
             said(one.label, one.value),
             fmt::format("{:.2f}", one.probability),
             one.method,
             base::rfc3339(one.set_at)}
        );
    if (labels.empty())
        print_line("no project holds a label of it");
    else
        labels.print();
    Table answers({"project", "who", "answer", "when", ""});
    for (const auto& one : found.answers)
        answers.add(
            {one.project,
             one.user,
             said(one.label, one.value),
             base::rfc3339(one.submitted_at),
             one.withdrawn_at ? "taken back"
             : one.audit      ? "audit"
                              : ""}
        );
    if (!answers.empty()) answers.print();
    Table skips({"project", "skipped by", "reason", "when"});
    for (const auto& one : found.skips)
        skips.add({one.project, one.user, one.reason, base::rfc3339(one.at)});
    if (!skips.empty()) skips.print();
}

void export_records(CLI::App& records, service::Context& context) {
    auto folder = std::make_shared<std::string>(".");
    auto& command = add_command(records, "records export");
    Flags<service::ExportRecords> flags(command);
    command.add_option("--out", *folder, "Folder (the present one)")->type_name("DIR");
    on_command(command, [folder, flags, &context] {
        auto request = flags.read();
        service::RecordFiles written;
        // The formats of rows are those of one file; the others have a folder of their own.
        const bool file =
            base::parse<formats::RowFormat>(base::name_of(request.format)).has_value();
        write_folder(*folder, file ? "" : request.source, [&](const std::filesystem::path& into) {
            written = service::write_records(context.environment(), request, into);
        });
        const auto path = std::filesystem::path(*folder) / written.files.front();
        if (context.json) {
            print_json(json::object{{"file", path.string()}, {"records", written.records}});
        } else {
            print_line(fmt::format("{} records in {}", grouped(written.records), path.string()));
        }
    });
}

void show_found(const service::Page<schema::FoundRecord>& found) {
    Table records({"source", "key", "title", "version", "id"});
    for (const auto& one : found.items)
        records.add({one.source, one.key, one.title, std::to_string(one.version), one.id});
    if (records.empty()) return print_line("no source has a record of that key");
    records.print();
}

void tell_purged(const service::Purged& purged) {
    print_line(fmt::format(
        "{} {}: {} records with {} versions ({} texts, {} numbers, {} images, {} media), {} "
        "labels, {} blobs",
        purged.what,
        purged.purged ? "purged" : "would lose",
        grouped(purged.records),
        grouped(purged.versions),
        grouped(purged.texts),
        grouped(purged.numbers),
        grouped(purged.images),
        grouped(purged.media),
        grouped(purged.labels),
        grouped(purged.blobs)
    ));
    print_line(fmt::format(
        "{} rejects emptied, {} addresses never to be fetched again",
        grouped(purged.rejects),
        grouped(purged.addresses)
    ));
    for (const auto& snapshot : purged.snapshots)
        print_line(fmt::format("snapshot '{}' held some of them: it no longer verifies", snapshot));
    if (!purged.purged) print_line("nothing was changed; add --yes to do it");
}

}  // namespace

void add_records(CLI::App& cli, service::Context& context) {
    auto* records = cli.add_subcommand("records", "What has been gathered");
    records->require_subcommand(1);

    auto& listing = add_command(*records, "records list");
    Flags<service::ListRecords> listed(listing, {.without = {"limit"}});
    auto limit = std::make_shared<int>(20);
    listing.add_option("--limit", *limit, "At most so many (20)");
    on_command(listing, [listed, limit, &context] { list(context, listed.read(), *limit); });

    add_verb<service::show_record>(
        *records, context, "records show", {.positionals = {{"key", "KEY"}}}, show_record
    );
    add_verb<service::list_record_labels>(
        *records, context, "records labels", {.positionals = {{"key", "KEY"}}}, show_record_labels
    );
    add_verb<service::find_records>(
        *records, context, "records find", {.positionals = {{"key", "KEY"}}}, show_found
    );
    add_verb<service::trace_record>(
        *records, context, "records lineage", {.positionals = {{"key", "KEY"}}}, tell_lineage
    );

    auto& searching = add_command(*records, "records search");
    Flags<service::SearchRecords> sought(searching, {.positionals = {{"q", "QUERY"}}});
    on_command(searching, [sought, &context] { search(context, sought.read()); });

    export_records(*records, context);
    add_verb<service::purge_records>(*records, context, "records purge", {}, tell_purged);
}

}  // namespace app
