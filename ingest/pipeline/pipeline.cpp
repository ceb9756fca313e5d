// Three batches travel to the database at once; each leaves a checkpoint (Mark) of its own in the
// transaction that stores it. One lane alone would leave the database idle while the next batch is
// read, and a checkpoint behind all lanes would make them wait for each other.
//
// After a crash the newest three checkpoints tell which batches are in: all up to the newest but
// for some of the two before it. resume_point() goes back to the oldest gap, and store_all() steps
// over what is stored already. Batches with a record in common go one after the other, because the
// later content has to win.
//
// A pipe, a queue behind an API and a feed hand out their records once: what rules are inferred
// from is what was read first, and it is stored as the first batch. Files are opened twice instead.
#include "ingest/pipeline/pipeline.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <future>
#include <unordered_set>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/bytes/hash.hpp"
#include "base/database/database.hpp"
#include "base/error.hpp"
#include "base/settings/settings.hpp"
#include "base/text/utf8.hpp"
#include "ingest/mapping/contract_store.hpp"
#include "ingest/pipeline/batches.hpp"
#include "ingest/pipeline/damage.hpp"
#include "ingest/pipeline/doubles.hpp"
#include "ingest/pipeline/mark.hpp"
#include "ingest/pipeline/mark_store.hpp"
#include "ingest/pipeline/reject_limits.hpp"
#include "ingest/pipeline/store.hpp"
#include "ingest/sources/files/cursor.hpp"
#include "schema/blobs/blobs.hpp"
#include "schema/records/record_store.hpp"
#include "schema/sources/run_stop_store.hpp"
#include "schema/sources/source_store.hpp"

namespace ingest {

namespace {

using Clock = std::chrono::system_clock;

constexpr std::size_t sample_records = 1000;
const std::string bookmark_stream = "bookmark";

// The stream that a cursor belongs to: the inputs, as given.
std::string stream_of(const RunRequest& request) {
    std::string stream = request.reading ? "reading" : "files";
    for (const auto& input : request.inputs) stream += "\n" + input;
    return base::is_utf8(stream) ? stream : "files " + base::sha256_hex(stream);
}

std::string spec_of(const RunRequest& request, const Rules& rules, const std::string& format) {
    boost::json::array inputs;
    for (const auto& input : request.inputs) inputs.emplace_back(shown_name(input));
    return boost::json::serialize(boost::json::object{
        {"inputs", std::move(inputs)}, {"format", format}, {"rules", Rules::settings.write(rules)}}
    );
}

Rules rules_for(const RunRequest& request, const Page& sample, std::vector<std::string>& why) {
    if (!request.rules) return infer_rules(sample, request.key, &why);
    auto rules = *request.rules;
    if (rules.key.empty() && !request.key.empty()) rules.key = {request.key};
    return rules;
}

std::vector<Quarantined> quarantine_of(const Batch& batch, std::int64_t source_id) {
    std::vector<Quarantined> records;
    for (const auto& [place, field] : batch.drifted) {
        const auto& record = batch.records[place];
        records.push_back({{record.rk, source_id, record.draft.key}, field});
    }
    return records;
}

class Run {
public:
    Run(base::Database& database, const schema::Blobs& blobs, const RunRequest& request)
        : database_(database), blobs_(blobs), request_(request), stream_(stream_of(request)) {}

    RunResult go(std::stop_token stop, const std::function<void(const RunProgress&)>& progress) {
        auto started = std::chrono::steady_clock::now();
        prepare();
        schema::InterruptedByStop marked(database_, target_.run_id, stop);
        try {
            find_doubles(stop);
            store_all(stop, progress);
        } catch (const std::exception& error) {
            try {
                close("failed", error.what());
            } catch (const std::exception&) {
                // The database is gone: the run is closed as interrupted when the next one begins.
            }
            throw;
        }
        const bool ended = complete_ || !(stop.stop_requested() || result_.parked);
        // What is asked for news may have none; files are read whole.
        result_.holds_nothing =
            ended && !request_.reading && !result_.resumed && result_.counts.read == 0;
        result_.state = !ended ? "interrupted" : result_.holds_nothing ? "empty" : "done";
        close(result_.state, result_.parked ? result_.parked->reason : std::string());
        result_.seconds =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
        return result_;
    }

private:
    bool is_piped() const {
        return std::find(request_.inputs.begin(), request_.inputs.end(), "-") !=
               request_.inputs.end();
    }

    void prepare() {
        bool piped = is_piped();
        source_ = database_.call([&](base::Tx& tx) {
            return schema::require_source(tx, request_.source);
        });
        if (piped || request_.restart) {
            database_.call([&](base::Tx& tx) {
                drop_marks(tx, {source_.id, stream_});
                schema::drop_cursor(tx, source_.id, bookmark_stream);
            });
        } else {
            auto marks = database_.call([&](base::Tx& tx) {
                return load_marks(tx, {source_.id, stream_});
            });
            point_ = resume_point(marks);
            result_.resumed = !marks.empty();
        }
        auto bookmark = request_.reading ? database_.call([&](base::Tx& tx) {
            return schema::load_cursor(tx, source_.id, bookmark_stream);
        })
                                         : std::nullopt;
        connector_ = open_at(
            [this, bookmark](std::string_view cursor) {
                if (request_.reading) return request_.reading->open(cursor, bookmark.value_or(""));
                return open_files(request_.inputs, request_.read, cursor);
            },
            point_
        );
        Page sample;
        if (request_.reading && (request_.rules || connector_->look_ahead(sample, sample_records)))
            return learn(sample, connector_->explain());
        if (piped || (request_.reading && !request_.reading->again)) {
            auto records = request_.limit > 0
                               ? std::min<std::size_t>(sample_records, request_.limit)
                               : sample_records;
            connector_->next(first_, records, request_.batch_bytes);
            return learn(first_, connector_->explain());
        }
        auto sampler = request_.reading ? request_.reading->again()
                                        : open_files(request_.inputs, request_.read);
        sampler->next(sample, sample_records, request_.batch_bytes);
        if (request_.reading) result_.why.push_back(sampler->explain());
        learn(sample, request_.reading ? connector_->explain() : sampler->explain());
    }

    void learn(const Page& sample, const std::string& explained) {
        result_.why.push_back(explained.empty() ? "no input to read" : explained);
        mapping_.emplace(rules_for(request_, sample, result_.why), request_.read_page);
        auto format = explained.substr(0, explained.find(' '));
        database_.call([&](base::Tx& tx) {
            auto now = Clock::now();
            target_.run_id = schema::begin_run(
                tx, source_.id, spec_of(request_, mapping_->rules(), format), now
            );
            target_.column_set = schema::ensure_columns(tx, source_.id, mapping_->columns(), now);
            expect_new_ = !schema::has_records(tx, source_.id);
            contract_.emplace(
                request_.on_drift, !contract_learned(tx, source_.id), load_fields(tx, source_.id)
            );
        });
        target_.source_id = source_.id;
        target_.source_name = source_.name;
        target_.columns = mapping_->columns();
        target_.last_counts = true;
        result_.run_id = target_.run_id;
    }

    // Files can be read twice, and a key that comes twice in them comes twice each time.
    void find_doubles(const std::stop_token& stop) {
        if (is_piped() || request_.reading || mapping_->rules().key.empty()) return;
        if (request_.on_drift == OnDrift::discard_row) return;  // a last one may be no record
        auto connector = open_at(
            [this](std::string_view cursor) {
                return open_files(request_.inputs, request_.read, cursor);
            },
            point_
        );
        doubles_ = Doubles(*connector, *mapping_, request_.limit, stop);
        (void)mapping_->take_notes();
    }

    void store_all(std::stop_token stop, const std::function<void(const RunProgress&)>& progress) {
        BatchLimits limits{request_.batch_records, request_.batch_bytes, request_.limit};
        Batches batches(
            *connector_, *mapping_, blobs_, source_.name, limits, &*contract_, &first_, &doubles_
        );
        auto collect = [&](Lane& lane) {
            if (!lane.stored.valid()) return;
            auto [counts, replaced] = lane.stored.get();
            result_.counts += counts;
            if (replaced > 0) result_.notes[note_of_doubles] += replaced;
            result_.bytes += lane.bytes;
            result_.quarantined += lane.quarantined;
            if (progress) progress({result_.counts, result_.bytes});
            add_reasons(reasons_, lane.reasons);
            check_rejects(request_, result_.counts, reasons_, false);
        };
        auto number = point_.number;
        auto oldest_first = [&](auto&& visit) {
            for (std::int64_t i = 0; i < lanes; ++i) visit(lane_of(number + i));
        };
        std::deque<std::string> places{point_.cursor};  // before the latest batches, newest first
        auto pass = [&](const std::string& place) {
            places.push_front(place);
            if (places.size() > lanes) places.pop_back();
            ++number;
        };
        while (!stop.stop_requested()) {
            auto batch = batches.take();
            if (!batch) {
                result_.parked = connector_->parked();
                complete_ = !result_.parked;
                break;
            }
            auto& lane = lane_of(number);
            collect(lane);
            oldest_first([&](Lane& other) {
                if (other.stored.valid() && shares_keys(other.keys, *batch)) collect(other);
            });
            Mark mark{number, {places.begin(), places.end()}, batch->cursor};
            send(lane, std::move(*batch), mark);
            pass(mark.to);
            while (!point_.stored.empty() && places.front() == point_.stored.front().from) {
                oldest_first(collect);
                pass(point_.stored.front().to);
                point_.stored.pop_front();
            }
        }
        oldest_first(collect);
        if (!complete_) return;
        check_rejects(request_, result_.counts, reasons_, true);
        all_seen_ = true;
        check_damage(request_.source, result_.counts, reasons_);
    }

    struct Stored {
        schema::Counts counts;
        std::uint64_t replaced = 0;  // records of the run, by later ones of their key
    };

    // One batch on its way to the database.
    struct Lane {
        std::future<Stored> stored;
        std::unordered_set<std::int64_t> keys;
        std::uint64_t bytes = 0;
        std::uint64_t quarantined = 0;  // records
        Reasons reasons;
    };

    Lane& lane_of(std::int64_t number) { return lanes_[static_cast<std::size_t>(number % lanes)]; }

    // Of two batches with a record in common the second must wait: the later content has to win.
    static bool shares_keys(const std::unordered_set<std::int64_t>& keys, const Batch& batch) {
        return std::any_of(
            batch.records.begin(),
            batch.records.end(),
            [&](const schema::Sealed& record) { return keys.contains(record.rk); }
        );
    }

    void send(Lane& lane, Batch batch, const Mark& mark) {
        lane.bytes = batch.bytes;
        lane.quarantined = batch.records_drifted();
        add_notes(result_.notes, batch.notes);
        lane.keys.clear();
        lane.reasons.clear();
        for (const auto& reject : batch.rejects)
            add_reasons(lane.reasons, {{reject.code, {1, reject.reason}}});
        for (const auto& record : batch.records) lane.keys.insert(record.rk);
        lane.stored = std::async(std::launch::async, [this, batch = std::move(batch), mark] {
            return store(batch, mark);
        });
    }

    Stored store(const Batch& batch, const Mark& mark) {
        auto target = target_;
        target.now = Clock::now();
        target.expect_new = expect_new_;
        target.superseded = batch.superseded;
        bool first = true;
        return database_.call([&](base::Tx& tx) {
            if (!std::exchange(first, false)) expect_new_ = target.expect_new = false;
            schema::commit_without_waiting(tx);
            Stored stored;
            stored.counts = schema::write_batch(
                tx, target, batch.records, batch.rejects, batch.bytes, &stored.replaced
            );
            save_fields(tx, source_.id, batch.learned, target.run_id);
            save_quarantine(tx, quarantine_of(batch, source_.id), target.now);
            for (const auto& reread : batch.rereads)
                save_reread(tx, source_.id, reread, target.run_id, target.now);
            save_mark(tx, {source_.id, stream_}, mark, target.run_id, target.now);
            return stored;
        });
    }

    // For the next run, unless this one left something unread.
    void save_bookmark(base::Tx& tx) const {
        auto bookmark = request_.limit > 0 ? std::string() : connector_->bookmark();
        if (!bookmark.empty())
            schema::save_cursor(
                tx, source_.id, bookmark_stream, bookmark, target_.run_id, Clock::now()
            );
    }

    // What an earlier, interrupted part of this run has shown is not known to be of this run: it is
    // read again by the next one, which gets the old bookmark. Records of rejected inputs are not
    // gone: all that is sure then is that files have vanished.
    void mark_what_is_gone(base::Tx& tx) {
        auto files = connector_->replaced();
        bool whole = request_.limit == 0 && !result_.resumed;
        if (!whole && !files.empty()) return;
        save_bookmark(tx);
        if (result_.counts.rejected > 0) files.changed.clear();
        files.vanished.insert(files.vanished.end(), files.changed.begin(), files.changed.end());
        auto now = Clock::now();
        if (request_.mark_files) {
            result_.gone =
                schema::mark_gone_from(tx, source_.id, target_.run_id, files.vanished, now);
        } else if (request_.mark_gone && whole && result_.counts.rejected == 0) {
            result_.gone = schema::mark_gone(tx, source_.id, target_.run_id, now);
        }
    }

    // A complete run leaves no marks: the next one starts at the beginning.
    void close(const std::string& state, const std::string& error) {
        for (auto& lane : lanes_) {
            if (lane.stored.valid()) lane.stored.wait();
        }
        database_.call([&](base::Tx& tx) {
            // The next run begins anew also where a file was damaged: it may be whole by then.
            if (all_seen_) drop_marks(tx, {source_.id, stream_});
            if (all_seen_ && state == "done") {
                mark_what_is_gone(tx);
                if (request_.limit == 0 && result_.counts.read > 0)
                    end_learning(tx, source_.id, target_.run_id, Clock::now());
            } else if (request_.mark_files && target_.run_id > 0) {
                schema::mark_gone_from(tx, source_.id, target_.run_id, {}, Clock::now());
            }
            schema::end_run(tx, target_.run_id, state, error, Clock::now());
        });
    }

    base::Database& database_;
    const schema::Blobs& blobs_;
    const RunRequest& request_;
    std::string stream_;
    ResumePoint point_;
    std::atomic<bool> expect_new_ = false;  // until a batch finds one of its keys stored
    std::array<Lane, lanes> lanes_;
    schema::Source source_;
    std::unique_ptr<Connector> connector_;
    std::optional<Mapping> mapping_;
    std::optional<Contract> contract_;
    Page first_;
    Doubles doubles_;
    schema::BatchTarget target_;
    Reasons reasons_;
    RunResult result_;
    bool complete_ = false;
    bool all_seen_ = false;  // and not refused for its rejects
};

}  // namespace

RunResult run(
    base::Database& database,
    const schema::Blobs& blobs,
    const RunRequest& request,
    std::stop_token stop,
    const std::function<void(const RunProgress&)>& progress
) {
    return Run(database, blobs, request).go(stop, progress);
}

}  // namespace ingest
