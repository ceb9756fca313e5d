#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/words.hpp"
#include "ingest/mapping/rules.hpp"
#include "ingest/pipeline/page.hpp"
#include "schema/records/record.hpp"

namespace base {
class Tx;
}

// Rejects as kept in the database, and records that are gone. Each function is one step inside the
// caller's transaction.
namespace ingest {

enum class RejectState { open, replayed, expired };
constexpr auto words_of(RejectState) {
    return std::to_array<base::Word<RejectState>>({
        {RejectState::open, "open", "waits for what mends it"},
        {RejectState::replayed, "replayed", "was read again and is a record now"},
        {RejectState::expired, "expired", "is kept no longer"},
    });
}

// In lists `raw` is only the beginning of the bytes, with what is no ASCII as \ooo.
struct StoredReject : schema::Reject {
    std::string id;  // 64 hexadecimal digits
    std::int64_t run_id = 0;
    schema::Time at;
    RejectState state = RejectState::open;
    std::int64_t bytes = 0;
};
BOOST_DESCRIBE_STRUCT(StoredReject, (schema::Reject), (id, run_id, at, state, bytes))

// Rejects of a source in the order of their files, members and lines, after the one of id `after`
// (empty: the first ones; one that is none: nothing). No `state` or `code`: all.
std::vector<StoredReject> list_rejects(
    base::Tx& tx,
    std::int64_t source_id,
    std::optional<RejectState> state,
    const std::string& code,
    const std::string& after,
    int at_most
);

// With the raw bytes; source 0: of any. `id` may be its first digits if they are enough to tell;
// nothing if there is none.
std::optional<StoredReject>
show_reject(base::Tx& tx, std::int64_t source_id, const std::string& id);

struct RejectCount {
    std::string state;
    std::string code;
    std::int64_t count = 0;
};
BOOST_DESCRIBE_STRUCT(RejectCount, (), (state, code, count))
std::vector<RejectCount> count_rejects(base::Tx& tx, std::int64_t source_id);

// What a run rejected of one code, and when last.
struct RunRejects {
    std::string code, reason;  // of one of them
    std::int64_t count = 0;
    schema::Time at{};
};
BOOST_DESCRIBE_STRUCT(RunRejects, (), (code, reason, count, at))
// The last first.
std::vector<RunRejects> rejects_of_run(base::Tx& tx, std::int64_t source_id, std::int64_t run_id);

// Marks open rejects older than `before` as expired and forgets their raw bytes. Returns how many.
std::uint64_t expire_rejects(base::Tx& tx, std::int64_t source_id, schema::Time before);

void mark_replayed(base::Tx& tx, std::int64_t source_id, const std::vector<std::string>& ids);

// The rules that the source's last run mapped by; nothing if there was none.
std::optional<Rules> last_rules(base::Tx& tx, std::int64_t source_id);

// How records of a member are read alone: kept with the first reject of the member.
void save_reread(
    base::Tx& tx,
    std::int64_t source_id,
    const Reread& reread,
    std::int64_t run_id,
    schema::Time now
);
std::optional<std::string> load_reread(
    base::Tx& tx,
    std::int64_t source_id,
    const std::string& file,
    const std::string& member
);

}  // namespace ingest
