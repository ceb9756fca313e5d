#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "tests/soak/labelers.hpp"
#include "tests/soak/ledger.hpp"
#include "tests/soak/pushes.hpp"
#include "tests/soak/service.hpp"
#include "tests/soak/trainings.hpp"

namespace base {
class Database;
}

namespace soak {

// All that was acknowledged.
struct Acknowledged {
    std::vector<Pushed> pushes;
    std::map<std::string, Answers> answers;  // by person
    Trained trained;
};

// Compare what the database holds with what was acknowledged; each difference is a fault.
void check_pushes(base::Database& database, const Acknowledged& known, Ledger& ledger);
void check_answers(base::Database& database, const Acknowledged& known, Ledger& ledger);
void check_trainings(base::Database& database, const Acknowledged& known, Ledger& ledger);
// The sums of all runs; nothing is left at work.
void check_sums(base::Database& database, Ledger& ledger);
void check_blobs(base::Database& database, const std::filesystem::path& home, Ledger& ledger);
// The present records of a source are those of an undisturbed home.
void check_same(
    base::Database& database,
    base::Database& calm,
    const std::string& source,
    Ledger& ledger
);

// Lines of the program's log and of the server's that nobody expects.
void check_logs(const Service& service, Ledger& ledger);

}  // namespace soak
