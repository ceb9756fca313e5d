#include "ingest/pipeline/reject_limits.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.hpp"

namespace ingest {

namespace {

constexpr std::uint64_t share_counts_from = 100;

}  // namespace

void add_reasons(Reasons& all, const Reasons& more) {
    for (const auto& [code, found] : more) {
        auto& known = all[code];
        if (known.first == 0) known.second = found.second;
        known.first += found.first;
    }
}

void check_rejects(
    const RunRequest& request,
    const schema::Counts& counts,
    const Reasons& reasons,
    bool at_end
) {
    auto share =
        counts.read ? static_cast<double>(counts.rejected) / static_cast<double>(counts.read) : 0.0;
    bool many = counts.rejected > request.max_rejects;
    bool large = (at_end || counts.read >= share_counts_from) && share > request.max_reject_share;
    if (!many && !large) return;
    auto most = std::max_element(reasons.begin(), reasons.end(), [](const auto& a, const auto& b) {
        return a.second.first < b.second.first;
    });
    auto told =
        most == reasons.end()
            ? std::string()
            : fmt::format(
                  ", {} of them by {} ({})", most->second.first, most->first, most->second.second
              );
    throw base::Error(
        "source '" + request.source + "'",
        fmt::format(
            "{} of {} inputs were rejected ({:.1f} %, at most {}){}",
            counts.rejected,
            counts.read,
            100 * share,
            many ? fmt::format("{} inputs", request.max_rejects)
                 : fmt::format("{:g} %", 100 * request.max_reject_share),
            told
        ),
        fmt::format(
            "see 'tilth rejects list --source {}'; what was read is stored, the next run goes on",
            request.source
        )
    );
}

}  // namespace ingest
