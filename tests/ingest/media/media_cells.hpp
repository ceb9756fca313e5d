#pragma once

#include <string>
#include <vector>

#include "ingest/mapping/mapping.hpp"
#include "ingest/sources/connector.hpp"

namespace test {

// What becomes of the inputs of a connector: drafts by their order, and all rejects.
struct Drafted {
    std::vector<schema::Draft> drafts;
    std::vector<schema::Reject> rejects;
    ingest::Notes notes;
    std::vector<ingest::Reread> rereads;

    // "code column", one a reject.
    std::vector<std::string> codes() const;
};

Drafted drafted(ingest::Connector& connector, const ingest::Rules& rules = {});
Drafted drafted(
    const std::string& path,
    const ingest::Rules& rules = {},
    const ingest::ReadOptions& options = {}
);

// A Parquet file of what a SELECT of DuckDB's gives.
void write_parquet(const std::string& path, const std::string& select);
// Bytes in its SQL.
std::string sql_bytes(std::string_view bytes);
// Hugging Face's struct of a file.
std::string sql_file(std::string_view bytes, const std::string& path = "NULL");

}  // namespace test
