#include "base/database/database.hpp"

#include <atomic>
#include <thread>

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "base/run/stopping.hpp"
#include "tests/support/test_database.hpp"

using test::TestDatabase;

TEST_CASE("a job that throws leaves nothing behind", "[base][database]") {
    TestDatabase db;
    db->call([](base::Tx& tx) { tx.exec("CREATE TABLE t (x int)"); });
    auto failing = [](base::Tx& tx) {
        tx.exec("INSERT INTO t VALUES ($1)", 1);
        throw std::runtime_error("no");
    };
    CHECK_THROWS_WITH(db->call(failing), "no");
    CHECK(db.number("SELECT count(*) FROM t") == 0);
}

TEST_CASE("nothing is run or committed once a stop is asked for", "[base][database]") {
    TestDatabase db;
    db->call([](base::Tx& tx) { tx.exec("CREATE TABLE t (x int)"); });
    std::stop_source stop;
    const base::Stopping stopping(stop.get_token());
    auto adding = [&](base::Tx& tx) {
        tx.exec("INSERT INTO t VALUES ($1)", 1);
        stop.request_stop();
    };
    CHECK_THROWS_AS(db->call(adding), base::Interrupted);
    CHECK_THROWS_AS(db->call([](base::Tx& tx) { tx.exec("SELECT 1"); }), base::Interrupted);
    CHECK_THROWS_AS(db->call([](base::Tx& tx) { tx.copy("t (x)", 1); }), base::Interrupted);
    const base::Stopping goes_on({});
    CHECK(db.number("SELECT count(*) FROM t") == 0);
}

TEST_CASE("a NUL in a text is refused with one line", "[base][database]") {
    TestDatabase db;
    CHECK_THROWS_AS(
        db->call([](base::Tx& tx) { tx.exec("SELECT $1::text", std::string("a\0b", 3)); }),
        base::Error
    );
}

TEST_CASE("a serialization failure is tried again until it succeeds", "[base][database]") {
    TestDatabase db;
    int tries = 0;
    db->call([&](base::Tx& tx) {
        if (++tries < 3)
            tx.exec("DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END $$");
    });
    CHECK(tries == 3);
}

TEST_CASE("another error is not tried again", "[base][database]") {
    TestDatabase db;
    int tries = 0;
    auto failing = [&](base::Tx& tx) {
        ++tries;
        tx.exec("SELECT 1 / 0");
    };
    CHECK_THROWS_AS(db->call(failing), pqxx::sql_error);
    CHECK(tries == 1);
}

TEST_CASE(
    "a connection lost before commit is replaced and the job runs again",
    "[base][database]"
) {
    TestDatabase db;
    db->call([](base::Tx& tx) { tx.exec("CREATE TABLE t (x int)"); });
    int tries = 0;
    db->call([&](base::Tx& tx) {
        tx.exec("INSERT INTO t VALUES ($1)", 1);
        if (++tries == 1) tx.exec("SELECT pg_terminate_backend(pg_backend_pid())");
    });
    CHECK(tries == 2);
    CHECK(db.number("SELECT count(*) FROM t") == 1);
}

// A coordinator says so and goes on; here the server says it as one does (Citus 13.2).
TEST_CASE("a cluster's node that is away is waited for", "[base][database]") {
    auto [state, words] = GENERATE(table<std::string, std::string>(
        {{"08006", "connection to the remote node x:5432 failed: Connection refused"},
         {"58030", "failed to COPY to shard 102049 on x:5432"},
         {"XX000", "SSL SYSCALL error: EOF detected"},
         {"XX000", "server closed the connection unexpectedly"}}
    ));
    TestDatabase db(1);
    db->call([](base::Tx& tx) { tx.exec("CREATE TABLE t (x int)"); });
    auto session = db.number("SELECT pg_backend_pid()");
    int tries = 0;
    db->call([&](base::Tx& tx) {
        tx.exec("INSERT INTO t VALUES ($1)", 1);
        if (++tries > 2) return;
        tx.exec(
            "DO $$ BEGIN RAISE EXCEPTION '" + words + "' USING ERRCODE = '" + state + "'; END $$"
        );
    });
    CHECK(tries == 3);
    CHECK(db.number("SELECT count(*) FROM t") == 1);
    CHECK(db.number("SELECT pg_backend_pid()") == session);
}

TEST_CASE("an internal error of the server is no node that is away", "[base][database]") {
    TestDatabase db(1);
    int tries = 0;
    CHECK_THROWS_AS(
        db->call([&](base::Tx& tx) {
            ++tries;
            tx.exec(
                "DO $$ BEGIN RAISE EXCEPTION 'cache lookup failed' USING ERRCODE = 'XX000'; END $$"
            );
        }),
        pqxx::sql_error
    );
    CHECK(tries == 1);
}

TEST_CASE("a copy that finds its connection lost is run again", "[base][database]") {
    TestDatabase db;
    db->call([](base::Tx& tx) { tx.exec("CREATE TABLE t (x int)"); });
    int tries = 0;
    db->call([&](base::Tx& tx) {
        if (++tries == 1) CHECK_THROWS(tx.exec("SELECT pg_terminate_backend(pg_backend_pid())"));
        auto copy = tx.copy("t (x)", 1);
        copy.begin_row();
        copy.value(std::int32_t{1});
        copy.finish();
    });
    CHECK(tries == 2);
    CHECK(db.number("SELECT count(*) FROM t") == 1);
}

TEST_CASE("rows copied in binary form arrive as they were", "[base][database]") {
    TestDatabase db;
    auto now =
        std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
    db->call([&](base::Tx& tx) {
        tx.exec(
            "CREATE TABLE t (a smallint, b int, c bigint, d float8, e bool, f text, g bytea, h "
            "jsonb, i timestamptz, j float8[], k text)"
        );
        auto copy = tx.copy("t (a, b, c, d, e, f, g, h, i, j, k)", 11);
        std::vector<double> numbers{1.5, -2.0};
        copy.begin_row();
        copy.value(std::int16_t{-7});
        copy.value(std::int32_t{123456});
        copy.value(std::int64_t{-1234567890123});
        copy.value(2.25);
        copy.value(true);
        copy.text("Grüße");
        copy.bytea(std::string("\0\xff", 2));
        copy.jsonb(R"({"a": [1]})");
        copy.time(now);
        copy.doubles(numbers);
        copy.null();
        copy.finish();
    });
    db->call([&](base::Tx& tx) {
        auto row = tx.exec(
            "SELECT a, b, c, d, e, f, g, h->'a'->>0, (extract(epoch FROM i) * 1000000)::bigint, "
            "j::text, k FROM t"
        )[0];
        CHECK(row[0].as<int>() == -7);
        CHECK(row[1].as<int>() == 123456);
        CHECK(row[2].as<std::int64_t>() == -1234567890123);
        CHECK(row[3].as<double>() == 2.25);
        CHECK(row[4].as<bool>());
        CHECK(row[5].as<std::string>() == "Grüße");
        CHECK(base::bytes(row[6]) == std::string("\0\xff", 2));
        CHECK(row[7].as<std::string>() == "1");
        CHECK(row[8].as<std::int64_t>() == now.time_since_epoch().count());
        CHECK(row[9].as<std::string>() == "{1.5,-2}");
        CHECK(row[10].is_null());
    });
}

TEST_CASE(
    "an abandoned copy rolls back and the connection serves the next job",
    "[base][database]"
) {
    TestDatabase db(1);
    db->call([](base::Tx& tx) { tx.exec("CREATE TABLE t (x int)"); });
    auto abandoning = [](base::Tx& tx) {
        auto copy = tx.copy("t (x)", 1);
        copy.begin_row();
        copy.value(std::int32_t{1});
        throw std::runtime_error("no");
    };
    CHECK_THROWS_WITH(db->call(abandoning), "no");
    CHECK(db.number("SELECT count(*) FROM t") == 0);
}

TEST_CASE("threads share the pool's connections without losing a change", "[base][database]") {
    TestDatabase db(2);
    db->call([](base::Tx& tx) {
        tx.exec("CREATE TABLE t (x int)");
        tx.exec("INSERT INTO t VALUES (0)");
    });
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i)
        threads.emplace_back([&] {
            for (int j = 0; j < 20; ++j)
                db->call([](base::Tx& tx) { tx.exec("UPDATE t SET x = x + 1"); });
        });
    for (auto& thread : threads) thread.join();
    CHECK(db.number("SELECT x FROM t") == 160);
}

TEST_CASE("who gives a connection back waits behind those who wait for one", "[base][database]") {
    TestDatabase server;
    base::Database one(server.url(), 1);
    std::vector<int> served;  // guarded by having the only connection
    std::vector<std::jthread> askers;
    for (int asker = 0; asker < 3; ++asker)
        askers.emplace_back([&, asker] {
            for (int time = 0; time < 40; ++time)
                one.call([&](base::Tx& tx) {
                    tx.exec("SELECT pg_sleep(0.002)");
                    served.push_back(asker);
                });
        });
    askers.clear();
    std::size_t in_a_row = 0;  // a few at the ends, where nobody else asks
    for (std::size_t i = 1; i < served.size(); ++i)
        if (served[i] == served[i - 1]) ++in_a_row;
    CHECK(served.size() == 120);
    CHECK(in_a_row < 40);  // without turns some 110
}

TEST_CASE("a coroutine awaits a job and gets its result or its exception", "[base][database]") {
    TestDatabase db;
    boost::asio::io_context io;
    int answer = 0;
    bool thrown = false;
    auto story = [&]() -> boost::asio::awaitable<void> {
        auto ask = [](base::Tx& tx) { return *tx.value<int>("SELECT 42"); };
        answer = co_await db->run(ask);
        auto fail = [](base::Tx& tx) { return *tx.value<int>("SELECT 1 / 0"); };
        try {
            co_await db->run(fail);
        } catch (const pqxx::sql_error&) {
            thrown = true;
        }
    };
    boost::asio::co_spawn(io, story, [](std::exception_ptr e) {
        if (e) std::rethrow_exception(e);
    });
    io.run();
    CHECK(answer == 42);
    CHECK(thrown);
}

TEST_CASE("a database that is not there is one clear line", "[base][database]") {
    base::Database db("host='/nowhere/at/all' dbname=x", 1);
    CHECK_THROWS_WITH(
        db.call([](base::Tx& tx) { tx.exec("SELECT 1"); }),
        Catch::Contains("database: ") && Catch::Contains("check --db")
    );
}
