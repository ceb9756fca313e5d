#include "formats/json/json.hpp"

#include "tests/fuzz/records.hpp"

// A path to the records, then the text; as JSON, as JSON lines, and checked as a whole.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Input input(data, size);
    ingest::ReadOptions options;
    options.record_path = input.line();
    (void)ingest::check_json(input.rest());
    read_records(input.rest(), ingest::read_json, options);
    read_records(input.rest(), ingest::read_jsonl);
    return 0;
}
