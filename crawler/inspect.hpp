#pragma once

#include <string>
#include <string_view>

namespace crawler {

class Rules;

// Whether `tilth inspect <kind>` is answered here: robots, url, canonical, select, charset, decode,
// article, metadata, links, sitemap, feed, consent, scrape.
bool can_inspect(std::string_view kind);

// Answers one question: a JSON object on one line in, one out, {"error": "..."} if the question can
// not be understood. Never throws for its input. Thread-safe.
std::string inspect(std::string_view kind, std::string_view line);

// The question "scrape" by rules that are given once, not with each line.
std::string inspect_scrape(const Rules& rules, std::string_view line);

}  // namespace crawler
