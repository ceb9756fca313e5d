#pragma once

#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>

#include <fmt/format.h>

#include "base/database/database.hpp"
#include "base/database/postgres.hpp"
#include "base/run/stop.hpp"
#include "ingest/mapping/rules.hpp"
#include "ingest/pipeline/pipeline.hpp"
#include "schema/sources/source_store.hpp"
#include "service/context.hpp"

namespace bench {

// Does the work with an embedded database of its own, which is gone at the end. The exit code.
inline int
in_own_database(const std::string& bench, const std::function<void(service::Context&)>& work) {
    namespace fs = std::filesystem;
    const auto home = fs::temp_directory_path() / fmt::format("tilth-{}-{}", bench, ::getpid());
    fs::create_directories(home);
    fs::permissions(home, fs::perms::others_read | fs::perms::others_exec, fs::perm_options::add);
    int code = 0;
    try {
        base::StopOnSignal stop;
        base::EmbeddedPostgres postgres(home);
        service::Context context(stop);
        context.config.database.url = postgres.url(bench);
        context.config.home = home;
        work(context);
    } catch (const std::exception& failure) {
        fmt::print(stderr, "bench_{}: {}\n", bench, failure.what());
        code = 1;
    }
    fs::remove_all(home);
    return code;
}

// Reads a file into a new source and takes it away. Throws if not all of its records were stored.
inline void ingest_file(
    service::Context& context,
    const std::string& source,
    const std::filesystem::path& file,
    const std::string& rules,
    int records
) {
    context.database().call([&](base::Tx& tx) {
        schema::add_source(
            tx, {0, source, "files", "{}", "", "active"}, std::chrono::system_clock::now()
        );
    });
    ingest::RunRequest request;
    request.source = source;
    request.inputs = {file.string()};
    if (!rules.empty()) {
        request.key = "id";
        request.rules = ingest::parse_rules(rules, "rules");
    }
    if (ingest::run(context.database(), context.blobs(), request).counts.added !=
        static_cast<std::uint64_t>(records))
        throw std::runtime_error("not all records were stored");
    std::filesystem::remove(file);
}

}  // namespace bench
