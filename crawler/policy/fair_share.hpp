#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

// How several workers part a crawl. Pure.
namespace crawler {

// How another worker of the same crawl stands, as it last said.
struct OtherShare {
    std::uint64_t hosts = 0;
    bool hungry = true;         // it found fewer hosts than it had room for
    std::uint64_t granted = 0;  // pages that it may still keep
};

struct HostShare {
    std::size_t take = 0;           // so many more at most
    std::size_t give_back = 0;      // so many of ours at most
    bool only_own_servers = false;  // take those alone that no other worker may ask
};
// Of hosts: each takes what it has room for, of `most` in all, as long as there is enough. Where
// one finds too few, those that hold more take no new ones and give back what is above the mean.
HostShare share_of_hosts(std::size_t mine, std::size_t most, std::span<const OtherShare> others);

// Of the pages that a round may keep, `kept` of `limit` being stored: how many this worker may
// still store, of which it has `used` already in hand. The sum over all workers is never more than
// what is left, if each asks alone. One that wants none keeps what it uses only. Less than it uses
// is granted to one alone that was forgotten meanwhile: others were granted what it had.
std::uint64_t share_of_pages(
    std::uint64_t limit,
    std::uint64_t kept,
    std::uint64_t used,
    bool wants,
    std::span<const OtherShare> others
);

}  // namespace crawler
