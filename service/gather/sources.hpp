#pragma once

#include <string>

#include "schema/sources/source_store.hpp"
#include "service/verb.hpp"

// What people do with sources.
namespace service {

// The source of that name, or Refusal not_found.
schema::Source known_source(Work& work, const std::string& name);

struct SourceName {
    std::string source;
    static const base::Settings<SourceName> settings;
};

struct SourceState {
    std::int64_t id = 0;
    std::string name;
    std::string state;
};
BOOST_DESCRIBE_STRUCT(SourceState, (), (id, name, state))

// A paused source starts no more runs, by schedule or by hand, until it is resumed.
SourceState pause_source(Work& work, const SourceName& request);
SourceState resume_source(Work& work, const SourceName& request);
// A removed source is in no list any more; its records stay.
SourceState remove_source(Work& work, const SourceName& request);

}  // namespace service
