#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "service/context.hpp"
#include "ingest/pipeline/pipeline.hpp"
#include "schema/sources/source_store.hpp"

namespace app {

// A source of kind feed, ready to be read over the network. Private addresses are refused unless
// its settings allow them; up to ten redirects are followed, each checked.
struct FeedReading {
    std::string identity;  // of the settings: cursors of others are of no use
    ingest::Reading reading;
};
// `others` are settings of all kinds of sources.
FeedReading describe_feed(
    Context& context,
    const schema::Source& source,
    const std::vector<std::string>& others,
    std::stop_token stop
);

// What the fields of an entry mean, so that no sample of the feeds is asked for.
ingest::Rules feed_rules();

// Throws base::UsageError for a wrong setting.
void check_feed_spec(const boost::json::object& spec, const std::vector<std::string>& others);

// What would be asked for. Nothing is sent.
std::vector<std::string> explain_feed(const boost::json::object& spec);

}  // namespace app
