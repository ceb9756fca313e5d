#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <boost/describe/class.hpp>

#include "schema/records/record_fields.hpp"
#include "training/candidates/candidate_store.hpp"

// What is decided of all the records of a snapshot together; for candidate_store.cpp alone.
namespace training {

constexpr int words_to_compare = 20;  // in a text, for nearness to mean something

// A row of labeled_records or records_of_source.
struct Labeled {
    std::int64_t rk = 0;
    std::string key;
    int version = 0;
    std::string content_sha256;  // hexadecimal
    std::string group_key;
    std::optional<int> class_id;
    std::optional<double> value, probability;
    std::optional<std::string> label;
    std::string method;
    std::optional<std::string> payload;
    std::int64_t simhash = 0;
    int words = 0;
    std::optional<std::int64_t> by_row, by_text, by_image;  // clusters of duplicates
    std::optional<std::int64_t> same_text;                  // hash of a short text
    bool denied = false;                                    // its site forbids training
    bool quarantined = false;                               // a check put it there
    bool stale = false;  // another text or picture than that which was labelled
};
BOOST_DESCRIBE_STRUCT(
    Labeled,
    (),
    (rk,
     key,
     version,
     content_sha256,
     group_key,
     class_id,
     value,
     probability,
     label,
     method,
     payload,
     simhash,
     words,
     by_row,
     by_text,
     by_image,
     same_text,
     denied,
     quarantined,
     stale)
)

// Equal short texts are duplicates only where most texts are not equal: takes the others' mark.
void drop_common_texts(Members& members);

// Which fields that were asked for no record had.
class Presence {
public:
    explicit Presence(const std::vector<std::string>& asked);
    void see(const schema::RecordFields& fields);
    // Throws base::UsageError, of `what`, if there is such a field.
    void refuse(const std::string& what) const;

private:
    std::set<std::string> missing_;
    std::size_t seen_ = 0;
};

class Gathered {
public:
    Gathered(const SnapshotSpec& spec, const SnapshotPlan& plan) : spec_(spec), plan_(plan) {}

    void add(Labeled& row, const schema::RecordFields& fields);
    void deny() { ++found_.denied; }
    // An answer of a form that names a class which the question has no more.
    void outdated() { ++outdated_; }
    // Throws base::UsageError for times that can not be read, strata without number, and sides that
    // nothing says.
    Candidates finish();

private:
    void tell(std::uint64_t count, const std::string& what);
    // 1 of those that say none: they are left out.
    std::vector<bool> set_times();
    std::uint32_t place_of_method(const std::string& method);

    const SnapshotSpec& spec_;
    const SnapshotPlan& plan_;
    Candidates found_;
    std::vector<std::optional<std::string>> times_;
    std::map<std::string, std::uint32_t> strata_, labels_;
    std::uint64_t no_group_ = 0, no_side_ = 0, outdated_ = 0;
};

}  // namespace training
