#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "service/context.hpp"
#include "ingest/pipeline/pipeline.hpp"
#include "schema/sources/source_store.hpp"

namespace app {

// A source of kind api, ready to be read over the network. Private addresses are refused unless its
// settings allow them; redirects are not followed; waits end with the stop.
struct ApiReading {
    std::string identity;  // of the settings: cursors of others are of no use
    ingest::Reading reading;
};
// `others` are settings that are not the API's own.
ApiReading describe_api(
    Context& context,
    const schema::Source& source,
    const std::vector<std::string>& others,
    std::stop_token stop
);

// Throws base::UsageError for a wrong setting.
void check_api_spec(const boost::json::object& spec, const std::vector<std::string>& others);

// What would be asked for, stream by stream, and whether the secrets are there. Nothing is sent.
std::vector<std::string>
explain_api(const boost::json::object& spec, const std::vector<std::string>& others);

}  // namespace app
