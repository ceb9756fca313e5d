// A page costs the same wherever it lies: each query that is read page by page is asked for one in
// the middle of 200,000 rows, and may look at so many buffers a row and no more. A query that joins
// or sorts what is left before it cuts the page makes the whole reading quadratic, which no small
// test feels.
#include <catch2/catch.hpp>

#include <map>
#include <set>

#include <fmt/format.h>

#include "crawler/sql.hpp"
#include "ingest/sql.hpp"
#include "labeling/sql.hpp"
#include "quality/sql.hpp"
#include "schema/sql.hpp"
#include "tests/support/buffers.hpp"
#include "tests/support/test_database.hpp"
#include "training/sql.hpp"

namespace {

constexpr int rows = 200'000;
constexpr int page = 1000;
constexpr int buffers_a_row = 40;  // some five tables, each by an index of four levels

// What is asked for: the arguments of a page in the middle.
struct Asked {
    std::string arguments;
    int page_size = page;
};

const std::string middle = fmt::format("1, 0, '', {}", page);

const std::map<std::string, Asked> paged{
    {"schema.list_records", {middle}},
    {"schema.record_fields", {middle + ", true"}},
    {"schema.texts_unmeasured", {middle}},
    {"schema.measured_records", {middle}},
    {"schema.index_texts", {"1, 0, '', 100", 200}},  // it writes, too
    {"schema.purge_targets_of_source", {middle}},
    {"schema.blob_files", {fmt::format("0, '', {}", page)}},
    {"schema.list_jobs", {fmt::format("now(), '', '', {}, {}, ''", rows / 2, page)}},
    {"schema.list_workers", {fmt::format("'', {}", page)}},
    {"quality.quality_rows", {middle}},
    {"quality.quality_texts", {middle}},
    {"quality.quality_images", {middle}},
    {"quality.quality_contents", {middle}},
    {"quality.profile_rows", {middle}},
    {"quality.profile_snapshot_rows", {middle + ", 3, 0, 1, ''"}},
    {"quality.texts_to_cluster", {middle}},
    {"labeling.enqueue_unlabeled",
     {fmt::format("2, 1, {0}, 0.5, 'r', 1, now(), 0, '', {0}, '{{}}'", page)}},
    {"labeling.list_answers", {fmt::format("1, 0, '', 0, 0, NULL, {}", page)}},
    {"labeling.answers_beside_page", {fmt::format("1, 1, 0, '', 0, 0, {}, NULL", page)}},
    {"labeling.suggestions_page", {fmt::format("1, 0, 1, '', false, {}", page)}},
    {"labeling.queued_page", {fmt::format("1, 0, 1, '', {}", page)}},
    {"labeling.events_after",
     {fmt::format(
         "'{{1}}', '{{1}}', '{{{}}}', '{{{}}}', '{{1}}', '{{true}}', {}",
         rows / 2,
         rows,
         page
     )}},
    {"labeling.answers_page", {fmt::format("1, 1, 0, '', 0, 0, {}, false", page)}},
    {"labeling.tasks_looked_through",
     {fmt::format(
         "1, {}, 1, {}, '', false, false, NULL, false, '', '', true, true, 'all', '{{}}'",
         rows / 2,
         page
     )}},
    {"labeling.disagreed_tasks", {fmt::format("1, 0.5, 0, {}", page)}},
    {"labeling.labels_page", {fmt::format("1, 1, 0, '', {}", page)}},
    {"labeling.export_answered_page", {fmt::format("1, 1, 0, '', {}", page)}},
    {"labeling.field_page", {fmt::format("1, 'n', '{{n}}', 0, '', {}", page)}},
    {"labeling.keys_page", {middle}},
    {"labeling.texts_page", {fmt::format("1, 0, '', {}, true", page)}},
    {"labeling.export_page", {fmt::format("1, 1, 0, '', {}", page)}},
    {"crawler.source_urls", {fmt::format("1, {}, '', '', {}", rows / 2, page)}},
    {"crawler.left_out_urls", {fmt::format("1, {}, {}", rows / 2, page)}},
    {"crawler.waiting_urls", {fmt::format("1, {}, NULL, 1000, {}", rows / 2, page)}},
    {"crawler.stored_pages", {middle}},
    {"crawler.fetches_of_run",
     {fmt::format("1, now() + {} * interval '1 s', '', false, {}", rows / 2, page)}},
    {"ingest.list_rejects", {fmt::format("1, '', '', '', '', {}, -1, 0, '', {}", rows / 2, page)}},
    {"training.labeled_records",
     {fmt::format("1, 1, 0, '', {}, true, 20, true, '', '{{}}'", page)}},
    {"training.records_of_source", {fmt::format("1, 0, '', {}, true, 20", page)}},
    {"training.members_to_check", {fmt::format("1, 0, '', {}, 20, 1", page)}},
    {"training.snapshot_members", {fmt::format("1, 0, 0, '', {}", page)}},
    {"training.split_items", {fmt::format("1, 1, 0, 0, '', {}", page)}},
    {"training.unlabeled_items", {fmt::format("2, 1, 0, '', {}", page)}},
};

// Queries with a limit that do not go through the rows of a source, a project or a snapshot: lists
// of few things, the heads of queues, hits by their rank.
const std::set<std::string> others{
    "schema.list_sources",         "schema.list_source_settings", "schema.list_runs",
    "schema.search_records",       "schema.list_users",           "schema.list_tokens",
    "schema.list_sessions",        "schema.list_audit",           "labeling.project_lines",
    "labeling.claim_tasks",        "labeling.pick_skipped",       "labeling.tasks_in_hand",
    "crawler.claim_hosts",         "crawler.next_urls",           "crawler.source_hosts",
    "training.list_snapshots",     "training.list_models",        "training.list_model_runs",
    "labeling.last_schema_change", "labeling.list_comments",      "labeling.own_history",
    "training.list_preparations",  "labeling.gold_candidates",    "labeling.claim_gold",
    "schema.claim_messages",       "schema.list_messages",        "labeling.list_members",
    "labeling.find_machine",       "labeling.flagged_tasks",      "labeling.decided_tasks",
    "labeling.last_invalidation",  "labeling.last_audit",         "labeling.draw_audit",
    "labeling.claim_audit",        "labeling.audit_items",        "labeling.standing_answer",
    "training.run_steps",          "training.model_test_results", "training.members_of_cell",
    "labeling.class_progress",
};

// Two sources of 200,000 records, of which the first has everything that a record can have.
void fill(base::Tx& tx) {
    auto run = [&](const std::string& sql) { tx.exec(fmt::format(fmt::runtime(sql), rows)); };
    run("CREATE TEMPORARY TABLE made ON COMMIT DROP AS SELECT i, ('x' || substr(md5(i::text), 1, "
        "16))::bit(64)::bigint AS rk, 'k' || i AS key FROM generate_series(1, {}) i ORDER BY 2");
    run("INSERT INTO source (id, name, kind, created_at) VALUES (1, 's', 'files', now()), (2, 't', "
        "'files', now())");
    run("INSERT INTO source_run (id, source_id, state, started_at) VALUES (1, 1, 'done', now())");
    run("INSERT INTO record (rk, source_id, key, version, content_sha256, first_run, last_run, "
        "first_seen, last_seen) SELECT rk, s, key, 1, sha256(key::bytea), 1, 1, now(), now() FROM "
        "made, generate_series(1, 2) s ORDER BY s, rk");
    run("INSERT INTO record_version (rk, source_id, key, version, run_id, content_sha256, payload, "
        "url, stored_at) SELECT rk, s, key, 1, s, sha256(key::bytea), '{{\"a\": 1}}', 'http://a/', "
        "now() FROM made, generate_series(1, 2) s ORDER BY rk");
    run("INSERT INTO content_text (rk, source_id, key, version, title, body, characters, words, "
        "simhash) SELECT rk, 1, key, 1, 't', 'some words', 10, 25, 0 FROM made");
    run("INSERT INTO content_image (rk, source_id, key, version, width, height, channels, format, "
        "phash) SELECT rk, 1, key, 1, 1, 1, 1, 'raw', 0 FROM made");
    run("INSERT INTO content_quality (rk, source_id, key, version, measures) SELECT rk, 1, key, 1, "
        "'{{1}}' FROM made WHERE i % 2 = 0");
    run("INSERT INTO blob (bk, sha256, size, encoding, location) SELECT rk, sha256(key::bytea), 1, "
        "'identity', 'aa/' || key FROM made");
    run("INSERT INTO job (id, kind, spec, due_at, created_at) SELECT i, 'ingest', '{{}}', now(), "
        "now() FROM "
        "made");
    run("INSERT INTO job_history (id, kind, spec, state, attempts, created_at, ended_at) SELECT i, "
        "'ingest', '{{}}', 'done', 1, now(), now() FROM made");
    run("INSERT INTO app_user (id, name, role, created_at) VALUES (1, 'u', 'labeler', now())");
    run("INSERT INTO label_project (id, name, source_id, kind, spec, created_at) VALUES (1, 'p', "
        "1, 'classification', '{{}}', now()), (2, 'q', 1, 'classification', '{{}}', now())");
    run("INSERT INTO label_class (project_id, class_id, name) VALUES (1, 0, 'a')");
    run("INSERT INTO ground_truth (rk, source_id, key, project_id, class_id, probability, method, "
        "set_at) SELECT rk, 1, key, 1, 0, 1, 'import', now() FROM made");
    run("INSERT INTO annotation (rk, source_id, key, project_id, user_id, attempt, version, "
        "task_id, class_id, submitted_at) SELECT rk, 1, key, 1, 1, 1, 1, i, 0, now() FROM made");
    run("INSERT INTO label_machine (id, project_id, name, version, added_at) VALUES (1, 1, 'm', "
        "'1', "
        "now())");
    run("INSERT INTO label_suggestion (rk, source_id, key, machine_id, class_id, schema_version, "
        "made_at) SELECT rk, 1, key, 1, 0, 1, now() FROM made");
    run("INSERT INTO label_task (project_id, rk, source_id, key, version, state, wanted, "
        "created_at, disagreement) SELECT 1, rk, 1, key, 1, 'done', 1, now(), (i % 100 + 1) / "
        "100.0 FROM made");
    run("INSERT INTO label_event (project_id, kind, task_id, user_id, at) SELECT 1, 'answer', i, "
        "1, now() FROM made");
    run("INSERT INTO snapshot (id, name, project_id, source_id, spec, state, created_at) VALUES "
        "(1, 'n', 1, 1, '{{}}', 'open', now())");
    run("INSERT INTO snapshot_item (rk, source_id, key, snapshot_id, version, split, class_id, "
        "cluster) SELECT rk, 1, key, 1, 1, i % 3, 0, 0 FROM made");
    run("INSERT INTO frontier_url (source_id, url_key, url, host, depth, state, reason, due_at) "
        "SELECT 1, md5(key)::uuid, 'http://a/' || key, 'a', 1, 'skipped', 'scope', now() FROM "
        "made ORDER BY i");
    run("INSERT INTO fetch_log (at, source_id, run_id, host, url, status, outcome, bytes, millis, "
        "address) SELECT now() + i * interval '1 s', 1, 1, 'a', 'http://a/' || key, 200, 'stored', "
        "1, 1, '' FROM made ORDER BY i");
    run("INSERT INTO reject (rk, source_id, place_sha256, run_id, at, raw, line, code, reason) "
        "SELECT rk, 1, sha256(key::bytea), 1, now(), 'x', i, 'c', 'r' FROM made");
}

}  // namespace

TEST_CASE("a page in the middle of 200,000 rows costs what a page costs", "[app][queries]") {
    test::TestDatabase db(1);
    db->call([](base::Tx& tx) { fill(tx); });
    db->call([](base::Tx& tx) { tx.exec("ANALYZE"); });
    std::set<std::string> seen;
    auto look = [&](const std::string& module, const base::QueryFile& file) {
        file.each([&](std::string_view name, std::string_view query) {
            if (query.find("LIMIT $") == query.npos) return;
            auto full = module + "." + std::string(name);
            seen.insert(full);
            auto asked = paged.find(full);
            INFO(full);
            if (asked == paged.end()) {
                CHECK(others.contains(full));
                return;
            }
            auto buffers = test::most_buffers_of(*db, query, asked->second.arguments);
            CHECK(buffers <= buffers_a_row * asked->second.page_size);
        });
    };
    look("schema", schema::sql::file);
    look("crawler", crawler::sql::file);
    look("ingest", ingest::sql::file);
    look("quality", quality::sql::file);
    look("labeling", labeling::sql::file);
    look("training", training::sql::file);
    for (const auto& [name, asked] : paged) CHECK(seen.contains(name));
}
