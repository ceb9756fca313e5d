#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>

#include <boost/json/object.hpp>

#include "base/words.hpp"
#include "service/verb.hpp"

// Looking at all records of a source, left to a worker.
namespace service {

// By the word of the verb: "quality duplicates".
enum class Examination { profile, check, duplicates, errors, outliers, report, bias, pages };

constexpr auto words_of(Examination) {
    return std::to_array<base::Word<Examination>>({
        {Examination::profile, "profile", "what the fields hold"},
        {Examination::check, "check", "whether the records hold what is expected of them"},
        {Examination::duplicates, "duplicates", "records that are the same, or nearly"},
        {Examination::errors, "errors", "values that are likely wrong"},
        {Examination::outliers, "outliers", "numbers far from the others"},
        {Examination::report, "report", "all that is known of a source's quality"},
        {Examination::bias, "bias", "who is in the records"},
        {Examination::pages, "pages", "what the rules of web corpora would drop"},
    });
}

struct QueueExamination {
    Examination examination = Examination::profile;
    std::string source;
    boost::json::object given;  // settings of that verb; texts as behind a flag
    static const base::Settings<QueueExamination> settings;
};
struct QueuedExamination {
    bool queued = false;              // false: one that asks the same waits, or is under way
    std::optional<std::int64_t> job;  // that was queued, or that one
};
BOOST_DESCRIBE_STRUCT(QueuedExamination, (), (queued, job))
// Queues it for a worker; jobs of one source are done one after another. Throws base::UsageError
// for settings that the verb does not have, Refusal not_found for a source that there is not.
QueuedExamination queue_examination(Work& work, const QueueExamination& request);

// Does what was queued, of which `spec` is the job's: keeps the findings as the verb does, and
// returns its answer in short. Throws as the verb does, and base::Interrupted at a stop; nothing is
// kept then.
boost::json::object examine(const Environment& here, const std::string& spec, std::stop_token stop);

}  // namespace service
