#pragma once

#include "base/settings/settings.hpp"
#include "ingest/pipeline/pipeline.hpp"
#include "service/gather/gather.hpp"
#include "service/gather/settings.hpp"

// Sources whose records are mapped by rules.
namespace service {

struct Gathering;
struct Opening;

// How many records rules are inferred from.
inline constexpr std::size_t sampled_records = 1000;

// What all kinds of such sources say: rules, contract, limits.
ingest::RunRequest mapped_request(
    const schema::Source& source,
    const MappingSettings& settings,
    const base::Document& document
);

// What to read and how. Throws base::UsageError for a source whose records are not mapped.
ingest::RunRequest run_request(const Opening& opening);

// A reader of the whole input.
std::unique_ptr<ingest::Connector> open_request(const ingest::RunRequest& request);
// The request's rules, or those inferred from a sample.
ingest::Rules rules_for(const ingest::RunRequest& request, const ingest::Page& sample);
// The same; takes a sample if needed.
ingest::Rules sample_rules(const ingest::RunRequest& request);

GatherResult gather_records(const Gathering& run);

// For SourceKind: what is checked of settings that hold a MappingSettings as `mapping`.
template <typename Settings>
void check_mapped(const base::Document& document) {
    const auto mapping = Settings::settings.read(document).mapping;
    mapping_rules(mapping.rules, mapping.rules_name, document);
}

}  // namespace service
