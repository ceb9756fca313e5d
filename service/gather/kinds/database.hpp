#pragma once

#include <string>
#include <vector>

#include "ingest/pipeline/pipeline.hpp"
#include "service/gather/settings.hpp"

namespace service {

// A source of kind database, ready to be read.
struct DatabaseReading {
    std::string identity;  // of the settings: cursors of others are of no use
    ingest::Reading reading;
    bool mark_gone = false;
};
DatabaseReading describe_database(const DatabaseSettings& settings);

// What would be asked for, and whether the secrets are there. Nothing is sent.
std::vector<std::string> explain_database(const DatabaseSettings& settings);

}  // namespace service
