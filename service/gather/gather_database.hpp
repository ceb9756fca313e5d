#pragma once

#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "ingest/pipeline/pipeline.hpp"
#include "schema/sources/source_store.hpp"

namespace app {

// A source of kind database, ready to be read.
struct DatabaseReading {
    std::string identity;  // of the settings: cursors of others are of no use
    ingest::Reading reading;
    bool mark_gone = false;
};
// `others` are settings that are not the database's own.
DatabaseReading
describe_database(const schema::Source& source, const std::vector<std::string>& others);

// Throws base::UsageError for a wrong setting.
void check_database_spec(const boost::json::object& spec, const std::vector<std::string>& others);

// What would be asked for, and whether the secrets are there. Nothing is sent.
std::vector<std::string>
explain_database(const boost::json::object& spec, const std::vector<std::string>& others);

}  // namespace app
