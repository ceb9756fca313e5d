#pragma once

#include <string>
#include <vector>

namespace base {

// Runs a program of PostgreSQL's own (pg_dump, pg_restore) on a database to its end; what it prints
// on standard output is dropped. The password of `url` goes by the environment, as arguments are
// seen by all. It ends with this program. Throws base::Error: the program is not there, `url`
// cannot be read, or the last line that it said where it fails.
void run_postgres_program(
    const std::string& program,
    std::vector<std::string> arguments,
    const std::string& url
);

}  // namespace base
