#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "ingest/pipeline/pipeline.hpp"
#include "service/gather/settings.hpp"
#include "service/verb.hpp"

namespace service {

// A source of kind feed, ready to be read over the network. Private addresses are refused unless
// its settings allow them; up to ten redirects are followed, each checked.
struct FeedReading {
    std::string identity;  // of the settings: cursors of others are of no use
    ingest::Reading reading;
};
FeedReading
describe_feed(const Environment& here, const FeedSettings& settings, std::stop_token stop);

// What the fields of an entry mean, so that no sample of the feeds is asked for.
ingest::Rules feed_rules();

// What would be asked for. Nothing is sent.
std::vector<std::string> explain_feed(const FeedSettings& settings);

}  // namespace service
