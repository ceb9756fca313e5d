#include "ingest/pipeline/damage.hpp"

#include <fmt/format.h>

#include "base/error.hpp"

namespace ingest {

void check_damage(
    const std::string& source,
    const schema::Counts& counts,
    const std::map<std::string, std::pair<std::uint64_t, std::string>>& reasons
) {
    for (auto code : {"file.damaged", "file.unreadable", "feed.broken"}) {
        const auto found = reasons.find(code);
        if (found == reasons.end()) continue;
        const auto& [files, first] = found->second;
        throw base::Error(
            "source '" + source + "'",
            fmt::format(
                "{} {} not read to the end ({}); {}",
                files,
                files == 1 ? "file was" : "files were",
                first,
                counts.read == counts.rejected
                    ? "nothing could be read"
                    : fmt::format(
                          "{} inputs could be read, and are stored", counts.read - counts.rejected
                      )
            ),
            "mend the file and run again"
        );
    }
    const auto unknown = reasons.find("file.unknown_format");
    if (unknown != reasons.end() && counts.read == counts.rejected)
        throw base::Error(
            "source '" + source + "'", "nothing is read of " + unknown->second.second
        );
}

}  // namespace ingest
