#include "tests/ingest/media/media_cells.hpp"

#include "base/bytes/hex.hpp"
#include "formats/parquet/duckdb.hpp"

namespace test {

std::vector<std::string> Drafted::codes() const {
    std::vector<std::string> all;
    for (const auto& one : rejects) all.push_back(one.code + " " + one.column);
    return all;
}

Drafted drafted(ingest::Connector& connector, const ingest::Rules& rules) {
    Drafted all;
    ingest::Mapping mapping(rules);
    ingest::Page page;
    for (bool more = true; more;) {
        page.clear();
        more = connector.next(page, 100, 1 << 20);
        all.rejects.insert(all.rejects.end(), page.rejects.begin(), page.rejects.end());
        all.rereads.insert(all.rereads.end(), page.rereads.begin(), page.rereads.end());
        for (const auto& record : page.records) {
            schema::Draft draft;
            schema::Reject reject;
            if (mapping.apply(page, record, draft, reject)) {
                all.drafts.push_back(std::move(draft));
            } else {
                all.rejects.push_back(std::move(reject));
            }
        }
        ingest::add_notes(all.notes, page.notes);
    }
    ingest::add_notes(all.notes, mapping.take_notes());
    return all;
}

Drafted
drafted(const std::string& path, const ingest::Rules& rules, const ingest::ReadOptions& options) {
    return drafted(*ingest::open_files({path}, options), rules);
}

void write_parquet(const std::string& path, const std::string& select) {
    formats::duck::Session session("200MB");
    session.run(
        "COPY (" + select + ") TO " + formats::duck::sql_text(path) + " (FORMAT parquet)", "test"
    );
}

std::string sql_bytes(std::string_view bytes) {
    return "from_hex('" + base::hex(bytes) + "')";
}

std::string sql_file(std::string_view bytes, const std::string& path) {
    return "{'bytes': " + sql_bytes(bytes) + ", 'path': " + path + "::VARCHAR}";
}

}  // namespace test
