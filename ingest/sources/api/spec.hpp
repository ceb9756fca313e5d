#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/object.hpp>

// What a source of kind api is: the settings of its TOML file, read from the JSON they are stored
// as.
namespace ingest::api {

struct Auth {
    enum class Kind : std::uint8_t { none, api_key, basic, bearer, oauth2, hmac };
    Kind kind = Kind::none;
    std::string secret;     // a reference, never the secret itself; oauth2: the client's
    std::string name;       // api_key: the header or parameter; hmac: the header
    bool in_query = false;  // api_key
    std::string user;       // basic; oauth2: the client's id
    std::string token_url;  // oauth2, and below
    std::string
        refresh_token;  // a reference: the refresh_token grant instead of client_credentials
    std::string scope;
    bool client_in_header = false;  // HTTP Basic (RFC 6749, section 2.3.1) instead of the body
    std::string message = "{method}\n{path}\n{timestamp}\n{body}";  // hmac, and below
    std::string timestamp = "X-Timestamp";  // header with seconds since 1970
    bool base64 = false;                    // else hexadecimal
    bool sha512 = false;                    // else SHA-256
};

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
    std::string more;   // pointer to a boolean: false on the last page
    std::string total;  // pointer to the number of all records of the slice
    std::int64_t first = 1;
    std::int64_t size = 100;  // {limit}
    bool stop_short = false;  // a page with fewer records than `size` is the last one
    std::int64_t max_pages = 100'000;
};

// What to do about an answer that is no page of records.
enum class Action : std::uint8_t { take, retry, park, fail, ignore, refresh };

struct ErrorRule {
    std::vector<int> status;  // empty: any but 2xx
    std::string contains;     // in the body; empty: anything
    Action action = Action::fail;
};

// A record is kept if the value at `at` is one of `is`, none of `is_not`, and there as `present`
// says.
struct Condition {
    std::string at;
    std::vector<std::string> is, is_not;
    std::optional<bool> present;
};

// Reads only what changed since the last complete run.
struct Incremental {
    std::string cursor;           // pointer into the record, to a time or number that never shrinks
    std::string start;            // {since} of the first run; may be empty
    std::chrono::seconds lag{0};  // how much {since} lies before the newest value seen
    std::string format = "datetime";  // of {since}, if it is a time with a lag
};

// Asks for one span of time after the other: {from} and {to}.
struct Slices {
    std::string start;
    std::string end;  // empty: when the run began
    std::chrono::seconds step{86'400};
    std::string format = "datetime";  // datetime, date, epoch, epoch_ms or a strftime pattern
};

struct Parent {
    std::string stream;
    std::vector<std::pair<std::string, std::string>>
        fields;  // {parent.NAME}: pointer into its record
};

enum class Cast : std::uint8_t { number, text, boolean };

struct Stream {
    std::string name;
    std::string path;
    std::string method = "GET";
    std::vector<std::pair<std::string, std::string>> query, headers;
    std::string body;              // JSON, empty for none
    std::string records;           // pointer to the array of records, or to one record
    bool store = true;             // false: only a parent
    std::vector<std::string> key;  // pointers into the record, or "parent.NAME"
    Paginator paginator;
    std::vector<Condition> keep;
    std::vector<std::pair<std::string, std::string>> rename;
    std::vector<std::pair<std::string, Cast>> cast;
    std::optional<Parent> parent;
    std::optional<Slices> slices;
    std::optional<Incremental> incremental;
    std::vector<ErrorRule> errors;  // its own, then those of all streams
};

struct Spec {
    std::string base_url;
    Auth auth;
    std::vector<std::pair<std::string, std::string>> headers;  // values may be secret references
    int attempts = 8;                                          // for one page
    std::chrono::seconds longest_wait{60};  // a limit that asks for more parks the run
    std::chrono::milliseconds interval{0};  // between requests, from "10/s"
    std::vector<Stream> streams;

    const Stream& stream(const std::string& name) const;
};

// The settings that sources of kind api have besides those of all kinds.
const std::vector<std::string>& setting_names();

// Throws base::UsageError that names the setting by its path ("stream[0].paginator.kind") for what
// is unknown, missing or wrong; settings in `others` are passed over.
Spec read_spec(const boost::json::object& settings, const std::vector<std::string>& others = {});

}  // namespace ingest::api
