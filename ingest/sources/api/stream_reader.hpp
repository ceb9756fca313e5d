#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include <boost/json/object.hpp>

#include "ingest/sources/api/fill.hpp"
#include "ingest/sources/api/paginate.hpp"
#include "ingest/sources/api/requester.hpp"
#include "ingest/sources/api/spec.hpp"

namespace ingest::api {

// The newest cursor value seen: by stream, then by the parent's values (empty without a parent).
using Newest = std::map<std::string, std::map<std::string, std::string>>;

// Reads one stream page by page: for each record of its parent, for each span of time, for each
// page.
class StreamReader {
public:
    // `until` ends the last span. `resume` is what cursor() gave, or null. Both `before`, what
    // earlier runs have seen, and `requester` must outlive it.
    StreamReader(
        const Spec& spec,
        const Stream& stream,
        Requester& requester,
        const Newest& before,
        Time until,
        const boost::json::object* resume
    );

    // Goes to the next page; false when there is none. The records are its elements from first()
    // on. Throws base::Error and Parked, which end the reading: another reader goes on from
    // cursor().
    bool next();

    const std::vector<std::string_view>& records() const { return records_; }
    // Where to begin: more than 0 on the first page after resuming.
    std::size_t first() const { return first_; }
    // {parent.NAME} of the page in hand.
    const Values& parent_values() const { return parent_values_; }
    // Names the parent's record in Newest.
    const std::string& parent_key() const { return parent_key_; }
    const std::string& address() const { return address_; }
    // Of a record of the page in hand, in its body.
    std::int64_t offset_of(std::string_view record) const {
        return record.data() - response_.body.data();
    }

    // The place behind the first `done` records of the page in hand.
    boost::json::object cursor(std::size_t done) const;

private:
    bool next_part();
    bool next_parent();
    void begin_part();
    void load();
    bool may_lack_records() const;
    void leave_out_overlap();
    bool ask();
    Request request() const;
    Place behind() const;
    [[noreturn]] void too_many_ties() const;
    void leave();
    std::string name() const;

    const Spec& spec_;
    const Stream& stream_;
    Requester& requester_;
    const Newest& before_;
    Time until_;

    std::unique_ptr<StreamReader> parent_;
    std::size_t parent_at_ = 0;  // the record of the parent's page that is read now
    Values parent_values_;
    std::string parent_key_;
    bool begun_ = false;

    std::vector<std::pair<Time, Time>> spans_;
    std::size_t span_ = 0;
    std::string since_;

    bool in_part_ = false;  // `place_` is a page of the present parent and span
    Place place_;
    std::int64_t pages_ = 0;
    std::int64_t seen_records_ = 0;
    std::unordered_set<std::string> seen_places_;
    std::string last_hash_;
    std::unordered_set<std::string> last_records_;  // hashes, for keyset

    Response response_;
    std::string address_;
    std::vector<std::string_view> records_;
    std::string hash_;
    bool loaded_ = false;
    bool shown_ = false;  // a page had the records' array
    std::size_t first_ = 0;

    // From the cursor, until the page is found again.
    struct Resumption {
        std::string parent_key;
        std::size_t span = 0;
        Place place;
        std::size_t done = 0;
        std::string hash;
        std::int64_t seen_records = 0;
    };
    std::optional<Resumption> resume_;
};

}  // namespace ingest::api
