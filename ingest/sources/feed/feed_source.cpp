// A feed is one answer, read by the same reader as a file: this connector asks for it, hands the
// bytes over and keeps what the server said of their version (ETag, Last-Modified) for the next
// run.
//
// After a crash the feed is asked for without these validators, or 304 would hide the entries that
// were not stored; the cursor's offset holds only if the bytes hash to the same, else the feed is
// read from its start. One feed that is gone must not end the others: it becomes a reject.
#include "ingest/sources/feed/feed_source.hpp"

#include <charconv>
#include <map>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/bytes/hash.hpp"
#include "base/bytes/hex.hpp"
#include "base/error.hpp"
#include "ingest/sources/files/format.hpp"
#include "schema/records/record.hpp"

namespace ingest {

namespace json = boost::json;

namespace {

constexpr auto longest_wait = std::chrono::seconds(3600);

// What a feed's server said of the version we have.
struct Version {
    std::string etag;
    std::string modified;
};

using Versions = std::map<std::string, Version>;

std::string text_in(const json::object& object, std::string_view key) {
    const auto* found = object.if_contains(key);
    return found && found->is_string() ? std::string(found->as_string()) : std::string();
}

Versions read_versions(const json::value* value) {
    Versions versions;
    if (!value || !value->is_object()) return versions;
    for (const auto& one : value->as_object())
        if (one.value().is_object())
            versions[one.key()] = {
                text_in(one.value().as_object(), "etag"),
                text_in(one.value().as_object(), "modified")};
    return versions;
}

json::object to_json(const Versions& versions) {
    json::object all;
    for (const auto& [url, version] : versions)
        all[url] = json::object{{"etag", version.etag}, {"modified", version.modified}};
    return all;
}

class FeedConnector : public Connector {
public:
    FeedConnector(
        const std::vector<std::string>& urls,
        const ReadOptions& options,
        api::World world,
        std::string_view cursor,
        std::string_view bookmark
    )
        : urls_(urls), options_(options), world_(std::move(world)) {
        json::error_code failed;
        auto before = json::parse(bookmark, failed);
        if (!failed) before_ = read_versions(&before);
        versions_ = before_;
        if (!cursor.empty()) go_to(cursor);
        cursor_ = cursor;
    }

    bool next(Page& page, std::size_t records, std::size_t bytes) override {
        while (!parked_ && page.records.size() + page.rejects.size() < records && page.bytes < bytes
        ) {
            if (!reader_ && at_ >= urls_.size()) break;
            if (!reader_ && !ask(page)) continue;
            read(page, records, bytes);
        }
        page.cursor = cursor_;
        return !page.records.empty() || !page.rejects.empty();
    }

    std::string explain() const override {
        return fmt::format(
            "feed: {} address{}{}", urls_.size(), urls_.size() == 1 ? "" : "es", told_
        );
    }
    std::optional<Parked> parked() const override { return parked_; }
    std::string bookmark() const override { return json::serialize(to_json(versions_)); }

private:
    const std::string& url() const { return urls_[at_]; }

    // Asks for the present feed. False if there is nothing to read of it.
    bool ask(Page& page) {
        api::Request request;
        request.url = url();
        request.headers.emplace_back(
            "Accept",
            "application/atom+xml, application/rss+xml, application/feed+json, "
            "application/xml;q=0.9, */*;q=0.5"
        );
        auto known = before_.find(url());
        if (known != before_.end() && !going_on_) {
            if (!known->second.etag.empty())
                request.headers.emplace_back("If-None-Match", known->second.etag);
            if (!known->second.modified.empty())
                request.headers.emplace_back("If-Modified-Since", known->second.modified);
        }
        auto response = world_.send(request);
        if (response.status == 304) return pass();
        if (auto wait = wait_of(response)) {
            parked_ = Parked{
                world_.clock.now() + *wait,
                fmt::format("{} asks to wait {} s", url(), wait->count())};
            return false;
        }
        if (response.status != 200) {
            auto reason = response.status ? fmt::format("the server answers {}", response.status)
                                          : response.error;
            refuse(page, "feed.unavailable", reason, {});
            return pass();
        }
        return start(page, std::move(response));
    }

    bool start(Page& page, api::Response response) {
        auto hash = base::sha256_hex(response.body);
        if (hash != hash_) start_ = {};  // it is another version: from its start
        hash_ = hash;
        versions_[url()] = {
            std::string(api::header(response.headers, "etag")),
            std::string(api::header(response.headers, "last-modified"))};
        auto head = std::string_view(response.body).substr(0, 16 * 1024);
        auto format = detect_format("feed", head).format;
        if (format != feed_format.name && format != xml_format.name) {
            refuse(page, "feed.unknown", "the answer is no feed", response.body);
            versions_.erase(url());
            return pass();
        }
        bytes_ = formats::Bytes::of(std::move(response.body));
        (void)bytes_->next_member();
        reader_ = feed_format.open({*bytes_, url(), url(), options_, start_});
        start_ = {};
        if (told_.empty()) told_ = "; " + reader_->describe();
        return true;
    }

    void read(Page& page, std::size_t records, std::size_t bytes) {
        auto first_record = page.records.size();
        auto first_reject = page.rejects.size();
        bool ended = false;
        try {
            while (!ended && page.records.size() + page.rejects.size() < records &&
                   page.bytes < bytes)
                ended = !reader_->next(page);
        } catch (const base::Error& error) {
            refuse(page, "feed.broken", error.what(), {});
            ended = true;
        }
        auto file = page.arena.keep(url());
        for (auto i = first_record; i < page.records.size(); ++i) page.records[i].file = file;
        for (auto i = first_reject; i < page.rejects.size(); ++i) page.rejects[i].file = url();
        if (page.rejects.size() > first_reject) page.rereads.push_back({url(), "", how()});
        cursor_ = cursor(reader_->position());
        if (ended) pass();
    }

    // For reread().
    std::string how() const {
        ReadOptions fixed;
        reader_->fix(fixed);
        return json::serialize(json::object{
            {"format", "feed"},
            {"name", url()},
            {"preamble_hex", base::hex(reader_->preamble())},
            {"encoding", fixed.encoding}});
    }

    // To the next feed.
    bool pass() {
        reader_.reset();
        bytes_.reset();
        ++at_;
        hash_.clear();
        going_on_ = false;
        cursor_ = cursor({});
        return false;
    }

    void refuse(Page& page, std::string code, std::string reason, std::string raw) const {
        auto& bad = page.rejects.emplace_back();
        bad.raw = std::move(raw);
        bad.file = url();
        bad.code = std::move(code);
        bad.reason = std::move(reason);
    }

    static std::optional<std::chrono::seconds> wait_of(const api::Response& response) {
        auto text = api::header(response.headers, "retry-after");
        if (response.status != 429 && (response.status != 503 || text.empty())) return std::nullopt;
        long seconds = 0;
        auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), seconds);
        if (text.empty() || failed != std::errc() || seconds < 0) return longest_wait;
        return std::min(std::chrono::seconds(seconds), longest_wait * 24);
    }

    std::string cursor(const Position& place) const {
        return json::serialize(json::object{
            {"feed", at_ < urls_.size() ? url() : std::string()},
            {"hash", hash_},
            {"offset", place.offset},
            {"line", place.line},
            {"index", place.index},
            {"versions", to_json(versions_)}});
    }

    void go_to(std::string_view text) {
        json::error_code failed;
        auto value = json::parse(text, failed);
        const auto* object = failed ? nullptr : value.if_object();
        if (!object) throw base::Error("cursor", "cannot be understood", "run with --restart");
        versions_ = read_versions(object->if_contains("versions"));
        auto feed = text_in(*object, "feed");
        at_ = feed.empty() ? urls_.size() : 0;
        while (at_ < urls_.size() && url() != feed) ++at_;
        hash_ = text_in(*object, "hash");
        going_on_ = !hash_.empty();
        auto number = [&](std::string_view key) {
            const auto* found = object->if_contains(key);
            return found && found->is_int64() ? found->as_int64() : std::int64_t{0};
        };
        start_ = {number("offset"), number("line"), number("index")};
    }

    std::vector<std::string> urls_;
    ReadOptions options_;
    api::World world_;
    Versions before_;
    Versions versions_;
    std::size_t at_ = 0;
    std::unique_ptr<formats::Bytes> bytes_;
    std::unique_ptr<MemberReader> reader_;
    Position start_;
    std::string hash_;  // of the present feed's bytes
    bool going_on_ = false;
    std::string cursor_;
    std::string told_;
    std::optional<Parked> parked_;
};

}  // namespace

std::unique_ptr<Connector> open_feeds(
    const std::vector<std::string>& urls,
    const ReadOptions& options,
    api::World world,
    std::string_view cursor,
    std::string_view bookmark
) {
    return std::make_unique<FeedConnector>(urls, options, std::move(world), cursor, bookmark);
}

}  // namespace ingest
