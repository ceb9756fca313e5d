#include "crawler/policy/consent.hpp"

#include "tests/fuzz/input.hpp"

// A header, a meta, then the text of each file.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Input input(data, size);
    crawler::ConsentQuestion question;
    question.target = "/a/b?c";
    question.agent = "tilth";
    for (auto name : {"X-Robots-Tag", "Content-Usage", "Content-Signal", "TDM-Reservation"})
        question.headers.emplace_back(name, input.line());
    question.metas.emplace_back("robots", input.line());
    auto robots = crawler::Robots::parse(input.rest());
    question.robots = &robots;
    question.files["/ai.txt"] = input.rest();
    question.files["/.well-known/tdmrep.json"] = input.rest();
    auto consent = crawler::judge_consent(question);
    must(consent.allowed == consent.rule.empty());
    (void)consent.json();
    return 0;
}
