#pragma once

#include <cstdint>
#include <map>
#include <stop_token>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "ingest/mapping/mapping.hpp"
#include "ingest/sources/connector.hpp"

namespace ingest {

// Said of records that are not the last of their key.
inline constexpr auto note_of_doubles =
    "records have a key that comes again: the last one of each counts";

// Keys that more than one record of an input has. The last record of a key is what the input says
// of it; those before it are not held against what is stored, or each reading of the same input
// would make the record change and change back.
class Doubles {
public:
    // None is known.
    Doubles() = default;

    // Reads the connector to its end, or `limit` records and rejects (0: all), and counts what the
    // mapping makes of it. Takes 16 bytes a record; of more than 20 million it finds none.
    Doubles(
        Connector& connector,
        Mapping& mapping,
        std::uint64_t limit,
        const std::stop_token& stop
    );

    // Whether a later record of the same key will come: to be asked once for each record, in order.
    bool superseded(std::string_view key);

private:
    using Hash = std::pair<std::uint64_t, std::uint64_t>;
    struct Mix {
        std::size_t operator()(const Hash& hash) const { return hash.first; }
    };
    std::unordered_map<Hash, std::uint32_t, Mix> left_;  // to come, of keys with several records
};

}  // namespace ingest
