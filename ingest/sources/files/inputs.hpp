#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/sources/connector.hpp"

namespace ingest {

struct InputFile {
    std::string path;  // to open; "-" is standard input
    std::string name;  // from the root of the input it came from
};

// The files of the inputs: a path, a folder (all files below it in order of name; hidden ones are
// left out, but for those that are Maildirs, and what is in a Maildir's tmp/ too), a glob
// (`*`, `?`, `[a-z]`), a file:// URL, "-". Throws base::Error if one is missing.
std::vector<InputFile> list_files(const std::vector<std::string>& inputs);

// Reads these files and no others; see open_files().
std::unique_ptr<Connector>
open_listed(std::vector<InputFile> files, const ReadOptions& options, std::string_view cursor);

}  // namespace ingest
