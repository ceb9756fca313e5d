#include "formats/json/json.hpp"

#include "tests/fuzz/records.hpp"

// A path to the records, then the text; as JSON, as JSON lines, and checked as a whole.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Input input(data, size);
    ingest::ReadOptions options;
    options.record_path = input.line();
    (void)formats::check_json(input.rest());
    read_records(input.rest(), ingest::json_format.open, options);
    read_records(input.rest(), ingest::jsonl_format.open);
    return 0;
}
