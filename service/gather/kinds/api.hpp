#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "ingest/pipeline/pipeline.hpp"
#include "service/gather/settings.hpp"
#include "service/verb.hpp"

namespace service {

// A source of kind api, ready to be read over the network. Private addresses are refused unless its
// settings allow them; redirects are not followed; waits end with the stop.
struct ApiReading {
    std::string identity;  // of the settings: cursors of others are of no use
    ingest::Reading reading;
};
ApiReading describe_api(const Environment& here, const ApiSettings& settings, std::stop_token stop);

// What would be asked for, stream by stream, and whether the secrets are there. Nothing is sent.
std::vector<std::string> explain_api(const ApiSettings& settings);

}  // namespace service
