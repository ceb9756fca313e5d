#include "formats/csv/csv.hpp"

#include "tests/fuzz/records.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Input input(data, size);
    (void)ingest::sniff(input.rest(), true, {});
    read_records(input.rest(), ingest::read_csv);
    return 0;
}
