#include "tests/labeling/store_fixture.hpp"

#include <catch2/catch.hpp>

#include <limits>

#include "base/database/database.hpp"
#include "base/settings/settings.hpp"
#include "schema/records/record.hpp"

using namespace std::chrono_literals;

std::string record_name(int i) {
    return std::string("r").append(std::to_string(i));
}

labeling::Time LabelingWorld::now() const {
    return clock_ += 1ms;
}
labeling::Time LabelingWorld::later(std::chrono::seconds by) {
    return clock_ += by;
}

void LabelingWorld::add_records(int n, const std::vector<std::string>& kinds) {
    auto at = now();
    db->call([&](base::Tx& tx) {
        auto source = *tx.value<std::int64_t>(
            "INSERT INTO source (name, kind, created_at) VALUES ('s', 'files', $1::timestamptz) "
            "RETURNING id",
            schema::timestamp(at)
        );
        auto fill = [&](std::string_view table, int columns, auto write) {
            auto copy = tx.copy(table, columns);
            for (int i = 0; i < n; ++i) {
                auto key = record_name(i);
                copy.begin_row();
                copy.value(schema::record_key("s", key));
                copy.value(source);
                copy.text(key);
                copy.value(std::int32_t{1});
                write(copy, i);
            }
            copy.finish();
        };
        fill(
            "record (rk, source_id, key, version, content_sha256, first_run, last_run, first_seen, "
            "last_seen)",
            9,
            [&](auto& copy, int) {
                copy.bytea("x");
                copy.value(std::int64_t{1});
                copy.value(std::int64_t{1});
                copy.time(at);
                copy.time(at);
            }
        );
        fill(
            "record_version (rk, source_id, key, version, run_id, content_sha256, payload, "
            "stored_at)",
            8,
            [&](auto& copy, int i) {
                copy.value(std::int64_t{1});
                copy.bytea("x");
                const auto& kind = kinds[static_cast<std::size_t>(i) % kinds.size()];
                copy.jsonb(
                    "{\"kind\": \"" + kind + "\", \"deep\": {\"n\": " + std::to_string(i) + "}}"
                );
                copy.time(at);
            }
        );
    });
}

labeling::StoredProject LabelingWorld::add_project(const std::string& toml_tail) {
    auto spec = labeling::Project::settings.read(
        base::Document::toml("name = \"p\"\nsource = \"s\"\n" + toml_tail, "p.toml")
    );
    if (spec.question.classes.empty() && spec.question.parts.empty())
        for (auto name : {"a", "b", "c"}) {
            labeling::LabelClass item;
            item.name = name;
            item.id = static_cast<std::int32_t>(spec.question.classes.size());
            spec.question.classes.push_back(item);
        }
    project = db->call([&](base::Tx& tx) { return labeling::create_project(tx, spec, now()); });
    return project;
}

std::int64_t LabelingWorld::add_user(const std::string& name) {
    return db->call([&](base::Tx& tx) {
        return *tx.value<std::int64_t>(
            "INSERT INTO app_user (name, role, created_at) VALUES ($1, 'labeler', $2::timestamptz) "
            "RETURNING id",
            name,
            schema::timestamp(now())
        );
    });
}

void LabelingWorld::enqueue_all() {
    db->call([&](base::Tx& tx) {
        labeling::enqueue_unlabeled(
            tx, project, std::numeric_limits<std::int64_t>::max(), 0, "new", now()
        );
    });
}

void LabelingWorld::check_sums() {
    CHECK(
        check("SELECT count(*) FROM label_task t WHERE t.answers <> (SELECT count(*) FROM "
              "annotation a WHERE a.task_id = t.id AND a.withdrawn_at IS NULL AND (a.audit_id IS "
              "NULL "
              "OR t.state = 'audit'))") == 0
    );
    CHECK(
        check("SELECT count(*) FROM label_task t WHERE t.answers <> (SELECT count(*) FROM "
              "label_lease l WHERE l.task_id = t.id AND l.state = 'answered')") == 0
    );
    CHECK(
        check("SELECT count(*) FROM label_task t WHERE t.leases <> (SELECT count(*) FROM "
              "label_lease l WHERE l.task_id = t.id AND l.state = 'held')") == 0
    );
    CHECK(
        check("SELECT count(*) FROM (SELECT project_id, user_id, count(*) AS n FROM annotation "
              "WHERE withdrawn_at IS NULL GROUP BY 1, 2) a FULL JOIN label_person p USING "
              "(project_id, user_id) WHERE coalesce(a.n, 0) <> coalesce(p.answers, 0)") == 0
    );
    CHECK(
        check("SELECT count(*) FROM label_task WHERE state <> 'gold' AND answers + leases > wanted"
        ) == 0
    );
    CHECK(
        check("SELECT count(*) FROM label_task WHERE state NOT IN ('gold', 'audit') AND (state = "
              "'done') <> "
              "(answers >= wanted)") == 0
    );
    CHECK(
        check("SELECT count(*) FROM (SELECT 1 FROM annotation WHERE withdrawn_at IS NULL GROUP BY "
              "task_id, user_id, audit_id HAVING count(*) > 1) d") == 0
    );
    check_tally();
}

// The kept counts are those of the rows, for each project and each person in it.
void LabelingWorld::check_tally() {
    INFO(db->call([](base::Tx& tx) {
        return tx
            .value<std::string>(
                "SELECT coalesce((SELECT string_agg(to_jsonb(y)::text, ' ') FROM label_tally y), "
                "'') "
                "|| coalesce((SELECT string_agg(concat_ws(' ', id, state, answers, wanted, "
                "leases), "
                "'; ') FROM label_task), '')"
            )
            .value();
    }));
    CHECK(
        check("SELECT count(*) FROM label_project p CROSS JOIN LATERAL (SELECT "
              "coalesce(sum(open), 0) AS open, coalesce(sum(done), 0) AS done, "
              "coalesce(sum(cancelled), 0) AS cancelled, coalesce(sum(answers), 0) AS answers, "
              "coalesce(sum(wanted), 0) AS wanted, coalesce(sum(leases), 0) AS leases, "
              "coalesce(sum(labels), 0) AS labels FROM label_tally WHERE project_id = p.id AND "
              "user_id = 0) k CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE state = 'open') AS "
              "open, count(*) FILTER (WHERE state = 'done') AS done, count(*) FILTER (WHERE state "
              "= 'cancelled') AS cancelled, coalesce(sum(answers) FILTER (WHERE state NOT IN "
              "('gold', 'audit')), "
              "0) AS answers, coalesce(sum(wanted) FILTER (WHERE state IN ('open', 'done')), 0) AS "
              "wanted, coalesce(sum(leases) FILTER (WHERE state NOT IN ('gold', 'audit')), 0) AS "
              "leases FROM "
              "label_task WHERE project_id = p.id) t WHERE (k.open, k.done, k.cancelled, "
              "k.answers, k.wanted, k.leases, k.labels) IS DISTINCT FROM (t.open, t.done, "
              "t.cancelled, t.answers, t.wanted, t.leases, (SELECT count(*) FROM ground_truth g "
              "WHERE g.project_id = p.id))") == 0
    );
    CHECK(
        check("SELECT count(*) FROM label_project p CROSS JOIN app_user u CROSS JOIN LATERAL "
              "(SELECT coalesce(sum(free), 0) AS free, coalesce(sum(waiting), 0) AS waiting, "
              "coalesce(sum(skipped) FILTER (WHERE user_id > 0), 0) AS skipped FROM label_tally "
              "WHERE project_id = p.id AND user_id IN (0, u.id)) k CROSS JOIN LATERAL (SELECT "
              "count(*) FILTER (WHERE mine AND l.task_id IS NULL AND answers + leases < wanted) AS "
              "free, count(*) FILTER (WHERE mine AND l.task_id IS NULL AND answers + leases >= "
              "wanted) AS waiting, count(*) FILTER (WHERE l.state = 'skipped') AS skipped FROM "
              "label_task t LEFT JOIN label_lease l ON l.task_id = t.id AND l.user_id = u.id AND "
              "l.state <> 'released' CROSS JOIN LATERAL (SELECT t.assigned_to IS NULL OR "
              "t.assigned_to = u.id AS mine) m WHERE t.project_id = p.id AND t.state = 'open') t "
              "WHERE (k.free, k.waiting, k.skipped) IS DISTINCT FROM (t.free, t.waiting, "
              "t.skipped)") == 0
    );
    CHECK(
        check("SELECT count(*) FROM (SELECT project_id, part, number, sum(labels) AS labels, "
              "sum(sureness) AS sureness FROM label_truth_tally GROUP BY 1, 2, 3 HAVING "
              "sum(labels) <> 0 OR sum(sureness) <> 0) k FULL JOIN (SELECT project_id, 'class' AS "
              "part, class_id::bigint AS number, count(*) AS labels, sum(round(probability * "
              "1000000000)::bigint) AS sureness FROM ground_truth WHERE class_id IS NOT NULL GROUP "
              "BY 1, 3 UNION ALL SELECT project_id, 'hour', floor(extract(epoch FROM set_at) / "
              "3600)::bigint, count(*), 0 FROM ground_truth GROUP BY 1, 3) g USING (project_id, "
              "part, number) WHERE (k.labels, k.sureness) IS DISTINCT FROM (g.labels, g.sureness)"
        ) == 0
    );
    CHECK(
        check("SELECT count(*) FROM label_project p WHERE (SELECT coalesce(sum(disputed), 0) FROM "
              "label_tally y WHERE y.project_id = p.id AND y.user_id = 0) <> (SELECT "
              "count(disagreement) FROM label_task t WHERE t.project_id = p.id)") == 0
    );
}
