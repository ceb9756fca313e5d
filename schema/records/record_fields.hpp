#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "formats/text/text_quality.hpp"
#include "schema/records/record.hpp"

namespace base {
class Transactions;
class Tx;
}  // namespace base

namespace schema {

// What conditions on a record may ask for (schema/select/filter.hpp): named columns, then the
// record's payload ("payload.x" or just "x").
class RecordFields {
public:
    void set(std::string name, std::optional<std::string> value) {
        columns_.emplace_back(std::move(name), std::move(value));
    }
    void set_payload(std::string json) { payload_ = std::move(json); }
    void set_measures(formats::Measures measures, std::string language) {
        measures_ = std::move(measures);
        text_language_ = std::move(language);
    }
    std::optional<std::string> operator()(const std::string& field) const;

private:
    std::optional<std::string> measured(const std::string& name) const;

    std::vector<std::pair<std::string, std::optional<std::string>>> columns_;
    std::string payload_;
    formats::Measures measures_;
    std::string text_language_;
};

// Whether it is one of exact_duplicate, near_duplicate, near_cluster, text_hash.
bool is_duplicate_field(const std::string& field);

// Whether a condition or field needs the payload to be read.
bool needs_payload(const std::vector<std::string>& fields);

// A version of a record whose fields are being looked up.
struct RecordVersion {
    std::int64_t rk = 0;
    std::string key;
    int version = 0;
};

// Adds what was found in the records' contents, where `asked` names any of it: quality.MEASURE,
// quality.language and quality.PRESET (true or false); exact_duplicate and near_duplicate (true for
// all but the first of a cluster), near_cluster, text_hash.
void add_findings(
    base::Tx& tx,
    const std::vector<std::string>& asked,
    std::int64_t source_id,
    std::span<const RecordVersion> versions,
    std::span<RecordFields> fields
);

// The fields of these versions, findings included.
std::vector<RecordFields> load_fields(
    base::Tx& tx,
    std::int64_t source_id,
    const std::vector<std::string>& asked,
    std::span<const RecordVersion> versions
);

struct RecordFound {
    RecordId id;
    int version = 0;
    std::string group;
    RecordFields fields;
};

// Every record of a source in key order, with the fields asked for (all columns, payload and
// findings only if asked), until take() says false. Page by page.
void each_record(
    base::Transactions steps,
    std::int64_t source_id,
    const std::vector<std::string>& asked,
    const std::function<bool(RecordFound&)>& take
);

}  // namespace schema
