#pragma once

#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

#include "ingest/mapping/contract.hpp"
#include "ingest/mapping/mapping.hpp"
#include "ingest/pipeline/doubles.hpp"
#include "ingest/sources/connector.hpp"
#include "schema/records/record_store.hpp"

namespace ingest {

// What one transaction stores.
struct Batch {
    std::vector<schema::Sealed> records;
    std::vector<schema::Reject> rejects;
    std::vector<Reread> rereads;                               // of the members that have rejects
    std::vector<KnownField> learned;                           // by the contract, up to this batch
    std::vector<std::pair<std::size_t, std::string>> drifted;  // records to quarantine, by field
    std::uint64_t superseded = 0;  // records left out for later ones with their key
    Notes notes;
    std::string cursor;  // the place behind it
    std::uint64_t bytes = 0;

    // To quarantine; one may drift by several fields.
    std::uint64_t records_drifted() const;
};

struct BatchLimits {
    std::size_t records = 5000;
    std::size_t bytes = 8 * 1024 * 1024;
    std::uint64_t total = 0;  // of records; 0: all
};

// Reads, maps and seals on a thread of its own, at most two batches ahead of the taker.
class Batches {
public:
    Batches(
        Connector& connector,
        Mapping& mapping,
        const schema::Blobs& blobs,
        std::string source,
        BatchLimits limits,
        Contract* contract = nullptr,
        Page* first = nullptr,
        Doubles* doubles = nullptr
    );
    // Stops reading.
    ~Batches();

    // The next batch; nothing at the end. What stopped the reading is thrown after the batches
    // before it.
    std::optional<Batch> take();

private:
    void work(std::stop_token stop);
    Batch make(const Page& page);
    bool put(Batch batch, std::stop_token stop);

    Connector& connector_;
    Mapping& mapping_;
    const schema::Blobs& blobs_;
    std::string source_;
    BatchLimits limits_;
    Contract* contract_;
    Page* first_;
    Doubles* doubles_;
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::deque<Batch> ready_;
    std::exception_ptr failure_;
    bool ended_ = false;
    std::jthread thread_;
};

// One batch from a page: what the mapping refuses becomes a reject, and with a contract, so may
// what drifts from it (code contract.drift). Of records with one key only the last is in it; those
// that `doubles` knows later ones of are not. Throws base::Error for drift from a frozen contract.
Batch make_batch(
    const Page& page,
    Mapping& mapping,
    const std::string& source,
    const schema::Blobs& blobs,
    Contract* contract = nullptr,
    Doubles* doubles = nullptr
);

}  // namespace ingest
