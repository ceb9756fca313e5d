#include "formats/robots/robots.hpp"

#include "tests/fuzz/input.hpp"

// Agent, target, then the file.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Input input(data, size);
    auto agent = input.line(), target = input.line();
    auto robots = crawler::Robots::parse(input.rest());
    auto verdict = robots.check(agent, target);
    must(verdict.allowed || !verdict.rule.empty());
    must(robots.check(agent, "/robots.txt").allowed);
    (void)robots.crawl_delay(agent);
    (void)robots.values(agent, "content-signal");
    (void)robots.names(agent);
    return 0;
}
