#include <vector>

#include "quality/stopping.hpp"
#include "service/quality/examination.hpp"
#include "service/quality/findings.hpp"
#include "service/quality/profiles.hpp"

namespace service {

namespace {

// The verb, ended between two pages of records, and keeping nothing, once nobody waits for it.
template <auto function>
struct Stopped;
template <typename Answer, typename Request, Answer (*function)(Work&, const Request&)>
struct Stopped<function> {
    static Answer run(Work& work, const Request& request) {
        const quality::Stopping stopping(work.here.stop);
        auto answer = function(work, request);
        quality::go_on();
        return answer;
    }
};

}  // namespace

std::span<const Verb> quality_verbs() {
    static const std::vector<Verb> verbs{
        verb<Stopped<profile_source>::run>(
            "quality profile",
            "What the fields hold: counts, missing, quantiles, frequent values",
            analysts
        ),
        verb<Stopped<find_drift>::run>(
            "quality drift",
            "How fields differ between sources, runs, snapshots, or sides of a snapshot",
            analysts
        ),
        verb<Stopped<check_records>::run>(
            "quality check",
            "Whether the records hold what is expected of them; exit 1 if a blocking check fails",
            analysts
        ),
        verb<Stopped<find_duplicates>::run>(
            "quality duplicates", "Records that are the same, or nearly", analysts
        ),
        verb<Stopped<find_errors>::run>(
            "quality errors",
            "Values that are likely wrong, each with a proposal; nothing is changed",
            analysts
        ),
        verb<Stopped<find_outliers>::run>(
            "quality outliers", "Numbers far from the others", analysts
        ),
        verb<Stopped<report_quality>::run>(
            "quality report",
            "All that is known of a source's quality, as one page with plots or JSON",
            analysts
        ),
        verb<Stopped<report_bias>::run>(
            "quality bias",
            "Who is in the records, and how labels and missing values fall on groups",
            analysts
        ),
        verb<Stopped<judge_pages>::run>(
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
