#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace base {

// What stops an operation and can be mended by the user. One line: the thing, the place or reason,
// and the mend: `source 'news': no such source; see 'tilth source list'`.
// The program ends with exit code 1.
class Error : public std::runtime_error {
public:
    Error(std::string_view thing, std::string_view reason, std::string_view mend = {});
};

// A wrong command line or configuration. The program ends with exit code 2.
class UsageError : public Error {
public:
    using Error::Error;
};

// The user or the system asked the program to stop; all that was done is stored. Exit code 130.
class Interrupted : public std::runtime_error {
public:
    Interrupted() : std::runtime_error("interrupted") {}
};

}  // namespace base
