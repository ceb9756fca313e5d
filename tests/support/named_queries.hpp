#pragma once

#include <string>
#include <string_view>

#include "crawler/sql.hpp"
#include "ingest/sql.hpp"
#include "labeling/sql.hpp"
#include "quality/sql.hpp"
#include "schema/sql.hpp"
#include "training/sql.hpp"

namespace test {

// Calls visit(module, name, query) for every named query of the program.
template <typename Visit>
void each_named_query(Visit visit) {
    auto of = [&](std::string_view module, const base::QueryFile& file) {
        file.each([&](std::string_view name, std::string_view query) { visit(module, name, query); }
        );
    };
    of("schema", schema::sql::file);
    of("crawler", crawler::sql::file);
    of("ingest", ingest::sql::file);
    of("quality", quality::sql::file);
    of("labeling", labeling::sql::file);
    of("training", training::sql::file);
}

// Only a cluster's coordinator has the functions and tables that it names.
inline bool is_of_cluster(std::string_view name) {
    return name.starts_with("cluster_");
}

// Whether there is nothing to prepare: it is run as it stands.
inline bool is_command(std::string_view query) {
    for (std::string_view word : {"CREATE ", "ANALYZE ", "LOCK ", "DO ", "SET "})
        if (query.starts_with(word)) return true;
    return query.find("\n; ") != query.npos;  // several statements
}

// What can be prepared of a query: a cursor's is what it reads. Empty for rows of a cursor that is
// none yet.
inline std::string_view preparable(std::string_view query) {
    if (query.starts_with("FETCH ")) return {};
    if (query.starts_with("DECLARE ")) return query.substr(query.find("SELECT"));
    return query;
}

}  // namespace test
