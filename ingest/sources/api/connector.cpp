// Chains the streams of a spec into one Connector: a StreamReader has the pages, a RecordMaker
// makes records of them, and this file has the cursor over both.
//
// `until_` is fixed when the reading starts and travels in the cursor: a reading that goes on
// tomorrow must end its last span of time where it would have ended today, or what changes
// meanwhile falls between two runs. `newest_` grows with every record seen, kept or not, but
// becomes the bookmark only when all was read; parents beyond 1000 are not remembered one by one,
// and their children are read from the start again.
#include "ingest/sources/api/connector.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/error.hpp"
#include "ingest/sources/api/pointer.hpp"
#include "ingest/sources/api/record_maker.hpp"
#include "ingest/sources/api/requester.hpp"
#include "ingest/sources/api/stream_reader.hpp"
#include "ingest/sources/api/times.hpp"
#include "schema/records/record.hpp"

namespace ingest::api {

namespace json = boost::json;

namespace {

// Of one stream. Children of parents beyond are read from the start by each run: slower, nothing
// lost.
constexpr std::size_t most_parents = 1000;

Newest read_newest(const json::value* value) {
    Newest newest;
    if (!value || !value->is_object()) return newest;
    for (const auto& stream : value->get_object())
        if (stream.value().is_object())
            for (const auto& one : stream.value().get_object())
                if (one.value().is_string())
                    newest[stream.key()][one.key()] = std::string(one.value().get_string());
    return newest;
}

json::object to_json(const Newest& newest) {
    json::object all;
    for (const auto& [stream, values] : newest) {
        json::object object;
        for (const auto& [parent, value] : values) object[parent] = value;
        all[stream] = std::move(object);
    }
    return all;
}

class ApiConnector : public Connector {
public:
    ApiConnector(const Spec& spec, World world, std::string_view cursor, std::string_view bookmark)
        : spec_(spec), world_(std::move(world)), requester_(spec_, world_) {
        for (const auto& stream : spec_.streams)
            if (stream.store) stored_.push_back(&stream);
        json::error_code failed;
        auto before = json::parse(bookmark, failed);
        if (!failed) before_ = read_newest(&before);
        newest_ = before_;
        until_ = world_.clock.now();
        cursor_ = cursor;
        if (!cursor.empty()) resume_ = go_to(cursor);
        if (at_ < stored_.size()) open(resume_ ? &*resume_ : nullptr);
    }

    bool look_ahead(Page& page, std::size_t records) override {
        requester_.look_ahead(true);
        for (auto at = at_; at < stored_.size(); ++at) {
            const auto& stream = *stored_[at];
            const auto* resume = at == at_ && resume_ ? &*resume_ : nullptr;
            StreamReader reader(spec_, stream, requester_, before_, until_, resume);
            RecordMaker maker(stream, stored_.size() > 1);
            try {
                if (!reader.next()) continue;
            } catch (const Parked&) {
                break;  // the reading itself will be told
            }
            auto enough = page.records.size() + records;
            for (auto text : reader.records())
                if (page.records.size() < enough && maker.keeps(text))
                    maker.add(page, page.arena.keep(text), reader.parent_values(), -1);
        }
        requester_.look_ahead(false);
        return true;
    }

    bool next(Page& page, std::size_t records, std::size_t bytes) override {
        try {
            while (!parked_ && at_ < stored_.size() && page.records.empty() && page.rejects.empty()
            ) {
                if (!loaded_ && !load()) continue;
                while (done_ < reader_->records().size() &&
                       page.records.size() + page.rejects.size() < records &&
                       page.arena.used() < bytes)
                    add(page, reader_->records()[done_++]);
                cursor_ = cursor();
                loaded_ = done_ < reader_->records().size();
            }
        } catch (const Parked& reason) {
            auto name = stored_[at_]->name;
            parked_ = Parked{reason.due, fmt::format("stream '{}': {}", name, reason.reason)};
        }
        page.cursor = cursor_;
        return !page.records.empty() || !page.rejects.empty();
    }

    std::string explain() const override {
        std::string names;
        for (const auto* stream : stored_) names += (names.empty() ? "" : ", ") + stream->name;
        return fmt::format("api: {} of {}", names, spec_.base_url);
    }

    std::optional<Parked> parked() const override { return parked_; }

    std::string bookmark() const override { return json::serialize(to_json(newest_)); }

private:
    const Stream& stream() const { return *stored_[at_]; }

    void open(const json::object* resume) {
        reader_.emplace(spec_, stream(), requester_, before_, until_, resume);
        maker_.emplace(stream(), stored_.size() > 1);
        loaded_ = false;
    }

    // The stream's next page, or the next stream: then false.
    bool load() {
        if (reader_->next()) {
            loaded_ = true;
            done_ = reader_->first();
            return true;
        }
        reader_.reset();
        if (++at_ < stored_.size()) open(nullptr);
        return false;
    }

    void add(Page& page, std::string_view text) {
        see(text);
        if (!maker_->keeps(text)) return;
        auto record = page.records.size();
        auto reject = page.rejects.size();
        auto kept = page.arena.keep(text);  // the answer goes with its page, the batch may be later
        maker_->add(page, kept, reader_->parent_values(), reader_->offset_of(text));
        auto file = requester_.shown(reader_->address());
        if (page.records.size() > record) page.records.back().file = page.arena.keep(file);
        if (page.rejects.size() > reject) page.rejects.back().file = file;
        if (page.rereads.empty() || page.rereads.back().file != file)
            page.rereads.push_back({file, stream().name, maker_->how()});
    }

    // Filtered records count too: the next run need not ask for them again.
    void see(std::string_view text) {
        if (!stream().incremental) return;
        auto value = text_at(text, stream().incremental->cursor);
        if (!value || value->empty() || is_endless(*value)) return;
        auto& of_stream = newest_[stream().name];
        auto found = of_stream.find(reader_->parent_key());
        if (found != of_stream.end()) {
            found->second = newer(found->second, *value);
        } else if (of_stream.size() < most_parents) {
            of_stream.emplace(reader_->parent_key(), *value);
        }
    }

    // Behind the records of the present page that are done.
    std::string cursor() const {
        json::object cursor{
            {"stream", stream().name},
            {"until", until_.time_since_epoch().count()},
            {"reader", reader_->cursor(done_)}};
        if (newest_ != before_) cursor["newest"] = to_json(newest_);
        return json::serialize(cursor);
    }

    std::optional<json::object> go_to(std::string_view text) {
        json::error_code failed;
        auto value = json::parse(text, failed);
        const auto* object = failed ? nullptr : value.if_object();
        const auto* name = object ? object->if_contains("stream") : nullptr;
        const auto* until = object ? object->if_contains("until") : nullptr;
        if (!name || !until || !until->is_int64())
            throw base::Error("cursor", "cannot be understood", "run with --restart");
        until_ = Time(Time::duration(until->get_int64()));
        if (const auto* newest = object->if_contains("newest")) newest_ = read_newest(newest);
        while (at_ < stored_.size() &&
               (!name->is_string() || stored_[at_]->name != name->get_string()))
            ++at_;
        if (at_ == stored_.size())
            throw base::Error("cursor", "its stream is no longer described", "run with --restart");
        const auto* reader = object->if_contains("reader");
        if (!reader || !reader->is_object()) return std::nullopt;
        return reader->get_object();
    }

    Spec spec_;
    World world_;
    Requester requester_;
    std::vector<const Stream*> stored_;
    Newest before_;
    Newest newest_;
    std::optional<json::object> resume_;  // what the reading went on from
    Time until_;
    std::size_t at_ = 0;
    std::optional<StreamReader> reader_;
    std::optional<RecordMaker> maker_;
    bool loaded_ = false;  // the reader's page has records that are not done
    std::size_t done_ = 0;
    std::string cursor_;
    std::optional<Parked> parked_;
};

}  // namespace

std::unique_ptr<Connector>
open_api(const Spec& spec, World world, std::string_view cursor, std::string_view bookmark) {
    return std::make_unique<ApiConnector>(spec, std::move(world), cursor, bookmark);
}

}  // namespace ingest::api
