// A million claims by workers that die.
//
// Eight worker processes claim twenty tasks at a time, each for another person at each turn, and
// answer them, skip them, give them back, or leave them until their leases run out. One in a
// hundred turns ends with kill -9, half of these in the middle of a transaction; the server's side
// of their connections is killed now and then too. Every claim and every end of one is noted in the
// transaction that makes it, with a number that is drawn while the task is locked, so that the
// notes of a task stand in the order in which things happened. Afterwards each task's notes are
// read: the next claim comes after the one before ended or ran out, and none comes after an answer.
//
// Commits do not wait for the disk here (synchronous_commit = off): what is looked for is what
// concurrency does, and a server that loses power is another test's.
#include "bench/labeling/deaths.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "base/database/database.hpp"
#include "base/database/postgres.hpp"
#include "base/error.hpp"
#include "base/numbers/random.hpp"
#include "base/run/log.hpp"
#include "labeling/queue/task_store.hpp"
#include "schema/migrate.hpp"
#include "schema/records/record.hpp"

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr int workers = 8, people = 64, at_once = 20;
constexpr auto lease = std::chrono::seconds(2);
constexpr std::int64_t project = 1;

labeling::Time wall() {
    return std::chrono::system_clock::now();
}

void prepare(base::Database& database, std::int64_t tasks) {
    database.call([&](base::Tx& tx) {
        tx.exec("INSERT INTO source (id, name, kind, created_at) VALUES (1, 's', 'files', now())");
        tx.exec(
            "INSERT INTO app_user (id, name, role, created_at) SELECT i, 'u' || i, 'labeler', "
            "now() FROM generate_series(1, $1) i",
            people
        );
        tx.exec(
            "INSERT INTO label_project (id, name, source_id, kind, spec, overlap, created_at) "
            "VALUES (1, 'p', 1, 'classification', '{}', 1, now())"
        );
        tx.exec("INSERT INTO label_class (project_id, class_id, name) VALUES (1, 0, 'c')");
        tx.exec(
            "INSERT INTO label_task (project_id, rk, source_id, key, version, wanted, "
            "created_at) SELECT 1, i, 1, 'k' || i, 1, 1, now() FROM generate_series(1, $1) i",
            tasks
        );
        tx.exec(
            "INSERT INTO label_tally (project_id, user_id, open, wanted, free) VALUES (1, 0, "
            "$1::bigint, $1::bigint, $1::bigint)",
            tasks
        );
        tx.exec("CREATE SEQUENCE moment");
        tx.exec(
            "CREATE UNLOGGED TABLE noted (task bigint, person bigint, moment bigint, at "
            "timestamptz, until timestamptz, what text)"
        );
    });
    database.call([](base::Tx& tx) { tx.exec("ANALYZE"); });
}

// With the time by the server's clock: a worker takes its time before it waits for a connection or
// a lock, and what ran out meanwhile may have been freed by another.
void note(
    base::Tx& tx,
    const labeling::Claimed& task,
    std::int64_t person,
    labeling::Time at,
    const char* what
) {
    tx.exec(
        "INSERT INTO noted SELECT $1, $2, nextval('moment'), clock_timestamp(), $3::timestamptz, "
        "$4",
        task.task,
        person,
        schema::timestamp(at + lease),
        what
    );
}

[[noreturn]] void die() {
    ::kill(::getpid(), SIGKILL);
    std::abort();
}

// A worker process, until it is told to stop or dies.
class Worker {
public:
    Worker(const std::string& url, std::uint64_t seed) : database_(url, 1), random_(seed) {}

    void turn() {
        auto person = static_cast<std::int64_t>(1 + random_.below(people));
        bool dies = random_.below(100) == 0, within = random_.below(2) == 0;
        auto tasks = database_.call([&](base::Tx& tx) {
            auto now = wall();
            auto got = labeling::claim(tx, project, person, at_once, now, lease);
            for (const auto& task : got) note(tx, task, person, now, "claim");
            if (dies && within) die();
            return got;
        });
        if (dies) die();
        if (random_.below(20) == 0) return;  // forgets all of them
        database_.call([&](base::Tx& tx) {
            for (const auto& task : tasks) end(tx, task, person);
        });
    }

private:
    void end(base::Tx& tx, const labeling::Claimed& task, std::int64_t person) {
        auto now = wall();
        auto draw = random_.below(100);
        if (draw < 45) {
            labeling::Answer answer{
                .task = task.task,
                .user_id = person,
                .token = task.token,
                .attempt = task.attempt,
                .class_id = 0};
            if (labeling::submit(tx, answer, now) == labeling::Submitted::accepted)
                note(tx, task, person, now, "answer");
        } else if (draw < 75) {
            if (labeling::release(tx, task.task, person, task.token, now))
                note(tx, task, person, now, "end");
        } else if (draw < 80) {
            if (labeling::skip(tx, task.task, person, task.token, "", now))
                note(tx, task, person, now, "end");
        }
    }

    base::Database database_;
    base::Random random_;
};

int work(const std::string& url, std::uint64_t seed) {
    base::log::set_level(base::log::Level::off);
    std::optional<Worker> worker;
    for (;;) {
        if (::getppid() == 1) return 0;
        try {
            if (!worker) worker.emplace(url, seed);
            worker->turn();
        } catch (const std::exception&) {  // its connection was killed
            worker.reset();
        }
    }
}

pid_t start(const std::string& url, std::uint64_t seed) {
    auto child = ::fork();
    if (child == 0) ::_exit(work(url, seed));
    return child;
}

struct Told {
    std::int64_t claims = 0, answers = 0, open = 0;
    int died = 0, cut = 0;
};

// Starts workers again when they die, and cuts connections, until so many tasks were handed out.
Told go(base::Database& database, const std::string& url, std::int64_t claims) {
    Told told;
    base::Random random(1);
    std::uint64_t seed = 1;
    std::vector<pid_t> running;
    for (int i = 0; i < workers; ++i) running.push_back(start(url, ++seed));
    for (bool more = true; more;) {
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
        for (auto& child : running)
            if (::waitpid(child, nullptr, WNOHANG) == child) {
                ++told.died;
                child = start(url, ++seed);
            }
        more = database.call([&](base::Tx& tx) {
            if (random.below(10) == 0)
                told.cut += tx.value<int>(
                                  "SELECT count(pg_terminate_backend(pid)) FROM (SELECT "
                                  "pid FROM pg_stat_activity WHERE datname = "
                                  "current_database() AND pid <> pg_backend_pid() AND "
                                  "state <> 'idle' ORDER BY random() LIMIT 1) p"
                )
                                .value_or(0);
            return tx.value<std::int64_t>("SELECT last_value FROM moment").value_or(0) <
                       claims * 3 / 2 ||
                   tx.value<std::int64_t>("SELECT count(*) FROM noted WHERE what = 'claim'")
                           .value_or(0) < claims;
        });
    }
    for (auto child : running) ::kill(child, SIGKILL);
    for (auto child : running) ::waitpid(child, nullptr, 0);
    return told;
}

std::int64_t number(base::Database& database, const std::string& sql) {
    return database.call([&](base::Tx& tx) { return tx.value<std::int64_t>(sql).value_or(-1); });
}

// What must be nothing, by name.
bool sound(base::Database& database) {
    const std::array<std::pair<const char*, const char*>, 5> wrong{{
        {"claimed while another held it, or after an answer",
         "SELECT count(*) FROM (SELECT what, at, lag(what) OVER o AS before, lag(until) OVER o AS "
         "until FROM noted WINDOW o AS (PARTITION BY task ORDER BY moment)) n WHERE what = "
         "'claim' AND (before = 'answer' OR (before = 'claim' AND at < until))"},
        {"ended by somebody who did not hold it",
         "SELECT count(*) FROM (SELECT what, person, lag(what) OVER o AS before, lag(person) OVER "
         "o AS holder FROM noted WINDOW o AS (PARTITION BY task ORDER BY moment)) n WHERE what <> "
         "'claim' AND (before <> 'claim' OR holder <> person)"},
        {"noted as answered, but without an answer, or the other way",
         "SELECT count(*) FROM (SELECT task FROM noted WHERE what = 'answer') n FULL JOIN "
         "annotation a ON a.task_id = n.task WHERE n.task IS NULL OR a.task_id IS NULL"},
        {"tasks whose counts are not those of their rows",
         "SELECT count(*) FROM label_task t LEFT JOIN (SELECT task_id, count(*) FILTER (WHERE "
         "state = 'answered') AS answers, count(*) FILTER (WHERE state = 'held') AS held FROM "
         "label_lease GROUP BY task_id) l ON l.task_id = t.id WHERE t.answers <> "
         "coalesce(l.answers, 0) OR t.leases <> coalesce(l.held, 0) OR t.answers + t.leases > "
         "t.wanted"},
        {"counts of people and of the project that are not those of their rows",
         "SELECT count(*) FROM app_user u CROSS JOIN (SELECT count(*) FILTER (WHERE state = "
         "'open' AND leases = 0) AS free, count(*) FILTER (WHERE state = 'open') AS open, count(*) "
         "FILTER (WHERE state = 'done') AS done FROM label_task) t CROSS JOIN LATERAL (SELECT "
         "sum(free) AS free, sum(open) AS open, sum(done) AS done FROM label_tally WHERE user_id "
         "IN (0, u.id)) k WHERE (k.open, k.done, k.free) IS DISTINCT FROM (t.open, t.done, t.free "
         "- (SELECT count(*) FROM label_lease l JOIN label_task t ON t.id = l.task_id WHERE "
         "l.user_id = u.id AND l.state = 'skipped' AND t.state = 'open' AND t.leases = 0))"},
    }};
    bool good = true;
    for (const auto& [name, sql] : wrong) {
        auto found = number(database, sql);
        fmt::print("  {}: {}\n", name, found);
        good = good && found == 0;
    }
    return good;
}

}  // namespace

int deaths(std::int64_t claims) {
    auto home = fs::temp_directory_path() / fmt::format("tilth-deaths-{}", ::getpid());
    fs::create_directories(home);
    fs::permissions(home, fs::perms::others_read | fs::perms::others_exec, fs::perm_options::add);
    int code = 1;
    try {
        base::EmbeddedPostgres postgres(home);
        auto url = postgres.url("queue");
        {
            base::Database first(url, 1);
            schema::migrate(first);
            first.call([](base::Tx& tx) {
                tx.exec("ALTER DATABASE queue SET synchronous_commit = off");
            });
            prepare(first, claims);
        }
        base::Database database(url, 1);
        auto begun = Clock::now();
        auto told = go(database, url, claims);
        auto seconds = std::chrono::duration<double>(Clock::now() - begun).count();
        fmt::print(
            "{} claims in {:.0f} s, {} answers; {} workers killed, {} connections cut\n",
            number(database, "SELECT count(*) FROM noted WHERE what = 'claim'"),
            seconds,
            number(database, "SELECT count(*) FROM annotation"),
            told.died,
            told.cut
        );
        code = sound(database) ? 0 : 1;
    } catch (const std::exception& failure) {
        fmt::print(stderr, "bench_queue deaths: {}\n", failure.what());
    }
    fs::remove_all(home);
    return code;
}
