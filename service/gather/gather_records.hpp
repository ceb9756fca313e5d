#pragma once

#include "ingest/pipeline/pipeline.hpp"
#include "service/gather/gather.hpp"

// Sources whose records are mapped by rules: of kinds files, api, database and feed.
namespace service {

// As check_spec().
void check_records_spec(const std::string& kind, const base::Document& document);

// What a run would do, for people. Nothing is read.
std::vector<std::string> explain_records(const schema::Source& source);

// What to read and how. Downloads inputs that are web addresses.
ingest::RunRequest
run_request(const Environment& here, const schema::Source& source, std::stop_token stop);

// A reader of the whole input.
std::unique_ptr<ingest::Connector> open_request(const ingest::RunRequest& request);
// The request's rules, or those inferred from a sample.
ingest::Rules rules_for(const ingest::RunRequest& request, const ingest::Page& sample);
// The same; takes a sample if needed.
ingest::Rules sample_rules(const ingest::RunRequest& request);

GatherResult gather_records(
    const Environment& here,
    const schema::Source& source,
    std::stop_token stop,
    const GatherEvents& events
);

}  // namespace service
