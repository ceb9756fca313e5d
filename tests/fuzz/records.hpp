#pragma once

#include <string>

#include "base/error.hpp"
#include "ingest/sources/files/format.hpp"
#include "tests/fuzz/input.hpp"

// Reads all records of a member and checks what a connector promises of them.
template <typename Open>
void read_records(
    std::string_view bytes,
    Open open,
    const ingest::ReadOptions& options = {},
    std::size_t growth = 4
) {
    const std::string path = "input", name = "input";
    try {
        auto input = formats::Bytes::of(std::string(bytes));
        must(input->next_member());
        auto reader = open(ingest::MemberInput{*input, path, name, options, {}});
        ingest::Page page;
        std::int64_t last = -1;
        std::size_t steps = 0, seen = 0;
        while (reader->next(page)) {
            must(++steps <= bytes.size() + 2);
            auto found = page.records.size() + page.rejects.size();
            must(found > 0);
            for (; seen < page.records.size(); ++seen) {
                const auto& record = page.records[seen];
                must(
                    record.byte_offset < 0 ||
                    record.byte_offset <= static_cast<std::int64_t>(bytes.size())
                );
                must(record.byte_offset < 0 || record.byte_offset >= last);
                last = std::max(last, record.byte_offset);
                for (const auto& field : page.fields_of(record))
                    must(field.value.size() <= growth * (bytes.size() + 64));
            }
            if (found <= 64) continue;
            page.clear();
            seen = 0;
        }
    } catch (const base::Error&) {  // the whole input cannot be read
    }
}
