#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "quality/profile/profile.hpp"

namespace base {
class Database;
class Tx;
}  // namespace base

namespace ingest::quality {

struct SourceProfile {
    Profile profile;               // of the present records
    std::uint64_t read_again = 0;  // records that had to be read for it; the others were merged
};

// A profile is kept in parts: of each run, that of the present contents it brought. Reads what came
// with runs that have no part yet and parts of which contents were replaced since, and merges. All
// is read again when the parts do not add up to the records that are there (after a purge).
SourceProfile profile_source(base::Database& database, std::int64_t source_id);

// Of what one run brought and is still present; nothing if that is nothing. Its part is kept.
std::optional<Profile>
profile_run(base::Database& database, std::int64_t source_id, std::int64_t run_id);

enum class Side { all, training, validation, test };

// Of the records of a snapshot in the versions it holds, and their labels in a column "(label)".
// Nothing if there is no snapshot of that name.
std::optional<Profile>
profile_snapshot(base::Database& database, const std::string& name, Side side);

// Whole profiles are kept with the last run whose records they saw. Nothing if there is none of
// that run; run 0 is the newest.
void save_profile(
    base::Tx& tx,
    std::int64_t source_id,
    std::int64_t run_id,
    const Profile& profile
);
std::optional<Profile> load_profile(base::Tx& tx, std::int64_t source_id, std::int64_t run_id);
// The newest one kept before that of this run.
std::optional<Profile> load_earlier(base::Tx& tx, std::int64_t source_id, std::int64_t run_id);
std::int64_t latest_run(base::Tx& tx, std::int64_t source_id);  // 0: none

}  // namespace ingest::quality
