#pragma once

#include <string>

#include "base/database/database.hpp"

namespace test {

// A database of its own for one test, migrated to the newest schema, dropped at the end. All test
// programs of a build share one embedded cluster that starts with the first and stops with the last
// of them; a new database is a copy of a migrated template (some 30 ms).
class TestDatabase {
public:
    explicit TestDatabase(std::size_t connections = 4);
    ~TestDatabase();

    base::Database& operator*() { return *database_; }
    base::Database* operator->() { return database_.get(); }
    const std::string& url() const { return database_->url(); }

    // One number from a query: for checking sums.
    long long number(const std::string& sql);

private:
    std::string name_;
    std::unique_ptr<base::Database> database_;
};

}  // namespace test
