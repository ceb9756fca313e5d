#include "tests/support/test_database.hpp"

#include <filesystem>
#include <fstream>

#include <fcntl.h>
#include <fmt/format.h>
#include <libpq-fe.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/database/postgres.hpp"
#include "schema/migrate.hpp"

namespace test {

namespace {

namespace fs = std::filesystem;

// /tmp, not the build folder: the server runs as another user than root, who must be able to pass.
fs::path home() {
    return fs::temp_directory_path() / fmt::format("tilth-test-{}", getuid());
}

base::EmbeddedPostgres& cluster() {
    static base::EmbeddedPostgres running(home(), false);
    return running;
}

// CREATE DATABASE does not run in a transaction, which is all that base::Database does.
void run_alone(const std::string& sql) {
    std::unique_ptr<PGconn, decltype(&PQfinish)> server(
        PQconnectdb(cluster().url("postgres").c_str()), PQfinish
    );
    std::unique_ptr<PGresult, decltype(&PQclear)> result(
        PQexec(server.get(), sql.c_str()), PQclear
    );
    if (PQresultStatus(result.get()) != PGRES_COMMAND_OK)
        throw std::runtime_error(sql + ": " + PQresultErrorMessage(result.get()));
}

// The template is named after the schema it holds, so that a changed migration makes a new one.
std::string template_name() {
    static const std::string name = [] {
        fs::create_directories(home());
        auto& running = cluster();
        int lock = open((home() / "template.lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        flock(lock, LOCK_EX);
        auto made = fmt::format("template_{}", schema::fingerprint().substr(0, 16));
        {
            base::Database database(running.url(made), 1);
            schema::migrate(database);
        }
        close(lock);
        return made;
    }();
    return name;
}

}  // namespace

TestDatabase::TestDatabase(std::size_t connections) {
    static int count = 0;
    name_ = fmt::format("test_{}_{}", getpid(), ++count);
    auto from = template_name();
    run_alone(fmt::format("DROP DATABASE IF EXISTS {}", name_));
    run_alone(fmt::format("CREATE DATABASE {} TEMPLATE {}", name_, from));
    database_ = std::make_unique<base::Database>(cluster().url(name_), connections);
}

TestDatabase::~TestDatabase() {
    database_.reset();
    run_alone(fmt::format("DROP DATABASE IF EXISTS {} WITH (FORCE)", name_));
}

long long TestDatabase::number(const std::string& sql) {
    return database_->call([&](base::Tx& tx) { return tx.value<long long>(sql).value_or(0); });
}

}  // namespace test
