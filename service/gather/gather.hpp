#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/settings/document.hpp"
#include "crawler/run/crawl.hpp"
#include "schema/jobs/job.hpp"
#include "schema/sources/source_store.hpp"
#include "service/verb.hpp"

// Running a source: what the commands crawl, ingest and source run, and the workers, share. A
// source's spec is a JSON object; its keys are those of the TOML files that `source add` takes.
namespace service {

// Why a run got nothing.
struct GotNothing {
    std::string thing, reason, mend;
    base::Error error() const { return {thing, reason, mend}; }
};

struct GatherResult {
    std::int64_t run_id = 0;
    std::string state;  // done, interrupted; empty: it got nothing; failed: nor could it ask
    schema::Counts counts;
    std::uint64_t bytes = 0;
    double seconds = 0;
    bool resumed = false;
    std::vector<std::string> notes;  // lines for people: format, rules, reasons of skipped URLs
    std::optional<std::chrono::system_clock::time_point> due_again;  // parked by a rate limit
    std::optional<GotNothing> nothing{};  // of a run that is empty or failed
};

// What a crawl is to others of its source; of other kinds of sources it says nothing.
enum class Company {
    none,    // it is refused while another is under way
    share,   // it joins one that is under way
    helped,  // as none, and workers that have nothing to do may help
    help,    // it joins one that is helped, for as long as that goes on
};

struct GatherEvents {
    std::function<void(const schema::Counts& so_far, std::uint64_t total, const std::string& more)>
        progress;
};

// Throws base::UsageError for a kind that there is not, an unknown key or a wrong value, and names
// its place in the document.
void check_spec(const std::string& kind, const base::Document& document);

struct SourceKind;

// The source of that name, if there is one. Throws base::Error if it is of another kind.
std::optional<schema::Source>
find_of_kind(base::Tx& tx, const std::string& name, std::string_view kind);

// A source as a run by given settings takes it.
struct Wanted {
    schema::Source source;  // with the settings of the run
    bool made = false;      // there was none
    bool differs = false;   // its own settings are others, and stay
};
// The source of that name for a run by `spec`, which is checked; made if there is none. One that
// has other settings keeps them, unless `save` says that these are its own from now on. Throws
// base::Error for one of another kind or in the archive.
Wanted want_source(
    Work& work,
    const std::string& name,
    const SourceKind& kind,
    const std::string& spec,
    bool save
);

// How a source of kind crawl is crawled. Throws base::UsageError for a wrong setting, base::Error
// for a secret that is not there.
crawler::CrawlOptions crawl_options(const Config& config, const schema::Source& source);
// What a crawl of the source `name` by this spec would do; the source need not be there. Throws as
// check_spec() and crawl_options() do.
std::vector<crawler::Decision>
plan_crawl(const Environment& here, const std::string& name, const std::string& spec);
// Who such a source says it is.
std::string crawl_user_agent(const Config& config, const schema::Source& source);

// Throws base::UsageError for a source that is not run but pushed to, Refusal for one in the
// archive.
void check_run(const schema::Source& source);

// Gathers the source once, on the calling thread, until done or stopped.
GatherResult gather(
    const Environment& here,
    const schema::Source& source,
    std::stop_token stop,
    const GatherEvents& events = {},
    Company company = Company::none
);
schema::JobKind job_kind(const schema::Source& source);
struct QueuedSource {
    bool added = false;               // or it waits or runs already
    std::optional<std::int64_t> job;  // that was added, or that one
};
// Queues the source for the workers, by its stored settings or, `as_given`, by those that `source`
// holds. A source that was `made` for this run goes again if it gets nothing. None is added if it
// waits or runs already: all of it, or the `part` of it that is named.
QueuedSource queue_source(
    base::Tx& tx,
    const schema::Source& source,
    schema::Time due,
    schema::Time now,
    bool as_given = false,
    bool made = false,
    const std::string& part = {}
);

}  // namespace service
