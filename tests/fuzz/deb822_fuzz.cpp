#include "tests/fuzz/records.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Input input(data, size);
    read_records(input.rest(), ingest::deb822_format.open);
    return 0;
}
