#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/describe/class.hpp>

#include "base/words.hpp"
#include "ingest/pipeline/page.hpp"

// What a source's records may look like: the fields, and the kinds of their values, that its first
// complete run had. A later record with another field, or another kind of value, drifts; null and
// absent values never do.
namespace ingest {

enum class OnDrift : std::uint8_t { quarantine, evolve, freeze, discard_value, discard_row };

constexpr auto words_of(OnDrift) {
    return std::to_array<base::Word<OnDrift>>({
        {OnDrift::quarantine,
         "quarantine",
         "the record is stored, and left out of snapshots until the field is accepted"},
        {OnDrift::evolve, "evolve", "the field becomes part of the contract"},
        {OnDrift::freeze, "freeze", "the run fails"},
        {OnDrift::discard_value, "discard_value", "the record is stored without the field"},
        {OnDrift::discard_row, "discard_row", "the record becomes a reject"},
    });
}

struct KnownField {
    std::string name;
    unsigned kinds = 0;  // 1 text, 2 number, 4 boolean, 8 array or object

    bool operator==(const KnownField&) const = default;
};
BOOST_DESCRIBE_STRUCT(KnownField, (), (name, kinds))
// "text or number".
std::string kinds_text(unsigned kinds);

struct Drift {
    std::string_view field;
    std::string what;  // "is new", "is a number, not text"
};

// Not thread-safe.
class Contract {
public:
    // While `learning`, and when drift is to evolve it, every field is taken in.
    Contract(OnDrift on_drift, bool learning, std::vector<KnownField> known);

    OnDrift on_drift() const { return on_drift_; }

    // What of a record drifts; nothing for what is taken in.
    std::vector<Drift> look(std::span<const formats::Field> fields);

    // Fields that were taken in since the last call.
    std::vector<KnownField> learned();

private:
    unsigned* find(std::string_view name, std::size_t place);

    OnDrift on_drift_;
    bool open_;
    std::map<std::string, unsigned, std::less<>> known_;
    std::vector<std::pair<std::string_view, unsigned*>> order_;  // of the last record, into known_
    std::map<std::string, unsigned, std::less<>> learned_;
};

}  // namespace ingest
