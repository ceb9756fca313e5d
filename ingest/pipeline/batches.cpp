// Reading and mapping run on a thread of their own, because the taker waits for the database
// meanwhile: two finished batches wait at most, which keeps memory flat however slow the taker is.
//
// An exception of that thread is kept and thrown in take() after the batches that were ready before
// it, so that all that was read is stored and the run can go on from there. Sealing (hashes, blobs)
// happens here as well, for it needs no database.
#include "ingest/pipeline/batches.hpp"

#include <algorithm>
#include <unordered_set>

#include "base/error.hpp"

namespace ingest {

namespace {

constexpr std::size_t batches_ahead = 2;

bool has_reject_of(const std::vector<schema::Reject>& rejects, const Reread& reread) {
    return std::any_of(rejects.begin(), rejects.end(), [&](const schema::Reject& reject) {
        return reject.file == reread.file && reject.member == reread.member;
    });
}

std::string told(const Drift& drift) {
    return "field '" + std::string(drift.field) + "' " + drift.what;
}

schema::Reject refused(const Page& page, const RawRecord& record, const Drift& drift) {
    schema::Reject reject;
    reject.raw = raw_of(page, record);
    set_place(record, reject);
    reject.column = drift.field;
    reject.code = "contract.drift";
    reject.reason = told(drift) + " to this source";
    return reject;
}

// A page with the one record, without the fields that drift.
Page without(const Page& page, const RawRecord& record, const std::vector<Drift>& drifts) {
    Page cut;
    for (const auto& field : page.fields_of(record)) {
        bool drifted = std::any_of(drifts.begin(), drifts.end(), [&](const Drift& drift) {
            return drift.field == field.name;
        });
        if (!drifted) cut.fields.push_back(field);
    }
    auto& kept = cut.records.emplace_back(record);
    const auto cells = page.cells_of(record);
    cut.cells.assign(cells.begin(), cells.end());
    kept.first_cell = 0;
    kept.first_field = 0;
    kept.fields = static_cast<std::uint32_t>(cut.fields.size());
    kept.json = {};  // the payload is made from the fields
    return cut;
}

// Leaves out records with a later one of their key.
void keep_last(Batch& batch) {
    std::unordered_set<std::string_view> keys;
    std::vector<bool> later(batch.records.size());
    for (auto i = batch.records.size(); i-- > 0;)
        later[i] = !keys.insert(batch.records[i].draft.key).second;
    if (keys.size() == batch.records.size()) return;
    std::vector<std::size_t> places(batch.records.size());
    std::size_t kept = 0;
    for (std::size_t i = 0; i < batch.records.size(); ++i) {
        places[i] = kept;
        if (later[i]) continue;
        if (kept != i) batch.records[kept] = std::move(batch.records[i]);
        ++kept;
    }
    batch.superseded += batch.records.size() - kept;
    batch.records.resize(kept);
    std::erase_if(batch.drifted, [&](const auto& drifted) { return later[drifted.first]; });
    for (auto& [place, field] : batch.drifted) place = places[place];
}

}  // namespace

Batch make_batch(
    const Page& page,
    Mapping& mapping,
    const std::string& source,
    const schema::Blobs& blobs,
    Contract* contract,
    Doubles* doubles
) {
    Batch batch;
    batch.cursor = page.cursor;
    batch.bytes = page.bytes;
    batch.rejects = page.rejects;
    batch.records.reserve(page.records.size());
    for (const auto& record : page.records) {
        schema::Draft draft;
        schema::Reject reject;
        auto drifts = contract ? contract->look(page.fields_of(record)) : std::vector<Drift>();
        auto on_drift = drifts.empty() ? OnDrift::evolve : contract->on_drift();
        if (on_drift == OnDrift::freeze)
            throw base::Error(
                "source '" + source + "'",
                told(drifts.front()) + ", and its contract is frozen",
                "accept it with 'tilth source accept', or choose another contract"
            );
        if (on_drift == OnDrift::discard_row) {
            batch.rejects.push_back(refused(page, record, drifts.front()));
            continue;
        }
        std::optional<Page> cut;
        if (on_drift == OnDrift::discard_value) cut = without(page, record, drifts);
        const auto& from = cut ? *cut : page;
        if (mapping.apply(from, cut ? cut->records.front() : record, draft, reject)) {
            if (doubles && doubles->superseded(draft.key)) {
                ++batch.superseded;
                continue;
            }
            if (on_drift == OnDrift::quarantine)
                for (const auto& drift : drifts)
                    batch.drifted.emplace_back(batch.records.size(), drift.field);
            batch.records.push_back(schema::seal(source, std::move(draft), blobs));
        } else {
            batch.rejects.push_back(std::move(reject));
        }
    }
    keep_last(batch);
    batch.notes = page.notes;
    if (batch.superseded > 0) batch.notes[note_of_doubles] += batch.superseded;
    add_notes(batch.notes, mapping.take_notes());
    if (contract) batch.learned = contract->learned();
    if (!batch.rejects.empty()) {
        for (const auto& reread : page.rereads) {
            if (has_reject_of(batch.rejects, reread)) batch.rereads.push_back(reread);
        }
    }
    return batch;
}

std::uint64_t Batch::records_drifted() const {
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < drifted.size(); ++i)
        count += i == 0 || drifted[i].first != drifted[i - 1].first;
    return count;
}

Batches::Batches(
    Connector& connector,
    Mapping& mapping,
    const schema::Blobs& blobs,
    std::string source,
    BatchLimits limits,
    Contract* contract,
    Page* first,
    Doubles* doubles
)
    : connector_(connector),
      mapping_(mapping),
      blobs_(blobs),
      source_(std::move(source)),
      limits_(limits),
      contract_(contract),
      first_(first),
      doubles_(doubles),
      thread_([this](std::stop_token stop) { work(stop); }) {}

Batches::~Batches() {
    thread_.request_stop();
    changed_.notify_all();
}

std::optional<Batch> Batches::take() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !ready_.empty() || ended_; });
    if (ready_.empty()) {
        if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
        return std::nullopt;
    }
    auto batch = std::move(ready_.front());
    ready_.pop_front();
    changed_.notify_all();
    return batch;
}

bool Batches::put(Batch batch, std::stop_token stop) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait(lock, stop, [&] { return ready_.size() < batches_ahead; })) return false;
    ready_.push_back(std::move(batch));
    changed_.notify_all();
    return true;
}

void Batches::work(std::stop_token stop) {
    try {
        Page page;
        std::uint64_t total = 0;
        bool more = true;
        if (first_ && (!first_->records.empty() || !first_->rejects.empty())) {
            total = first_->records.size() + first_->rejects.size();
            more = put(make_batch(*first_, mapping_, source_, blobs_, contract_, doubles_), stop);
        }
        while (more && !stop.stop_requested()) {
            auto records = limits_.records;
            if (limits_.total > 0)
                records =
                    std::min<std::size_t>(records, limits_.total - std::min(limits_.total, total));
            if (records == 0) break;
            page.clear();
            more = connector_.next(page, records, limits_.bytes);
            total += page.records.size() + page.rejects.size();
            if (page.records.empty() && page.rejects.empty()) continue;
            if (!put(make_batch(page, mapping_, source_, blobs_, contract_, doubles_), stop)) break;
        }
    } catch (...) {
        std::lock_guard lock(mutex_);
        failure_ = std::current_exception();
    }
    std::lock_guard lock(mutex_);
    ended_ = true;
    changed_.notify_all();
}

}  // namespace ingest
