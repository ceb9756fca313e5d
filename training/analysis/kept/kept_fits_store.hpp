#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include "schema/records/record.hpp"

namespace base {
class Tx;
}

// Fits of error analysis in the database, with the labels that they were made under.
namespace training {

// The labels that the members of a run's snapshot have now, as labeling knows them.
struct LabelsNow {
    std::string digest = {};  // of all of them; empty: nobody knows, and nothing is kept
    std::size_t changed = 0;  // members whose label is no longer the one that the snapshot has
};

struct FoundFits {
    std::map<std::string, std::string> fits;  // by name
    bool outdated = false;  // there are some, made when labels were others: none is given
};
FoundFits fits_of(base::Tx& tx, std::int64_t run_id, const LabelsNow& labels);

// Adds fits, or puts them in the place of those of their name; those that were made under other
// labels end.
void keep_fits(
    base::Tx& tx,
    std::int64_t run_id,
    const LabelsNow& labels,
    const std::map<std::string, std::string>& fits,
    schema::Time now
);

}  // namespace training
