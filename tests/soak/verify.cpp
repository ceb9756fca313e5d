// What is left after the fire, against what clients were told. Both ways: what was acknowledged is
// there once, and what is there was acknowledged.
#include "tests/soak/verify.hpp"

#include <algorithm>
#include <iterator>
#include <set>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/bytes/hash.hpp"
#include "base/bytes/hex.hpp"
#include "base/database/database.hpp"
#include "schema/blobs/blobs.hpp"
#include "tests/soak/gathering.hpp"

namespace soak {

namespace fs = std::filesystem;

namespace {

pqxx::result rows(base::Database& database, const std::string& sql) {
    return database.call([&](base::Tx& tx) { return tx.exec(sql); });
}

std::int64_t number(base::Database& database, const std::string& sql) {
    return rows(database, sql)[0][0].as<std::int64_t>();
}

// Two sets of texts are the same; a few of what only one has are told.
void check_equal(
    const std::string& what,
    const std::multiset<std::string>& found,
    const std::multiset<std::string>& wanted,
    Ledger& ledger
) {
    std::vector<std::string> only_found, only_wanted;
    std::set_difference(
        found.begin(), found.end(), wanted.begin(), wanted.end(), std::back_inserter(only_found)
    );
    std::set_difference(
        wanted.begin(), wanted.end(), found.begin(), found.end(), std::back_inserter(only_wanted)
    );
    tell(ledger, fmt::format("{}: {} found, {} wanted", what, found.size(), wanted.size()));
    auto complain = [&](const std::vector<std::string>& list, const std::string& how) {
        if (list.empty()) return;
        std::string some;
        for (std::size_t i = 0; i < std::min<std::size_t>(list.size(), 5); ++i)
            some += "\n          " + list[i].substr(0, 200);
        ledger.fault(fmt::format("{}: {} {}, such as{}", what, list.size(), how, some));
    };
    complain(only_found, "too many");
    complain(only_wanted, "missing");
}

std::multiset<std::string> lines(base::Database& database, const std::string& sql) {
    std::multiset<std::string> found;
    for (auto row : rows(database, sql)) found.insert(row[0].as<std::string>());
    return found;
}

std::string records_of(const std::string& source) {
    return fmt::format(
        "FROM record r JOIN source s ON s.id = r.source_id AND s.name = '{}' "
        "JOIN record_version v USING (rk, source_id, key, version)",
        source
    );
}

void check_none(
    base::Database& database,
    const std::string& what,
    const std::string& sql,
    Ledger& ledger
) {
    auto found = number(database, sql);
    tell(ledger, fmt::format("{}: {}", what, found));
    if (found != 0) ledger.fault(fmt::format("{}: {}", what, found));
}

}  // namespace

void check_pushes(base::Database& database, const Acknowledged& known, Ledger& ledger) {
    std::multiset<std::string> messages, records;
    std::int64_t rejects = 0;
    for (const auto& sender : known.pushes) {
        messages.insert(sender.messages.begin(), sender.messages.end());
        for (const auto& [key, value] : sender.records)
            records.insert(fmt::format("{} 1 {}", key, value));
        rejects += sender.rejects;
    }
    auto source = fmt::format("(SELECT id FROM source WHERE name = '{}')", push_source);
    check_equal(
        "pushed messages",
        lines(database, "SELECT message_id FROM push_receipt WHERE source_id = " + source),
        messages,
        ledger
    );
    check_equal(
        "pushed records (key, version, value)",
        lines(
            database,
            "SELECT r.key || ' ' || r.version || ' ' || (v.payload->>'number') " +
                records_of(push_source)
        ),
        records,
        ledger
    );
    auto kept = number(database, "SELECT count(*) FROM reject WHERE source_id = " + source);
    tell(ledger, fmt::format("pushed rejects: {} found, {} wanted", kept, rejects));
    if (kept != rejects) ledger.fault("pushed rejects differ");
}

void check_answers(base::Database& database, const Acknowledged& known, Ledger& ledger) {
    std::multiset<std::string> wanted;
    for (const auto& [person, answers] : known.answers)
        for (const auto& [task, answer] : answers)
            wanted.insert(fmt::format("{} {} {}", person, task, answer));
    check_equal(
        "answers that stand (person, task, class)",
        lines(
            database,
            "SELECT u.name || ' ' || a.task_id || ' ' || c.name FROM annotation a "
            "JOIN app_user u ON u.id = a.user_id "
            "JOIN label_class c ON c.project_id = a.project_id AND c.class_id = a.class_id "
            "WHERE a.withdrawn_at IS NULL"
        ),
        wanted,
        ledger
    );
    check_none(
        database,
        "leases still held",
        "SELECT count(*) FROM label_lease WHERE state = 'held'",
        ledger
    );
    check_none(
        database,
        "tasks whose counters are wrong",
        "SELECT count(*) FROM label_task t WHERE t.leases <> 0 OR t.answers <> "
        "(SELECT count(*) FROM annotation a WHERE a.task_id = t.id AND a.withdrawn_at IS NULL) "
        "OR (t.state = 'done') <> (t.answers >= t.wanted)",
        ledger
    );
}

void check_trainings(base::Database& database, const Acknowledged& known, Ledger& ledger) {
    std::map<std::string, std::int64_t> ends;
    for (auto job : known.trained.jobs) {
        auto found = rows(
            database,
            fmt::format(
                "SELECT state, coalesce(result->>'error', '') FROM job_history WHERE id = {}", job
            )
        );
        if (found.size() != 1) {
            ledger.fault(fmt::format("training job {} ended {} times", job, found.size()));
            continue;
        }
        auto state = found[0][0].as<std::string>(), why = found[0][1].as<std::string>();
        ++ends[state];
        // Five deaths of the program in a row are the one good reason.
        if (state == "failed" && why.find("its process died") == std::string::npos)
            ledger.fault(fmt::format("training job {} failed: {}", job, why));
    }
    std::string line = "trainings:";
    for (const auto& [state, count] : ends) line += fmt::format(" {} {}", count, state);
    tell(ledger, line);
    check_none(
        database,
        "trainings done without a model, or twice",
        "SELECT abs((SELECT count(*) FROM job_history WHERE kind = 'train' AND state = 'done') - "
        "(SELECT count(*) FROM model_run WHERE state = 'done'))",
        ledger
    );
}

void check_sums(base::Database& database, Ledger& ledger) {
    check_none(
        database,
        "runs that do not add up",
        "SELECT count(*) FROM source_run_count WHERE read <> added + changed + unchanged + "
        "rejected",
        ledger
    );
    for (auto row : rows(
             database,
             "SELECT s.name, sum(u.added), sum(u.added) + sum(u.changed), count(*), "
             "(SELECT count(*) FROM record r WHERE r.source_id = s.id), "
             "(SELECT count(*) FROM record_version v WHERE v.source_id = s.id) "
             "FROM source s JOIN source_run_count u ON u.source_id = s.id GROUP BY s.id, s.name"
         )) {
        auto name = row[0].as<std::string>();
        auto added = row[1].as<std::int64_t>(), stored = row[2].as<std::int64_t>();
        auto records = row[4].as<std::int64_t>(), versions = row[5].as<std::int64_t>();
        tell(
            ledger,
            fmt::format(
                "{}: {} runs, {} new = {} records, {} new or changed = {} versions",
                name,
                row[3].as<std::int64_t>(),
                added,
                records,
                stored,
                versions
            )
        );
        if (added != records || stored != versions) ledger.fault(name + ": the sums differ");
    }
    check_none(database, "jobs left in the queue", "SELECT count(*) FROM job", ledger);
    check_none(
        database,
        "source runs left at work",
        fmt::format(
            "SELECT count(*) FROM source_run u JOIN source s ON s.id = u.source_id "
            "WHERE u.state = 'running' AND s.name <> '{}'",
            push_source
        ),
        ledger
    );
    check_none(
        database,
        "training runs left at work",
        "SELECT count(*) FROM model_run WHERE state = 'running'",
        ledger
    );
    check_none(
        database,
        "jobs that failed for another reason than deaths of the program",
        "SELECT count(*) FROM job_history WHERE state <> 'done' AND "
        "coalesce(result->>'error', '') NOT LIKE '%its process died%'",
        ledger
    );
}

void check_blobs(base::Database& database, const fs::path& home, Ledger& ledger) {
    schema::Blobs blobs(home / "blobs");
    check_none(
        database,
        "versions whose blob is not there",
        "SELECT count(*) FROM record_version v WHERE blob_sha256 IS NOT NULL "
        "AND NOT EXISTS (SELECT FROM blob b WHERE b.sha256 = v.blob_sha256)",
        ledger
    );
    std::set<std::string> named;
    std::int64_t read = 0;
    for (auto row : rows(database, "SELECT sha256, coalesce(location, '') FROM blob")) {
        auto hash = base::bytes(row[0]), location = row[1].as<std::string>();
        if (!location.empty()) named.insert(location);
        try {
            auto bytes = database.call([&](base::Tx& tx) { return blobs.load(tx, hash); });
            if (!bytes || base::sha256(*bytes) != hash) throw std::runtime_error("other bytes");
            ++read;
        } catch (const std::exception& failure) {
            ledger.fault(fmt::format("blob {}: {}", base::hex(hash), failure.what()));
        }
    }
    std::int64_t unnamed = 0, partial = 0;
    std::error_code none;
    for (const auto& entry : fs::recursive_directory_iterator(home / "blobs", none)) {
        if (!entry.is_regular_file()) continue;
        if (entry.path().string().find(".part") != std::string::npos) {
            ++partial;
            ledger.fault("left behind: " + entry.path().string());
        } else if (!named.contains(fs::relative(entry.path(), home / "blobs").string())) {
            ++unnamed;  // what a crash may leave, as schema/blobs/blobs.hpp says
        }
    }
    tell(
        ledger,
        fmt::format(
            "blobs: {} read and whole, {} of them files; {} files without a row, {} partial",
            read,
            named.size(),
            unnamed,
            partial
        )
    );
}

void check_same(
    base::Database& database,
    base::Database& calm,
    const std::string& source,
    Ledger& ledger
) {
    auto sql = "SELECT r.key || ' ' || encode(r.content_sha256, 'hex') " + records_of(source);
    check_equal(
        "records of " + source + " (key, content)", lines(database, sql), lines(calm, sql), ledger
    );
}

}  // namespace soak
