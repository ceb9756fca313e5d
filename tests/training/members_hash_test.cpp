// The hash that a snapshot is known by, on any machine and for ever.
#include <algorithm>

#include <catch2/catch.hpp>

#include "base/bytes/hash.hpp"
#include "base/bytes/hex.hpp"
#include "training/snapshots/member_store.hpp"

using training::member_line;
using training::MembersHash;

TEST_CASE("the hash of members is that of their sorted lines", "[training][snapshot]") {
    std::vector<std::string> lines;
    std::string all = "source\n";
    for (int i = 0; i < 100; ++i)
        lines.push_back(member_line(
            "key " + std::to_string(i), base::sha256_hex(std::to_string(i)), "label", i % 3, 0.5, i
        ));
    std::sort(lines.begin(), lines.end());
    MembersHash hash("source");
    for (const auto& line : lines) {
        hash.add(line);
        all += line;
    }
    CHECK(base::hex(hash.finish()) == base::sha256_hex(all));
}

TEST_CASE("members in another order have no hash", "[training][snapshot]") {
    MembersHash hash("source");
    hash.add("b");
    CHECK_THROWS_AS(hash.add("a"), std::logic_error);
}

TEST_CASE("the line of a member stays what it was", "[training][snapshot]") {
    const auto digits = [](char c) { return std::string(64, c); };
    CHECK(
        member_line("", digits('1'), "", 2, 1, {}) ==
        base::sha256_hex("") + "\n" + digits('1') + "\n" + base::sha256_hex("") + "\n2\n"
    );
    CHECK_THAT(member_line("k", "", "l", 0, 0.25, 7), Catch::EndsWith("\n0\np0.25\nf7\n"));
}
