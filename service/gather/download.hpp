#pragma once

#include <filesystem>
#include <string>

#include "service/config.hpp"
#include "service/gather/spec.hpp"

namespace app {

bool is_web_address(const std::string& input);

// Fetches one file over HTTP(S) into a folder, following up to ten redirects, each checked like any
// address of a crawl: not into private networks unless `allow_private` of `spec` says so. Returns
// the file, named after the address, so that the same address is the same input the next time. At
// most 2 GiB. Throws base::Error if it cannot be had.
std::filesystem::path download(
    const Config& config,
    const std::string& url,
    const std::filesystem::path& folder,
    const Spec& spec
);

}  // namespace app
