// Connections and transactions.
//
// A transaction whose fault will pass (a deadlock, a serialization failure, a key that another one
// has just added, a server that restarts) is run again from its beginning, after a pause by chance.
// That is safe only before the commit is sent: when the connection is lost during it, nobody knows
// whether it was stored, and the caller is told so instead.
#include "base/database/database.hpp"

#include <algorithm>
#include <random>
#include <thread>

#include <fmt/format.h>
#include <libpq-fe.h>

#include "base/database/connection.hpp"
#include "base/error.hpp"
#include "base/run/log.hpp"
#include "base/run/stopping.hpp"

namespace base {

using namespace std::chrono_literals;

std::string bytes(const pqxx::field& field) {
    pqxx::binarystring data(field);
    return {data.get(), data.size()};
}

void Tx::check(std::string_view text) {
    if (text.find('\0') != text.npos) {
        throw Error(
            "text for the database",
            "holds a NUL byte, which PostgreSQL cannot store",
            "remove it from the input"
        );
    }
}

pqxx::result Tx::run(std::string_view sql) {
    go_on();
    ++connection_.round_trips;
    return work_.exec(std::string(sql));
}

std::string Tx::prepared(std::string_view sql) {
    go_on();
    ++connection_.round_trips;
    auto [entry, is_new] = connection_.statements.try_emplace(std::string(sql));
    if (is_new) {
        entry->second = "q" + std::to_string(connection_.statements.size());
        connection_.prepare(entry->second, entry->first);
    }
    return entry->second;
}

CopyWriter Tx::copy(std::string_view table_and_columns, int columns) {
    go_on();
    auto statement = fmt::format("COPY {} FROM STDIN (FORMAT binary)", table_and_columns);
    auto* raw = connection_.raw();
    std::unique_ptr<PGresult, decltype(&PQclear)> result(PQexec(raw, statement.c_str()), PQclear);
    if (PQresultStatus(result.get()) != PGRES_COPY_IN) {
        const char* state = PQresultErrorField(result.get(), PG_DIAG_SQLSTATE);
        if (!state) throw pqxx::broken_connection(PQerrorMessage(raw));  // no server said it
        throw pqxx::sql_error(PQresultErrorMessage(result.get()), statement, state);
    }
    return {connection_, static_cast<std::int16_t>(columns)};
}

namespace {

constexpr int attempts_at_most = 10;
constexpr int unique_attempts_at_most = 7;  // within a second, should it be no other writer's
constexpr int connect_attempts =
    40;  // some 20 s: a server or node that restarts after a crash is waited for

// Grows up to a second, by chance: those who met once do not meet again.
std::chrono::milliseconds pause_before_next(int attempt) {
    thread_local std::minstd_rand chance(std::random_device{}());
    auto longest = std::min(10 * (1 << std::min(attempt, 7)), 1000);
    return std::chrono::milliseconds(std::uniform_int_distribution(longest / 4, longest)(chance));
}

// Whether another try may succeed: 40001 serialization failure, 40P01 deadlock, 23505 unique
// violation by another transaction.
bool can_repeat(const pqxx::sql_error& error) {
    const auto& state = error.sqlstate();
    return state == "40001" || state == "40P01" || state == "23505";
}

// A cluster's coordinator is there and says that one of its nodes is not (Citus): as a connection
// error, as a COPY that went nowhere, or as words of libpq under the state of an internal error.
bool is_node_lost(std::string_view code, std::string_view words) {
    auto says = [&](std::string_view part) { return words.find(part) != words.npos; };
    if (code.starts_with("08")) return says("remote node");
    if (code == "58030") return says("failed to COPY to shard");
    if (code != "XX000") return false;
    return says("server closed the connection") || says("EOF detected") ||
           says("connection not open") || says("no connection to the server") ||
           says("could not receive data") || says("could not send data");
}

// 57P01..57P03: the server is stopping, crashed or starting; 08xxx: connection. None: no server
// said it, and libpq does not always know yet that there is none.
bool is_lost(const pqxx::sql_error& error) {
    const auto& code = error.sqlstate();
    return code.empty() || is_node_lost(code, error.what()) || code.starts_with("57P0") ||
           code.starts_with("08");
}

DatabaseAway still_away(const std::string& why) {
    return {"database", why, "start the server, then run the command again"};
}

DatabaseAway lost_in_commit() {
    return {
        "database",
        "the connection was lost while a transaction was being committed",
        "it is unknown whether it was stored; run the command again, which stores nothing twice"};
}

void wait_for_node(const std::string& why, int attempt) {
    if (attempt >= connect_attempts)
        throw DatabaseAway("database", why, "start that node, then run the command again");
    log::warning("database: a node is away, trying again ({})", why);
    std::this_thread::sleep_for(500ms);
}

// Throws if a stop was asked for.
bool may_commit() {
    go_on();
    return true;
}

std::string first_line(std::string_view text) {
    auto end = text.find('\n');
    return std::string(text.substr(0, end));
}

}  // namespace

Database::Database(std::string url, std::size_t connections)
    : url_(std::move(url)), limit_(std::max<std::size_t>(1, connections)), workers_(limit_) {}

Database::~Database() = default;

std::unique_ptr<Connection> Database::take() {
    {
        std::unique_lock lock(mutex_);
        if (!waiting_.empty() || !has_free()) {  // who comes later does not overtake
            std::condition_variable turn;
            waiting_.push_back(&turn);
            turn.wait(lock, [&] { return waiting_.front() == &turn && has_free(); });
            waiting_.pop_front();
        }
        std::unique_ptr<Connection> connection;
        if (idle_.empty()) {
            ++open_;
        } else {
            connection = std::move(idle_.back());
            idle_.pop_back();
        }
        call_next();
        if (connection) return connection;
    }
    for (int attempt = 1;; ++attempt) {
        try {
            return std::make_unique<Connection>(url_);
        } catch (const pqxx::failure& failure) {  // also what is asked of a new connection first
            std::string_view why = failure.what();
            bool may_come_back =
                why.find("closed the connection") != why.npos ||
                why.find("not connected") != why.npos || why.find("starting up") != why.npos ||
                why.find("shutting down") != why.npos || why.find("recovery") != why.npos ||
                why.find("refused") != why.npos || why.find("No such file") != why.npos;
            if (may_come_back && attempt < connect_attempts && was_connected_) {
                std::this_thread::sleep_for(500ms);
                continue;
            }
            give_back(nullptr);
            throw DatabaseAway(
                "database", first_line(why), "check --db or database.url, and that the server runs"
            );
        } catch (...) {
            give_back(nullptr);
            throw;
        }
    }
}

void Database::give_back(std::unique_ptr<Connection> connection) {
    std::lock_guard lock(mutex_);
    if (connection && connection->is_open()) {
        was_connected_ = true;
        idle_.push_back(std::move(connection));
    } else {
        --open_;
    }
    call_next();
}

// Wakes who is first in turn, if there is a connection for it. Under the lock.
void Database::call_next() {
    if (!waiting_.empty() && has_free()) waiting_.front()->notify_one();
}

void Database::drop_idle() {
    std::lock_guard lock(mutex_);
    open_ -= idle_.size();
    idle_.clear();
    call_next();
}

void Database::attempt_erased(Body body, void* context) {
    for (int attempt = 1;; ++attempt) {
        auto connection = take();
        bool committing = false;
        // What is known of the connection counts, whatever the error says of itself.
        auto lost = [&](const char* why, std::string_view state) {
            if (is_node_lost(state, why) && connection->is_open()) {
                give_back(std::move(connection));
                if (committing) throw lost_in_commit();
                return wait_for_node(first_line(why), attempt);
            }
            connection.reset();
            give_back(nullptr);
            drop_idle();
            if (committing) throw lost_in_commit();
            if (attempt >= attempts_at_most) throw still_away(first_line(why));
            log::warning("database: connection lost, trying again ({})", first_line(why));
        };
        try {
            {
                pqxx::work work(*connection);
                Tx tx(*connection, work);
                body(context, tx);
                committing = may_commit();
                work.commit();
            }
            give_back(std::move(connection));
            return;
        } catch (const pqxx::in_doubt_error&) {
            give_back(nullptr);
            throw lost_in_commit();
        } catch (const pqxx::broken_connection& failure) {  // libpqxx makes it of all of class 08
            lost(failure.what(), "08000");
        } catch (const pqxx::transaction_rollback& failure) {  // serialization failure, deadlock
            give_back(std::move(connection));
            if (attempt >= attempts_at_most) throw;
            log::debug("database: trying a transaction again ({})", first_line(failure.what()));
        } catch (const pqxx::sql_error& failure) {
            if (is_lost(failure) || !connection->is_open()) {
                lost(failure.what(), failure.sqlstate());
            } else {
                give_back(std::move(connection));
                bool unique = failure.sqlstate() == "23505";
                int at_most = unique ? unique_attempts_at_most : attempts_at_most;
                if (!can_repeat(failure) || attempt >= at_most) throw;
                log::debug("database: trying a transaction again ({})", first_line(failure.what()));
            }
        } catch (const pqxx::failure& failure) {
            if (connection->is_open()) {
                give_back(std::move(connection));
                throw;
            }
            lost(failure.what(), {});
        } catch (...) {
            give_back(std::move(connection));
            throw;
        }
        std::this_thread::sleep_for(pause_before_next(attempt));
    }
}

}  // namespace base
