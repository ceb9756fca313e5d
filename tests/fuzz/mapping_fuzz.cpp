#include "ingest/mapping/mapping.hpp"

#include "formats/json/json.hpp"

#include "tests/fuzz/records.hpp"

// JSON lines through rules that were inferred from them.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Input input(data, size);
    const std::string path = "input", name = "input";
    auto bytes = formats::Bytes::of(std::string(input.rest()));
    must(bytes->next_member());
    try {
        auto reader = ingest::jsonl_format.open({*bytes, path, name, {}, {}});
        ingest::Page page;
        while (page.records.size() < 50 && reader->next(page)) {
        }
        ingest::Mapping mapping(ingest::infer_rules(page, {}));
        for (const auto& record : page.records) {
            schema::Draft draft;
            schema::Reject reject;
            if (mapping.apply(page, record, draft, reject)) {
                must(!draft.key.empty() && !formats::check_json(draft.payload));
                must(draft.numbers.size() == mapping.columns().size());
            } else {
                must(!reject.code.empty());
            }
        }
    } catch (const base::Error&) {
    }
    return 0;
}
