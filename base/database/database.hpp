#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <pqxx/pqxx>

#include "base/error.hpp"
#include "base/run/async.hpp"

namespace base {

// The server could not be reached for as long as a call waits for it. The same may be asked again
// when it is back.
class DatabaseAway : public Error {
public:
    using Error::Error;
};

// A bytea value among the arguments of Tx::exec, or a column read back by bytes().
using Bytes = pqxx::binarystring;
inline Bytes bytes_of(std::string_view data) {
    return {data.data(), data.size()};
}
std::string bytes(const pqxx::field& field);

class Connection;

// Rows on their way into a table by binary COPY, within the transaction that made it. One row is
// begin_row(), then a value per column in the order of the table's list. finish() must be called;
// without it the transaction is rolled back.
class CopyWriter {
public:
    CopyWriter(CopyWriter&&) noexcept;
    ~CopyWriter();

    void begin_row();
    void null();
    void value(std::int16_t);
    void value(std::int32_t);
    void value(std::int64_t);
    void value(double);
    void value(bool);
    void text(std::string_view);  // text, varchar, an enum; throws base::Error on a NUL
    void bytea(std::string_view);
    void jsonb(std::string_view);                      // a JSON text; it is checked by the server
    void time(std::chrono::system_clock::time_point);  // timestamptz, microseconds
    void doubles(std::span<const double>);             // float8[]
    void bigints(std::span<const std::int64_t>);       // bigint[]

    void finish();

private:
    friend class Tx;
    CopyWriter(Connection& connection, std::int16_t columns);
    void flush();
    void field(const void* data, std::size_t size);
    template <typename T>
    void array(std::span<const T> values, std::int32_t element_type);

    Connection* connection_;
    std::int16_t columns_;
    std::string buffer_;
    bool finished_ = false;
};

// One database transaction, handed to a job by Database. Committed when the job returns, rolled
// back when it throws.
class Tx {
public:
    // Runs a query with $1, $2 .. taken from the arguments: strings, numbers, bool, std::optional
    // of these, nullptr, Bytes. The statement is prepared once per connection. A string with a NUL
    // is refused with base::Error.
    template <typename... Args>
    pqxx::result exec(std::string_view sql, const Args&... args) {
        (refuse_nul(args), ...);
        if constexpr (sizeof...(Args) == 0) {
            return run(sql);
        } else {
            return work_.exec_prepared(prepared(sql), args...);
        }
    }

    // The first column of the only row, or nothing if there is no row or it is null.
    template <typename T, typename... Args>
    std::optional<T> value(std::string_view sql, const Args&... args) {
        auto rows = exec(sql, args...);
        if (rows.empty() || rows[0][0].is_null()) return std::nullopt;
        return rows[0][0].template as<T>();
    }

    // How many rows the statement changed.
    template <typename... Args>
    std::uint64_t change(std::string_view sql, const Args&... args) {
        return static_cast<std::uint64_t>(exec(sql, args...).affected_rows());
    }

    // Starts COPY into `table`, listing `columns` columns: copy("record (rk, source_id, key)", 3).
    // No other call on this transaction is allowed until the writer's finish().
    CopyWriter copy(std::string_view table_and_columns, int columns);

private:
    friend class Database;
    friend class Batch;
    Tx(Connection& connection, pqxx::dbtransaction& work) : connection_(connection), work_(work) {}

    pqxx::result run(std::string_view sql);
    std::string prepared(std::string_view sql);

    static void check(std::string_view text);
    static void refuse_nul(const std::string& text) { check(text); }
    static void refuse_nul(const std::optional<std::string>& text) {
        if (text) check(*text);
    }
    template <typename T>
    static void refuse_nul(const T&) {}

    Connection& connection_;
    pqxx::dbtransaction& work_;
};

// A pool of connections to one PostgreSQL database, and the way to run jobs on it.
//
// A job is a callable that takes Tx& and may run more than once: it is repeated, after a growing
// pause, when the server reports a serialization failure, a deadlock or a unique violation that
// another transaction caused, or when the connection was lost before COMMIT was sent. Once COMMIT
// is under way nothing is repeated. A connection lost then, or for longer than the pauses, throws
// DatabaseAway. Thread-safe; connections are given in the order in which they were asked for.
class Database {
public:
    // `url` is a libpq connection string or postgresql:// URL. Connects on first use.
    Database(std::string url, std::size_t connections);
    ~Database();
    Database(const Database&) = delete;

    // Runs the job on the calling thread.
    template <typename Job>
    auto call(Job&& job) -> std::invoke_result_t<Job&, Tx&> {
        using R = std::invoke_result_t<Job&, Tx&>;
        if constexpr (std::is_void_v<R>) {
            attempt([&](Tx& tx) { job(tx); });
        } else {
            std::optional<R> result;
            attempt([&](Tx& tx) { result.emplace(job(tx)); });
            return std::move(*result);
        }
    }

    // Runs the job on one of the pool's threads: `auto rows = co_await db.run(job);`
    template <typename Job>
    auto run(Job job) -> boost::asio::awaitable<std::invoke_result_t<Job&, Tx&>> {
        auto blocking = [this, job = std::move(job)]() mutable { return call(job); };
        co_return co_await workers_.run(std::move(blocking));
    }

    const std::string& url() const { return url_; }
    std::size_t connections() const { return limit_; }

private:
    using Body = void (*)(void*, Tx&);

    template <typename F>
    void attempt(F&& body) {
        attempt_erased(
            [](void* f, Tx& tx) { (*static_cast<std::remove_reference_t<F>*>(f))(tx); }, &body
        );
    }
    void attempt_erased(Body body, void* context);
    std::unique_ptr<Connection> take();
    void give_back(std::unique_ptr<Connection> connection);
    void drop_idle();
    bool has_free() const { return !idle_.empty() || open_ < limit_; }
    void call_next();

    std::string url_;
    std::size_t limit_;
    std::size_t open_ = 0;
    bool was_connected_ = false;
    std::mutex mutex_;
    std::deque<std::condition_variable*> waiting_;  // first come, first served
    std::vector<std::unique_ptr<Connection>> idle_;
    Workers workers_;
};

// Where a work of many steps runs them: each in a transaction of its own, or, within a request that
// holds a connection, all in the one at hand. A request that waited for a second connection could
// wait for ever on others that do the same.
class Transactions {
public:
    Transactions(Database& database) : database_(&database) {}
    Transactions(Tx& tx) : tx_(&tx) {}

    template <typename Job>
    auto call(Job&& job) const -> std::invoke_result_t<Job&, Tx&> {
        if (tx_) return job(*tx_);
        return database_->call(job);
    }

private:
    Database* database_ = nullptr;
    Tx* tx_ = nullptr;
};

}  // namespace base
