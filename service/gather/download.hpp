#pragma once

#include <filesystem>
#include <string>

#include "crawler/fetch/settings.hpp"
#include "service/config.hpp"

namespace service {

bool is_web_address(const std::string& input);

// Fetches one file over HTTP(S) into a folder, following up to ten redirects, each checked like any
// address of a crawl: not into private networks unless `reach` says so. Returns
// the file, named after the address, so that the same address is the same input the next time. At
// most 2 GiB. Throws base::Error if it cannot be had.
std::filesystem::path download(
    const Config& config,
    const std::string& url,
    const std::filesystem::path& folder,
    const crawler::ReachSettings& reach
);

}  // namespace service
