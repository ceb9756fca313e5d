#pragma once

#include "ingest/pipeline/pipeline.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>

#include <catch2/catch.hpp>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "ingest/pipeline/replay.hpp"
#include "ingest/pipeline/store.hpp"
#include "ingest/sql.hpp"
#include "schema/blobs/blobs.hpp"
#include "schema/sources/source_store.hpp"
#include "tests/ingest/files.hpp"
#include "tests/support/program.hpp"
#include "tests/support/test_database.hpp"

// Runs over made tables.
namespace runs {

inline std::int64_t add_source(base::Database& database, const std::string& name) {
    return database.call([&](base::Tx& tx) {
        return schema::add_source(
                   tx, {0, name, "files", "{}", "", "active"}, std::chrono::system_clock::now()
        )
            ->id;
    });
}

inline ingest::RunRequest request_for(const std::string& source, const std::string& path) {
    ingest::RunRequest request;
    request.source = source;
    request.inputs = {path};
    request.key = "id";
    request.batch_records = 100;
    return request;
}

// `rows` rows; each 50th is short by a field.
inline std::string table(int rows, const std::string& colour = "red") {
    std::string text = "id,n,colour\n";
    for (int i = 0; i < rows; ++i) {
        auto id = std::to_string(i);
        text += i % 50 == 7
                    ? id + ",1\n"
                    : id + "," + std::to_string(i * 3) + "," + (i % 2 ? colour : "blue") + "\n";
    }
    return text;
}

// What the tables hold of a source, whatever runs it took.
inline const char* const fingerprint_sql =
    "SELECT ('x' || left(md5(string_agg(r.key || v.payload::text || n.values::text || r.version || "
    "v.byte_offset || v.line, ',' "
    "ORDER BY r.key)), 15))::bit(60)::bigint FROM record r JOIN record_version v USING (rk, "
    "source_id, key, version) "
    "JOIN content_numeric n USING (rk, source_id, key, version)";

}  // namespace runs
