#include "tests/fuzz/records.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Input input(data, size);
    constexpr std::size_t by_aliases = 20;
    read_records(input.rest(), ingest::yaml_format.open, {}, by_aliases);
    return 0;
}
