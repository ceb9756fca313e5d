#pragma once

#include <cstdint>
#include <string>

#include "ingest/pipeline/store.hpp"
#include "service/gather/sources.hpp"

// Inputs that could not become records.
namespace service {

struct ListRejects {
    std::string source, code;
    std::optional<ingest::RejectState> state;
    Paging page;
    static const base::Settings<ListRejects> settings;
};
Page<ingest::StoredReject> list_rejects(Work& work, const ListRejects& request);

struct RejectId {
    std::string source, id;
    static const base::Settings<RejectId> settings;
};
struct ShownReject : ingest::StoredReject {
    std::string encoding = "text";  // of `raw`; base64 if its bytes are no text
};
BOOST_DESCRIBE_STRUCT(ShownReject, (ingest::StoredReject), (encoding))
// With all its bytes.
ShownReject show_reject(Work& work, const RejectId& request);

struct ReplayRejects {
    std::string source, code;
    std::string rules;  // TOML; empty: the source's own
    static const base::Settings<ReplayRejects> settings;
};
struct Replayed : schema::Counts {
    std::int64_t run = 0;
    static const base::Settings<Replayed> settings;
};
// Reads open rejects again, here and now. Pages are taken apart by the crawler's rules, records
// mapped by ingest's. rejected: those that stay.
Replayed replay_now(const Environment& here, const ReplayRejects& request);
// Leaves it to a worker.
QueuedRun replay_rejects(Work& work, const ReplayRejects& request);

struct ExpireRejects {
    std::string source;
    int days = 30;
    static const base::Settings<ExpireRejects> settings;
};
struct ExpiredRejects {
    std::uint64_t expired = 0;
};
BOOST_DESCRIBE_STRUCT(ExpiredRejects, (), (expired))
// Forgets the raw bytes of those that are older; that there was a reject, where and why, stays.
ExpiredRejects expire_rejects(Work& work, const ExpireRejects& request);

}  // namespace service
