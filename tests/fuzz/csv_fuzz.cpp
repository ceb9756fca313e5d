#include "formats/csv/csv.hpp"

#include "tests/fuzz/records.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Input input(data, size);
    (void)formats::sniff(input.rest(), true, {});
    read_records(input.rest(), ingest::csv_format.open);
    return 0;
}
