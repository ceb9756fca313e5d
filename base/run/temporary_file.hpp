#pragma once

#include <string>

namespace base {

// A file in the folder for temporary files (TMPDIR) that has no name, so that it is gone when it is
// closed, also by a process that dies. Returns its descriptor. Throws base::Error if none can be
// made.
int open_temporary_file();

// What the system says of an errno.
std::string error_text(int code);

constexpr auto more_space = "free disk space, or set TMPDIR to a folder with more";

}  // namespace base
