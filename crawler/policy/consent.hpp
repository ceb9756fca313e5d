#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time/time.hpp"
#include "formats/robots/robots.hpp"

namespace crawler {

// One thing a site said about indexing, following, AI training or text and data mining.
struct Signal {
    std::string source;  // "robots.txt", "header", "meta", "tdmrep.json", "ai.txt"
    std::string name;    // "x-robots-tag", "tdm-reservation", "content-usage", ..
    std::string value;   // as it was said
};

// What the site allows, with everything it said. Stored with each record, as JSON.
struct Consent {
    std::vector<Signal> signals;
    bool allowed = true;  // to keep the page and to train on it
    std::string
        rule;  // the signal that decided: "header x-robots-tag: noai"; empty if none refuses
    bool nofollow = false;
    bool noindex = false;

    // {"signals":[{"source","name","value"}],"decision":"allow"|"deny","rule":string|null}, and
    // "at" if it is said when it was asked.
    std::string json(std::optional<base::Time> at = std::nullopt) const;
};

struct ConsentQuestion {
    std::string_view target;  // path and query of the page
    std::string_view agent;   // our own user agent
    // Agents whose exclusion by name means "not for AI training".
    std::vector<std::string> ai_agents{"GPTBot", "CCBot", "Google-Extended", "ClaudeBot"};
    bool image = false;  // noimageai then counts as noai
    const formats::Robots* robots = nullptr;
    std::vector<std::pair<std::string, std::string>> headers;  // any case of names
    std::vector<std::pair<std::string, std::string>> metas;    // <meta name, content>
    std::map<std::string, std::string> files;  // "/ai.txt", "/.well-known/tdmrep.json"
};

// Reads, in this order: robots rules for the AI agents, Content-Usage (IETF AIPREF) and
// Content-Signal lines of robots.txt; the headers X-Robots-Tag (noindex, none, nofollow, noai,
// noimageai, noml; for all or for our agent), TDM-Reservation, Content-Usage, Content-Signal; the
// same as <meta>; ai.txt; tdmrep.json. The first refusal decides; a TDM header outranks its <meta>,
// and that the file.
Consent judge_consent(const ConsentQuestion& question);

}  // namespace crawler
