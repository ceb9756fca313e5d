#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "labeling/machine/endpoint.hpp"
#include "service/labels/machine/machine.hpp"

namespace service {

struct SuggestByEndpoint {
    std::string project;
    labeling::EndpointSettings endpoint;
    SuggestFor records;
    static const base::Settings<SuggestByEndpoint> settings;
};
struct EndpointAsked {
    std::string annotator, version;
    std::int64_t asked = 0;
    std::int64_t suggestions = 0, rejects = 0;
    std::int64_t failed = 0;  // got no reply: asked again the next time
    std::int64_t input_tokens = 0, output_tokens = 0;
    double cost = 0;
    double spent = 0;             // by this version, over all runs; so the next two
    std::int64_t requests = 0;    // with those that were tried again
    std::int64_t tokens = 0;      // sent and received
    std::string limit;            // that is reached while records are left: "max_cost" ..
    labeling::Counted reasons{};  // of rejects and failures, with how often
};
BOOST_DESCRIBE_STRUCT(
    EndpointAsked,
    (),
    (annotator,
     version,
     asked,
     suggestions,
     rejects,
     failed,
     input_tokens,
     output_tokens,
     cost,
     spent,
     requests,
     tokens,
     limit,
     reasons)
)
// Asks a machine behind an address. Answers are kept as they come, so that what was paid for stays
// when it is cut off or fails; records that have an answer of this version are not asked about
// again. Throws base::Error where the address refuses us, or ten records in a row get no reply.
EndpointAsked suggest_by_endpoint(Work& work, const SuggestByEndpoint& request);
// The same, and tells how many were asked now and then.
EndpointAsked ask_endpoint_and_tell(
    Work& work,
    const SuggestByEndpoint& request,
    const std::function<void(std::int64_t asked)>& tell
);

}  // namespace service
