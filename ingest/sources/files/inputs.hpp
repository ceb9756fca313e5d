#pragma once

#include <cstdint>
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

struct InputFiles {
    std::vector<InputFile> files;
    std::uint64_t links = 0;  // in folders, that were not followed
};

// The files of the inputs: a path, a folder (all files below it in order of name; hidden ones are
// left out, but for those that are Maildirs, and what is in a Maildir's tmp/ too), a glob
// (`*`, `?`, `[a-z]`), a file:// URL, "-". A symbolic link in a folder is left out unless links to
// files are to be followed: it may lead anywhere. Throws base::Error if one is missing.
InputFiles list_files(const std::vector<std::string>& inputs, bool follow_links);

// Reads these files and no others; see open_files().
std::unique_ptr<Connector>
open_listed(InputFiles files, const ReadOptions& options, std::string_view cursor);

}  // namespace ingest
