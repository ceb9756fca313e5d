// The rows are made by the server itself, a table at a time, in the order in which records would
// have come in, and the counts that the program keeps beside them are written as they would stand.
// Records have the keys that the program gives, so that whatever looks them up finds them.
#include "bench/labeling/queue_world.hpp"

#include <chrono>

#include <fmt/format.h>
#include <pqxx/pqxx>

#include "schema/records/record.hpp"

namespace bench {

namespace {

// Numbers from 1, with the keys of as many records.
void make_keys(base::Database& database, int tasks) {
    database.call([&](base::Tx& tx) {
        tx.exec("CREATE TABLE made (i int, rk bigint, key text)");
        auto rows = tx.copy("made (i, rk, key)", 3);
        for (int i = 1; i <= tasks; ++i) {
            auto key = fmt::format("k{}", i);
            rows.begin_row();
            rows.value(i);
            rows.value(schema::record_key("s", key));
            rows.text(key);
        }
        rows.finish();
    });
}

}  // namespace

void load_queue(base::Database& database, int tasks) {
    int done = tasks - tasks / 20;
    auto run = [&](const std::string& sql) {
        auto begun = std::chrono::steady_clock::now();
        database.call([&](base::Tx& tx) {
            tx.exec(fmt::format(
                fmt::runtime(sql),
                fmt::arg("tasks", tasks),
                fmt::arg("done", done),
                fmt::arg("people", queue_labelers),
                fmt::arg("overlap", queue_overlap)
            ));
        });
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
        fmt::print(stderr, "  {:5.1f} s  {}\n", took.count(), sql.substr(0, 60));
    };
    make_keys(database, tasks);
    run("INSERT INTO source (id, name, kind, created_at) VALUES (1, 's', 'files', now())");
    run("INSERT INTO source_run (id, source_id, state, started_at) VALUES (1, 1, 'done', now())");
    run("INSERT INTO record (rk, source_id, key, version, content_sha256, first_run, last_run, "
        "first_seen, last_seen) SELECT rk, 1, key, 1, sha256(key::bytea), 1, 1, now(), now() FROM "
        "made ORDER BY i");
    run("INSERT INTO record_version (rk, source_id, key, version, run_id, content_sha256, payload, "
        "url, stored_at) SELECT rk, 1, key, 1, 1, sha256(key::bytea), '{{\"a\": 1}}', 'http://a/', "
        "now() FROM made ORDER BY i");
    run("INSERT INTO content_text (rk, source_id, key, version, title, body, characters, words, "
        "simhash) SELECT rk, 1, key, 1, 't', repeat(md5(key) || ' ', words), 33 * words, words, 0 "
        "FROM (SELECT *, 1 + i % 40 AS words FROM made) m ORDER BY i");
    run("INSERT INTO app_user (id, name, role, created_at) SELECT i, 'u' || i, 'labeler', now() "
        "FROM generate_series(1, {people}) i");
    run("INSERT INTO label_project (id, name, source_id, kind, spec, overlap, created_at) VALUES "
        "(1, 'p', 1, 'classification', '{{\"truth\": {{\"method\": \"ds\"}}}}', {overlap}, now())");
    run("INSERT INTO label_class (project_id, class_id, name) SELECT 1, i, 'c' || i FROM "
        "generate_series(0, 3) i");
    run("INSERT INTO label_task (id, project_id, rk, source_id, key, version, state, wanted, "
        "answers, created_at, done_at, disagreement) SELECT i, 1, rk, 1, key, 1, CASE WHEN i <= "
        "{done} THEN 'done' ELSE 'open' END, {overlap}, CASE WHEN i <= {done} THEN {overlap} ELSE "
        "0 END, now(), CASE WHEN i <= {done} THEN now() END, CASE WHEN i <= {done} AND i % 3 = 0 "
        "THEN .4 END FROM made");
    run("INSERT INTO label_lease (task_id, user_id, token, attempt, state, expires_at) SELECT i, 1 "
        "+ (i * 7 + a * 13) % {people}, 1, 1, 'answered', now() - interval '1 hour' FROM made, "
        "generate_series(1, {overlap}) a WHERE i <= {done}");
    run("INSERT INTO annotation (rk, source_id, key, project_id, user_id, attempt, version, "
        "task_id, class_id, milliseconds, submitted_at) SELECT rk, 1, key, 1, 1 + (i * 7 + a * 13) "
        "% {people}, 1, 1, i, (i + (a = 1 AND i % 3 = 0)::int) % 4, 1500, now() - interval '1 "
        "hour' FROM made, generate_series(1, {overlap}) a WHERE i <= {done}");
    run("INSERT INTO ground_truth (rk, source_id, key, project_id, class_id, probability, method, "
        "set_at) SELECT rk, 1, key, 1, i % 4, 1, 'ds', now() FROM made WHERE i <= {done}");
    run("INSERT INTO label_person (project_id, user_id, answers) SELECT 1, user_id, count(*) FROM "
        "annotation GROUP BY user_id");
    run("INSERT INTO label_tally (project_id, user_id, open, done, answers, wanted, labels, free, "
        "disputed) VALUES (1, 0, {tasks} - {done}, {done}, {done} * {overlap}, {tasks} * "
        "{overlap}, {done}, {tasks} - {done}, {done} / 3)");
    run("INSERT INTO label_truth_tally (project_id, part, number, labels, sureness) SELECT 1, "
        "'class', class_id, count(*), count(*) * 1000000000 FROM ground_truth GROUP BY class_id "
        "UNION ALL SELECT 1, 'hour', floor(extract(epoch FROM set_at) / 3600)::bigint, count(*), "
        "0 FROM ground_truth GROUP BY 3");
    run("INSERT INTO label_trust (project_id, user_id, accuracy, set_at) SELECT 1, i, .9, now() "
        "FROM generate_series(1, {people}) i");
    for (auto table : {"label_task", "app_user", "label_project", "source"})
        run(fmt::format(
            "SELECT setval(pg_get_serial_sequence('{0}', 'id'), (SELECT max(id) FROM {0}))", table
        ));
}

void settle(const std::string& url) {
    pqxx::connection connection(url);
    pqxx::nontransaction direct(connection);
    for (auto sql : {"VACUUM ANALYZE", "CHECKPOINT"}) direct.exec(sql);
}

}  // namespace bench
