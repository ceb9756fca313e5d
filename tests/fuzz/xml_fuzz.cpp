#include "tests/fuzz/records.hpp"

// The name of the record element (or nothing), then the text.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Input input(data, size);
    ingest::ReadOptions options;
    options.record_path = input.line();
    read_records(input.rest(), ingest::xml_format.open, options);
    return 0;
}
