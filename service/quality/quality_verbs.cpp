#include <vector>

#include "service/quality/examination.hpp"
#include "service/quality/findings.hpp"
#include "service/quality/profiles.hpp"

namespace service {

std::span<const Verb> quality_verbs() {
    static const std::vector<Verb> verbs{
        verb<profile_source>(
            "quality profile",
            "What the fields hold: counts, missing, quantiles, frequent values",
            analysts
        ),
        verb<find_drift>(
            "quality drift",
            "How fields differ between sources, runs, snapshots, or sides of a snapshot",
            analysts
        ),
        verb<check_records>(
            "quality check",
            "Whether the records hold what is expected of them; exit 1 if a blocking check fails",
            analysts
        ),
        verb<find_duplicates>(
            "quality duplicates", "Records that are the same, or nearly", analysts
        ),
        verb<find_errors>(
            "quality errors",
            "Values that are likely wrong, each with a proposal; nothing is changed",
            analysts
        ),
        verb<find_outliers>("quality outliers", "Numbers far from the others", analysts),
        verb<report_quality>(
            "quality report",
            "All that is known of a source's quality, as one page with plots or JSON",
            analysts
        ),
        verb<report_bias>(
            "quality bias",
            "Who is in the records, and how labels and missing values fall on groups",
            analysts
        ),
        verb<judge_pages>(
            "quality pages",
            "How many texts the rules of Gopher, C4 and FineWeb would drop, and personal data; "
            "nothing is dropped",
            analysts
        ),
        verb<queue_examination>(
            "quality queue", "Leave one of these to a worker, one at a time for a source", analysts
        ),
    };
    return verbs;
}

}  // namespace service
