#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <boost/describe/class.hpp>

#include "base/words.hpp"
#include "crawler/policy/skip_reason.hpp"

namespace crawler {

// What an address is fetched for: its own content, or what it lists.
enum class Kind : std::uint8_t { page, sitemap, feed, image, file };
constexpr auto words_of(Kind) {
    return std::to_array<base::Word<Kind>>({
        {Kind::page, "page"},
        {Kind::sitemap, "sitemap"},
        {Kind::feed, "feed"},
        {Kind::image, "image"},
        {Kind::file, "file"},
    });
}
constexpr bool is_listing(Kind kind) {
    return kind == Kind::sitemap || kind == Kind::feed;
}
constexpr bool is_media(Kind kind) {
    return kind == Kind::image || kind == Kind::file;
}

// How an address stands in the frontier.
enum class UrlState : std::uint8_t { queued, done, skipped, failed };
constexpr auto words_of(UrlState) {
    return std::to_array<base::Word<UrlState>>({
        {UrlState::queued, "queued", "waits to be fetched, or to be tried again"},
        {UrlState::done, "done", "was fetched and kept, or read as a list of addresses"},
        {UrlState::skipped, "skipped", "is not fetched, or not kept, for its reason"},
        {UrlState::failed, "failed", "was given up after its last try, for its reason"},
    });
}

// How a try to fetch an address ended.
enum class Ending {
    stored,     // a page that goes to the records
    unchanged,  // the server says it has not changed since it was stored
    listed,     // a sitemap or feed that was read
    skipped,    // an answer that is not kept, for the reason given
    retry,      // to be tried again later
    failed,     // given up
};
constexpr auto words_of(Ending) {
    return std::to_array<base::Word<Ending>>({
        {Ending::stored, "stored"},
        {Ending::unchanged, "unchanged"},
        {Ending::listed, "listed"},
        {Ending::skipped, "skipped"},
        {Ending::retry, "retry"},
        {Ending::failed, "failed"},
    });
}

// An address found on a page, a seed, or where a redirect leads.
struct Discovery {
    std::string url;   // canonical
    std::string host;  // with port
    int depth = 0;
    int hops = 0;                        // redirects and canonical links on the way
    int priority = 0;                    // higher first
    std::optional<SkipReason> reason{};  // why it will not be fetched; nothing: it will
    std::string detail{};
    std::string found_on{};  // key of the page
    Kind kind = Kind::page;
    bool listed = false;    // by the sitemap or feed `found_on`
    std::string lastmod{};  // by that sitemap, as a timestamp; empty if it does not say
    std::string context{};  // of an image or file: what the page says of it, as JSON
};

// An address that waits for its turn.
struct Target {
    std::string key;  // of the row
    std::int64_t id = 0;
    std::string url;
    std::string host;
    int depth = 0;
    int hops = 0;
    int priority = 0;
    int attempts = 0;
    std::string etag;
    std::string last_modified;
    Kind kind = Kind::page;
    int visits = 0;  // see revisit.hpp
    int changes = 0;
    double watched = 0;
    double age = -1;          // seconds since it was fetched; -1: never
    std::string body_sha256;  // of the last body
    std::string gone_at;      // since when it is gone, as a timestamp; empty: it is not
    std::string context{};    // see Discovery
};
BOOST_DESCRIBE_STRUCT(
    Target,
    (),
    (key,
     id,
     url,
     host,
     depth,
     hops,
     priority,
     attempts,
     etag,
     last_modified,
     kind,
     visits,
     changes,
     watched,
     age,
     body_sha256,
     gone_at,
     context)
)

// The name of an address in the frontier: the first 16 bytes of SHA-256 of it, as 32 hexadecimal
// digits.
std::string url_key(std::string_view canonical);

// Remembers in fixed memory (8 bytes an entry) which addresses went to the frontier lately, so that
// links seen a thousand times are not sent to the database a thousand times. May forget, and only
// then says no; never says yes to a new address, but for 2^-64. Safe to ask from several threads.
class RecentUrls {
public:
    explicit RecentUrls(std::size_t entries_log2 = 20)
        : mask_((std::size_t{1} << entries_log2) - 1),
          slots_(new std::atomic<std::uint64_t>[mask_ + 1]) {
        for (std::size_t i = 0; i <= mask_; ++i) slots_[i].store(0, std::memory_order_relaxed);
    }
    bool contains(std::uint64_t hash) const {
        return slots_[hash & mask_].load(std::memory_order_relaxed) == hash;
    }
    void add(std::uint64_t hash) { slots_[hash & mask_].store(hash, std::memory_order_relaxed); }

    // `queued` and refused sightings of one address are different entries: a refusal may be lifted
    // by another way of finding it.
    static std::uint64_t hash(std::string_view url, bool queued);

private:
    std::size_t mask_;
    std::unique_ptr<std::atomic<std::uint64_t>[]> slots_;
};

}  // namespace crawler
