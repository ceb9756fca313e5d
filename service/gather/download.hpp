#pragma once

#include <filesystem>
#include <string>

#include "crawler/fetch/settings.hpp"

namespace service {

struct Opening;

bool is_web_address(const std::string& input);

// Fetches one file over HTTP(S) into the folder of downloads, following up to ten redirects, each
// checked like any address of a crawl: not into private networks unless `reach` says so. Returns
// the file, named after the address, so that the same address is the same input the next time. At
// most 2 GiB; of a look what is asked for are the first bytes, and a server that knows no ranges
// may send no more. Throws base::Error if it cannot be had.
std::filesystem::path
download(const Opening& opening, const std::string& url, const crawler::ReachSettings& reach);

}  // namespace service
