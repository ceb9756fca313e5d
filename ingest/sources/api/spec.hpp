#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json/shape.hpp"
#include "base/settings/fwd.hpp"
#include "base/words.hpp"

// What a source of kind api is: its settings.
namespace ingest::api {

using Pairs = std::vector<std::pair<std::string, std::string>>;

struct Auth {
    enum class Kind : std::uint8_t { none, api_key, basic, bearer, oauth2, hmac };
    enum class Place : std::uint8_t { header, query, body };
    enum class Encoding : std::uint8_t { hex, base64 };
    enum class Hash : std::uint8_t { sha256, sha512 };

    Kind kind = Kind::none;
    std::string secret;        // a reference, never the secret itself
    std::string name;          // api_key: the header or parameter; hmac: the header
    Place in = Place::header;  // api_key: or query
    std::string user;          // basic
    std::string token_url;     // oauth2, and below
    std::string client_id;
    std::string client_secret;  // a reference
    std::string refresh_token;  // a reference: this grant instead of client_credentials
    std::string scope;
    Place client_in = Place::body;  // or the header: HTTP Basic (RFC 6749, section 2.3.1)
    std::string message = "{method}\n{path}\n{timestamp}\n{body}";  // hmac, and below
    std::string timestamp = "X-Timestamp";  // header with seconds since 1970
    Encoding encoding = Encoding::hex;
    Hash hash = Hash::sha256;

    bool in_query() const { return kind == Kind::api_key && in == Place::query; }
    // The name, or the usual one of the kind.
    std::string name_sent() const;

    static const base::Settings<Auth> settings;
};

constexpr auto words_of(Auth::Kind) {
    using enum Auth::Kind;
    return std::to_array<base::Word<Auth::Kind>>({
        {none, "none"},
        {api_key, "api_key", "a key in a header or the query"},
        {basic, "basic", "user and password (RFC 7617)"},
        {bearer, "bearer", "a token (RFC 6750)"},
        {oauth2, "oauth2", "client credentials or a refresh token (RFC 6749)"},
        {hmac, "hmac", "a signature of each request"},
    });
}
constexpr auto words_of(Auth::Place) {
    using enum Auth::Place;
    return std::to_array<base::Word<Auth::Place>>(
        {{header, "header"}, {query, "query"}, {body, "body"}}
    );
}
constexpr auto words_of(Auth::Encoding) {
    using enum Auth::Encoding;
    return std::to_array<base::Word<Auth::Encoding>>({{hex, "hex"}, {base64, "base64"}});
}
constexpr auto words_of(Auth::Hash) {
    using enum Auth::Hash;
    return std::to_array<base::Word<Auth::Hash>>({{sha256, "sha256"}, {sha512, "sha512"}});
}

struct Paginator {
    enum class Kind : std::uint8_t {
        single,
        page,         // {page}
        offset,       // {offset}
        cursor,       // {cursor}, from `pointer` or the header `header`
        link_header,  // RFC 8288
        next_url,     // from `pointer`
        keyset,       // {cursor} and {tie}, from the last record's `pointer` and `tie`
    };
    Kind kind = Kind::single;
    std::string pointer;
    std::string tie;
    std::string header;
    std::string more;                   // pointer to a boolean: false on the last page
    std::string total;                  // pointer to the number of all records of the slice
    std::optional<std::int64_t> first;  // see start
    std::int64_t size = 100;            // {limit}
    bool stop_short = false;            // a page with fewer records than `size` is the last one
    std::int64_t max_pages = 100'000;

    // `first`, or 0 for offsets and 1 for pages.
    std::int64_t start() const { return first.value_or(kind == Kind::offset ? 0 : 1); }

    static const base::Settings<Paginator> settings;
};

constexpr auto words_of(Paginator::Kind) {
    using enum Paginator::Kind;
    return std::to_array<base::Word<Paginator::Kind>>({
        {single, "single", "one page"},
        {page, "page", "{page} counts up"},
        {offset, "offset", "{offset} grows by the records read"},
        {cursor, "cursor", "{cursor} from `pointer` or the header `header`"},
        {link_header, "link_header", "RFC 8288"},
        {next_url, "next_url", "the next address stands at `pointer`"},
        {keyset, "keyset", "{cursor} and {tie} from the last record's `pointer` and `tie`"},
    });
}

// What to do about an answer that is no page of records.
enum class Action : std::uint8_t { take, retry, park, fail, ignore, refresh };

constexpr auto words_of(Action) {
    return std::to_array<base::Word<Action>>({
        {Action::fail, "fail", "the run fails"},
        {Action::retry, "retry", "ask again later"},
        {Action::ignore, "ignore", "go on as if there was nothing"},
        {Action::refresh, "refresh", "sign in again"},
        {Action::park, "limited", "the run is parked until the limit ends"},
    });
}

struct ErrorRule {
    std::vector<int> status;  // empty: any but 2xx
    std::string contains;     // in the body; empty: anything
    Action action = Action::fail;

    static const base::Settings<ErrorRule> settings;
};

// A record is kept if the value at `at` is one of `is`, none of `is_not`, and there as `present`
// says.
struct Condition {
    std::string at;
    std::vector<std::string> is, is_not;
    std::optional<bool> present;

    static const base::Settings<Condition> settings;
};

// Reads only what changed since the last complete run.
struct Incremental {
    std::string cursor;           // pointer into the record, to a time or number that never shrinks
    std::string start;            // {since} of the first run; may be empty
    std::chrono::seconds lag{0};  // how much {since} lies before the newest value seen
    std::string format = "datetime";  // of {since}, if it is a time with a lag

    static const base::Settings<Incremental> settings;
};

// Asks for one span of time after the other: {from} and {to}.
struct Slices {
    std::string start;
    std::string end;  // empty: when the run began
    std::chrono::seconds step{86'400};
    std::string format = "datetime";  // datetime, date, epoch, epoch_ms or a strftime pattern

    static const base::Settings<Slices> settings;
};

struct Parent {
    std::string stream;
    Pairs fields;  // {parent.NAME}: pointer into its record

    static const base::Settings<Parent> settings;
};

enum class Cast : std::uint8_t { number, text, boolean };

constexpr auto words_of(Cast) {
    return std::to_array<base::Word<Cast>>(
        {{Cast::number, "number"}, {Cast::text, "text"}, {Cast::boolean, "boolean"}}
    );
}

struct Stream {
    std::string name;
    std::string path;
    std::string method = "GET";
    Pairs query, headers;
    base::JsonText body;           // an object or a list; empty for none
    std::string records;           // pointer to the array of records, or to one record
    bool store = true;             // false: only a parent
    std::vector<std::string> key;  // pointers into the record, or "parent.NAME"
    Paginator paginator;
    std::vector<Condition> keep;
    Pairs rename;
    std::vector<std::pair<std::string, Cast>> cast;
    std::optional<Parent> parent;
    std::optional<Slices> slices;
    std::optional<Incremental> incremental;
    std::vector<ErrorRule> errors;  // before those of all streams

    static const base::Settings<Stream> settings;
};

// Requests per second.
struct Rate {
    double per_second = 0;
};

struct Spec {
    std::string base_url;  // once read: without / at its end
    Auth auth;
    Pairs headers;                          // values may be secret references
    int attempts = 8;                       // for one page
    std::chrono::seconds longest_wait{60};  // a limit that asks for more parks the run
    std::optional<Rate> rate;
    std::vector<Stream> streams;
    std::vector<ErrorRule> errors;  // of all streams

    std::chrono::milliseconds interval() const;  // between requests
    const Stream& stream(const std::string& name) const;
    // The rules for a stream's errors: its own, then those of all.
    std::vector<ErrorRule> errors_of(const Stream& stream) const;

    static const base::Settings<Spec> settings;
};

}  // namespace ingest::api
