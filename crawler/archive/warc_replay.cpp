// Archived pages go through the same digest as fetched ones, so a record is the same whether it was
// crawled or ingested; only what needs the network (links, feeds, traps) is switched off. Site
// files are taken as they pass by: robots.txt, ai.txt and tdmrep.json count for the pages that come
// after them in the archive.
//
// A revisit record has no body of its own (ISO 28500:2017, 6.7): the place of each payload is
// remembered by its digest and read again when it is asked for, since keeping the bodies would need
// the memory of the whole archive.
#include "crawler/archive/warc_replay.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iterator>
#include <unordered_map>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "base/text/utf8.hpp"
#include "crawler/frontier/batch.hpp"
#include "crawler/run/page.hpp"
#include "formats/url/canonical.hpp"
#include "formats/warc/warc.hpp"
#include "schema/records/record_store.hpp"
#include "schema/sources/source_store.hpp"

namespace crawler {

namespace {

constexpr std::size_t largest_body = 64U << 20U;
constexpr std::size_t originals_remembered = 1'000'000;
constexpr std::size_t kept_of_reject = 1U << 20U;

Time date_of(const formats::WarcRecord& record) {
    using namespace std::chrono;
    auto text = record.header("warc-date");
    int y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0;
    if (std::sscanf(
            std::string(text).c_str(), "%4d-%2d-%2dT%2d:%2d:%2d", &y, &mo, &d, &h, &mi, &s
        ) != 6)
        return system_clock::now();
    year_month_day date{year(y), month(static_cast<unsigned>(mo)), day(static_cast<unsigned>(d))};
    if (!date.ok()) return system_clock::now();
    return sys_days(date) + hours(h) + minutes(mi) + seconds(s);
}

// A batch on its way to the database.
struct Pending {
    std::vector<schema::Sealed> records;
    std::vector<schema::Reject> rejects;
    std::vector<std::string> seen;  // addresses of revisits
    std::vector<PageRecords> page_records;
    std::uint64_t bytes = 0;
    std::size_t size() const { return records.size() + rejects.size() + seen.size(); }
};

class Replay {
public:
    Replay(const schema::Blobs& blobs, const ReplayOptions& options)
        : options_(options), scope_({.reach = ScopeRules::Reach::any}, {}) {
        rules_.source_name = options.source_name;
        rules_.user_agent = options.user_agent;
        rules_.scope = &scope_;
        rules_.blobs = &blobs;
        rules_.rules = options.rules.get();
        rules_.media = &options.media;
        rules_.examine_image = options.examine_image;
        rules_.honour_consent = options.honour_consent;
        rules_.follow_links = false;
        rules_.feeds = false;
        rules_.watch_traps = false;
    }

    ReplayReport run(base::Database& database) {
        database_ = &database;
        for (const auto& file : options_.files) {
            if (options_.stop.stop_requested()) break;
            read(file);
        }
        report_.interrupted = options_.stop.stop_requested();
        return report_;
    }

    ArchiveLook look(std::size_t records) {
        Pending pending;
        auto more = [&] { return pending.size() < records && !options_.stop.stop_requested(); };
        for (const auto& file : options_.files) {
            formats::WarcReader reader(file, 0);
            for (std::optional<formats::WarcRecord> record; more() && (record = reader.next());)
                take(file, *record, pending);
        }
        ArchiveLook seen{{}, std::move(pending.rejects), std::move(report_.skipped), more()};
        for (auto& sealed : pending.records) seen.records.push_back(std::move(sealed.draft));
        return seen;
    }

private:
    void read(const std::string& file) {
        auto stream = "warc\n" + file;
        std::int64_t offset = 0;
        if (!options_.restart) {
            auto place = database_->call([&](base::Tx& tx) {
                return schema::load_cursor(tx, options_.source_id, stream);
            });
            if (place) {
                offset = std::stoll(*place);
                report_.resumed = true;
            }
        }
        formats::WarcReader reader(file, offset);
        Pending pending;
        bool damaged = false;
        while (!options_.stop.stop_requested()) {
            auto record = reader.next();
            if (!record) break;
            if (is_damage(*record) && !std::exchange(damaged, true)) note_damage(file, *record);
            take(file, *record, pending);
            if (pending.size() < options_.batch) continue;
            auto place = reader.position();
            if (place < 0 && pending.size() < 20 * options_.batch)
                continue;  // no place to go on at
            store(std::exchange(pending, {}), stream, place);
        }
        bool stopped = options_.stop.stop_requested();
        store(std::exchange(pending, {}), stream, stopped ? reader.position() : -1);
        if (!stopped)
            database_->call([&](base::Tx& tx) {
                schema::drop_cursor(tx, options_.source_id, stream);
            });
    }

    // A record above the limit is whole, and known to be none that is kept.
    static bool is_damage(const formats::WarcRecord& record) {
        return !record.fault.empty() && record.fault != "warc.too_large";
    }

    void note_damage(const std::string& file, const formats::WarcRecord& record) {
        if (report_.damaged++ == 0) report_.damage = file + ": " + record.reason;
    }

    void skip(std::string reason) { ++report_.skipped[std::move(reason)]; }

    void reject(
        const std::string& file,
        const formats::WarcRecord& record,
        std::string code,
        std::string reason,
        Pending& pending
    ) {
        schema::Reject made;
        made.raw = record.block.substr(0, kept_of_reject);
        made.file = file;
        made.member = std::string(record.target());
        made.byte_offset = record.offset;
        made.code = std::move(code);
        made.reason = std::move(reason);
        pending.rejects.push_back(std::move(made));
    }

    void take(const std::string& file, const formats::WarcRecord& record, Pending& pending) {
        pending.bytes += record.block.size();
        if (!record.fault.empty())
            return reject(file, record, record.fault, record.reason, pending);
        if (record.type != "response" && record.type != "resource" && record.type != "revisit")
            return skip(record.type.empty() ? "untyped" : record.type);
        auto url = formats::parse_url(record.target());
        if (!url || (url->scheme != "http" && url->scheme != "https")) return skip("not http");
        if (formats::check_block(record) == formats::DigestCheck::bad ||
            formats::check_payload(record) == formats::DigestCheck::bad)
            return reject(
                file,
                record,
                "warc.digest",
                "the content does not have the digest it is said to have",
                pending
            );
        auto canonical = formats::canonical_url(*url);
        std::string digest_label(record.header("warc-payload-digest"));
        if (record.type == "revisit") {
            auto original = original_of(digest_label);
            if (!original) {
                pending.seen.push_back(std::move(canonical));
                return;
            }
            // The same body under another address, or another time: its own headers count.
            auto own = record.block.find("\r\n\r\n");
            auto body = original->block.find("\r\n\r\n");
            if (own != std::string::npos && body != std::string::npos)
                original->block.replace(0, body, record.block, 0, own);
            return answer(file, *original, *url, std::move(canonical), date_of(record), pending);
        }
        if (record.offset >= 0 && !digest_label.empty() && originals_.size() < originals_remembered)
            originals_.emplace(std::move(digest_label), std::pair(file, record.offset));
        answer(file, record, *url, std::move(canonical), date_of(record), pending);
    }

    // The response that had this payload first.
    std::optional<formats::WarcRecord> original_of(const std::string& digest_label) const {
        auto found = originals_.find(digest_label);
        if (found == originals_.end()) return std::nullopt;
        auto record = formats::WarcReader(found->second.first, found->second.second).next();
        if (!record || !record->fault.empty()) return std::nullopt;
        return record;
    }

    void answer(
        const std::string& file,
        const formats::WarcRecord& record,
        const formats::Url& url,
        std::string canonical,
        Time at,
        Pending& pending
    ) {
        Response response;
        response.address = record.header("warc-ip-address");
        if (record.type == "resource" ||
            !record.header("content-type").starts_with("application/http")) {
            if (record.type == "response" && !record.header("content-type").empty() &&
                record.version != "ARC/1")
                return skip("not http");
            response.status = 200;
            response.headers = {{"content-type", std::string(record.header("content-type"))}};
            response.body = record.block;
        } else {
            auto message = formats::parse_http_response(record.block);
            if (!message)
                return reject(file, record, "warc.http", "the block is no HTTP response", pending);
            std::string cut;
            auto body = formats::decoded_body(*message, largest_body, &cut);
            if (!body) return reject(file, record, "warc.coding", cut, pending);
            if (!cut.empty())
                reject(file, record, "warc.coding", cut + "; what could be read is kept", pending);
            response.status = message->status;
            response.headers = std::move(message->headers);
            response.body = std::move(*body);
        }
        digest(url, std::move(canonical), std::move(response), at, pending);
    }

    void digest(
        const formats::Url& url,
        std::string canonical,
        Response response,
        Time at,
        Pending& pending
    ) {
        auto& site = sites_[url.scheme + "://" + url.host_and_port()];
        if (url.path == "/robots.txt") {
            site.robots = formats::Robots::from_response(response.status, response.body);
            return skip("robots.txt");
        }
        if (url.path == "/ai.txt" || url.path == "/.well-known/tdmrep.json") {
            if (response.status == 200) site.files[url.path] = response.body;
            return skip("site file");
        }
        Target target;
        target.key = url_key(canonical);
        target.url = std::move(canonical);
        target.host = url.host_and_port();
        auto status = response.status;
        if (auto shown = shown_.find(target.url); shown != shown_.end()) {
            target.kind = shown->second.first;
            target.context = shown->second.second;
        }
        auto outcome = digest_page(rules_, target, site, std::move(response), at);
        for (auto& found : outcome.found)
            if (is_media(found.kind) && !found.reason && shown_.size() < originals_remembered)
                shown_.try_emplace(found.url, found.kind, std::move(found.context));
        if (outcome.ending != Ending::stored && outcome.rejects.empty())
            skip(
                outcome.reason == SkipReason::http ? fmt::format("http {}", status)
                                                   : std::string(name_of(outcome.reason))
            );
        if (outcome.ruled) {
            PageRecords held{target.key, {}};
            if (outcome.itemised)
                for (const auto& record : outcome.records) held.keys.push_back(record.draft.key);
            pending.page_records.push_back(std::move(held));
        }
        std::move(
            outcome.records.begin(), outcome.records.end(), std::back_inserter(pending.records)
        );
        std::move(
            outcome.rejects.begin(), outcome.rejects.end(), std::back_inserter(pending.rejects)
        );
    }

    void store(Pending pending, const std::string& stream, std::int64_t place) {
        schema::BatchTarget target;
        target.source_id = options_.source_id;
        target.source_name = options_.source_name;
        target.run_id = options_.run_id;
        target.now = std::chrono::system_clock::now();
        if (options_.rules) target.columns = options_.rules->columns();
        std::size_t unseen = 0;
        auto counts = database_->call([&](base::Tx& tx) {
            target.column_set =
                schema::ensure_columns(tx, options_.source_id, target.columns, target.now);
            auto stored =
                schema::write_batch(tx, target, pending.records, pending.rejects, pending.bytes);
            auto seen = write_unchanged(tx, target, pending.seen);
            unseen = pending.seen.size() - std::min<std::size_t>(pending.seen.size(), seen.read);
            stored += seen;
            keep_page_records(tx, options_.source_id, options_.source_name, pending.page_records);
            if (place >= 0)
                schema::save_cursor(
                    tx,
                    options_.source_id,
                    stream,
                    std::to_string(place),
                    options_.run_id,
                    target.now
                );
            return stored;
        });
        if (unseen > 0) report_.skipped["revisit of a page that is not stored"] += unseen;
        report_.counts += counts;
        report_.bytes += pending.bytes;
        if (options_.progress) options_.progress(report_.counts, report_.bytes);
    }

    base::Database* database_ = nullptr;  // null: nothing is stored
    const ReplayOptions& options_;
    Scope scope_;
    PageRules rules_;
    std::map<std::string, SitePolicy> sites_;  // by origin
    std::unordered_map<std::string, std::pair<std::string, std::int64_t>>
        originals_;  // by payload digest: file, offset
    std::unordered_map<std::string, std::pair<Kind, std::string>>
        shown_;  // images and files that pages led to, with what they said
    ReplayReport report_;
};

}  // namespace

ReplayReport replay_archives(
    base::Database& database,
    const schema::Blobs& blobs,
    const ReplayOptions& options
) {
    return Replay(blobs, options).run(database);
}

ArchiveLook look_at_archives(const ReplayOptions& options, std::size_t records) {
    const schema::Blobs none;
    return Replay(none, options).look(records);
}

bool inspect_archive(const std::string& path, std::ostream& out) {
    namespace json = boost::json;
    formats::WarcReader reader(path);
    bool good = true;
    while (auto record = reader.next()) {
        json::object line;
        line["offset"] = record->offset >= 0 ? json::value(record->offset) : json::value();
        line["version"] = record->version;
        line["type"] = record->type;
        auto put = [&](const char* name, std::string_view value) {
            line[name] = value.empty() ? json::value() : json::value(base::mend_utf8(value));
        };
        put("id", record->header("warc-record-id"));
        put("target", record->target());
        put("date", record->header("warc-date"));
        put("content_type", record->header("content-type"));
        line["length"] = record->block.size();
        line["status"] = json::value();
        if (record->header("content-type").starts_with("application/http") &&
            record->type != "request")
            if (auto message = formats::parse_http_response(record->block))
                line["status"] = message->status;
        auto block = formats::check_block(*record), payload = formats::check_payload(*record);
        line["block_digest"] = name_of(block);
        line["payload_digest"] = name_of(payload);
        put("fault", record->fault);
        put("reason", record->reason);
        good = good && record->fault.empty() && block != formats::DigestCheck::bad &&
               payload != formats::DigestCheck::bad;
        out << json::serialize(line) << '\n';
    }
    return good;
}

bool is_archive(const std::string& path) {
    std::error_code none;
    if (!std::filesystem::is_regular_file(path, none)) return false;
    try {
        formats::WarcReader reader(path);
        auto record = reader.next();
        return record && record->fault.empty() && !record->version.empty();
    } catch (const base::Error&) {
        return false;
    }
}

}  // namespace crawler
