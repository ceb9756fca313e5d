#include "base/run/log.hpp"

#include <cstdio>

#include <fcntl.h>
#include <unistd.h>
#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "base/run/log_format.hpp"

namespace {

// What is written to standard error meanwhile.
std::string told(const std::function<void()>& work) {
    char name[] = "/tmp/tilth-log-XXXXXX";
    int file = mkstemp(name);
    int before = dup(STDERR_FILENO);
    dup2(file, STDERR_FILENO);
    work();
    dup2(before, STDERR_FILENO);
    std::string text(static_cast<std::size_t>(lseek(file, 0, SEEK_END)), '\0');
    CHECK(pread(file, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()));
    close(file);
    close(before);
    unlink(name);
    return text;
}

}  // namespace

TEST_CASE("a line of the log is one JSON object, whatever it says", "[base][log]") {
    base::log::set_format(base::log::Format::json);
    auto text = told([] {
        base::log::warning("a \"quoted\" thing,\ntwo lines, \x1b[31mred, a \xff byte, 100 %v");
    });
    REQUIRE(text.find('\n') == text.size() - 1);
    auto line = boost::json::parse(text).as_object();
    CHECK(line.at("level") == "warning");
    CHECK(line.at("time").as_string().ends_with("Z"));
    std::string said(line.at("message").as_string());
    CHECK_THAT(said, Catch::StartsWith("a \"quoted\" thing,\ntwo lines, "));
    CHECK_THAT(said, Catch::EndsWith("100 %v"));
    CHECK(said.find('\x1b') == said.npos);
}
