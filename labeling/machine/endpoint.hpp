#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json/shape.hpp"
#include "base/settings/fwd.hpp"
#include "base/words.hpp"
#include "labeling/machine/suggestion_store.hpp"
#include "labeling/projects/project.hpp"

// A machine behind an address: what it is asked, and how its replies are read.
namespace labeling {

enum class EndpointKind { chat, json };

constexpr auto words_of(EndpointKind) {
    return std::to_array<base::Word<EndpointKind>>({
        {EndpointKind::chat, "chat", "chat completions, as OpenAI and many others have them"},
        {EndpointKind::json, "json", "a plain object, answered by {\"answer\": .., \"score\": ..}"},
    });
}

// A file of it:
//
//     kind = "chat"
//     url = "https://api.example.org/v1/chat/completions"
//     model = "small-1"
//     key = "env:EXAMPLE_KEY"          # sent as a bearer token
//     system = "You label support requests.\n{{guidelines}}"
//     prompt = """
//     Classes:
//     {{classes}}
//     Answer with the name of one class alone.
//
//     {{title}}
//     {{text}}"""
//     max_cost = 5                     # of this version, over all runs; so the next two
//     max_total_tokens = 20_000_000    # sent and received
//     max_requests = 10_000            # with those that are tried again
//     price_in = 0.15                  # of a million tokens, in the same coin
//     price_out = 0.6
//
// {{text}}, {{title}}, {{key}}, {{url}}, {{language}}, {{classes}} (a line each, with what they
// mean), {{guidelines}} (the project's instructions); any other name is a field of the record.
struct EndpointSettings {
    std::string annotator;  // empty: the model, or the host of the address
    std::string version;    // empty: follows from all that it is asked with
    EndpointKind kind = EndpointKind::chat;
    std::string url;
    std::string model;
    std::string key;  // a reference to a secret
    std::string system, prompt;
    std::optional<double> temperature;
    std::optional<int> max_tokens;
    base::JsonText parameters;  // an object: more members of what is sent
    std::chrono::milliseconds timeout{60'000};
    int retries = 4;
    std::chrono::milliseconds backoff{1'000};
    int concurrency = 4;
    // Of all requests of this version, over all runs.
    std::optional<double> max_cost;
    std::optional<std::int64_t> max_total_tokens, max_requests;
    double price_in = 0, price_out = 0;  // of a million tokens
    bool allow_private = false;

    static const base::Settings<EndpointSettings> settings;
};

// Hash of all that decides what the machine says: prompt, model, address, parameters, and the
// project's classes and instructions where they are told.
std::string prompt_hash(const EndpointSettings& endpoint, const Project& project);
// With name and version, whether given or not.
EndpointSettings named_endpoint(EndpointSettings endpoint, const Project& project);

// The template with what it names. Throws base::UsageError for a field that the record has not.
std::string
filled_prompt(const std::string& prompt, const Project& project, const RecordToAsk& record);
// The body of the request about a record: JSON. Throws likewise.
std::string
body_of(const EndpointSettings& endpoint, const Project& project, const RecordToAsk& record);

// The reply about a record as it is kept: an answer, or why it is none; with tokens and cost.
Suggested read_reply(
    const EndpointSettings& endpoint,
    const Project& project,
    const RecordToAsk& record,
    const std::string& body
);
// What went wrong by the body of an answer that is an error; its first words if it has no form that
// is known.
std::string error_in(const std::string& body);

}  // namespace labeling
