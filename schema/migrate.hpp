#pragma once

#include <string>
#include <vector>

namespace base {
class Database;
}

namespace schema {

struct Migration {
    int version = 0;
    std::string name;
    bool applied = false;
    std::string applied_at;  // ISO 8601, empty if it is not
};

// Brings the database to the newest version: each migration in a transaction of its own, forward
// only, under an advisory lock so that two programs can start at once. Returns the number of
// migrations applied. Throws base::Error if a migration that was applied is not the one this
// program knows (its checksum differs), or if the database is newer than the program. On a cluster
// the tables that they made are placed (schema/placement/placement_store.hpp).
int migrate(base::Database& database);

// All migrations this program knows, and whether the database has them.
std::vector<Migration> migrations(base::Database& database);

// SHA-256 over all migrations, in hexadecimal: equal for programs of the same schema.
std::string fingerprint();

}  // namespace schema
