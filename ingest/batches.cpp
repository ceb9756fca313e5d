#include "ingest/batches.hpp"

#include <algorithm>

namespace ingest {

namespace {

constexpr std::size_t batches_ahead = 2;

bool has_reject_of(const std::vector<schema::Reject>& rejects, const Reread& reread) {
    return std::any_of(rejects.begin(), rejects.end(), [&](const schema::Reject& reject) {
        return reject.file == reread.file && reject.member == reread.member;
    });
}

}  // namespace

Batch make_batch(
    const Page& page,
    Mapping& mapping,
    const std::string& source,
    const schema::Blobs& blobs
) {
    Batch batch;
    batch.cursor = page.cursor;
    batch.bytes = page.bytes;
    batch.rejects = page.rejects;
    batch.records.reserve(page.records.size());
    for (const auto& record : page.records) {
        schema::Draft draft;
        schema::Reject reject;
        if (mapping.apply(page, record, draft, reject)) {
            batch.records.push_back(schema::seal(source, std::move(draft), blobs));
        } else {
            batch.rejects.push_back(std::move(reject));
        }
    }
    if (!batch.rejects.empty()) {
        for (const auto& reread : page.rereads) {
            if (has_reject_of(batch.rejects, reread)) batch.rereads.push_back(reread);
        }
    }
    return batch;
}

Batches::Batches(
    Connector& connector,
    Mapping& mapping,
    const schema::Blobs& blobs,
    std::string source,
    BatchLimits limits,
    Page* first
)
    : connector_(connector),
      mapping_(mapping),
      blobs_(blobs),
      source_(std::move(source)),
      limits_(limits),
      first_(first),
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
            more = put(make_batch(*first_, mapping_, source_, blobs_), stop);
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
            if (!put(make_batch(page, mapping_, source_, blobs_), stop)) break;
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
