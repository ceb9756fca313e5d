#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "service/gather/sources.hpp"

// What a source's records are expected to look like.
namespace service {

struct SourceRules {
    std::string name;
    std::string rules;  // TOML
};
BOOST_DESCRIBE_STRUCT(SourceRules, (), (name, rules))
// Those of its settings, or what is made of a sample of its records, which is read for it.
SourceRules show_rules(Work& work, const SourceName& request);

struct ContractField {
    std::string field;
    std::string kinds;  // empty: not accepted
    std::int64_t quarantined = 0;
};
BOOST_DESCRIBE_STRUCT(ContractField, (), (field, kinds, quarantined))
Page<ContractField> list_fields(Work& work, const SourceName& request);

struct AcceptFields {
    std::string source;
    std::vector<std::string> fields;  // none: all that wait
    static const base::Settings<AcceptFields> settings;
};
struct AcceptedField {
    std::string field;
    std::uint64_t released = 0;  // records
};
BOOST_DESCRIBE_STRUCT(AcceptedField, (), (field, released))
// Takes them into the contract and lets their records out of quarantine at once: between the two a
// run could put them back.
Page<AcceptedField> accept_fields(Work& work, const AcceptFields& request);

}  // namespace service
