#include "bench/labeling/queue_files.hpp"

#include <algorithm>
#include <chrono>
#include <fstream>

#include <fmt/format.h>

#include "base/database/database.hpp"
#include "labeling/export/export_files.hpp"
#include "service/labels/files.hpp"
#include "service/labels/queue/queue.hpp"

namespace bench {

namespace {

using FilesClock = std::chrono::steady_clock;

double seconds_since(FilesClock::time_point begun) {
    return std::chrono::duration<double>(FilesClock::now() - begun).count();
}

void tell_export(const service::Environment& here, bool answers) {
    std::ofstream nowhere("/dev/null");
    labeling::OneFile file(nowhere);
    service::ExportLabels request{.project = "p", .answers = answers};
    auto begun = FilesClock::now();
    auto records = service::write_labels(here.database, here, request, file);
    auto seconds = seconds_since(begun);
    auto what = here.database.call([&](base::Tx& tx) {
        auto count = answers ? "SELECT count(*) FROM annotation WHERE project_id = 1"
                             : "SELECT count(*) FROM ground_truth WHERE project_id = 1";
        return tx.exec(count)[0][0].as<double>();
    });
    fmt::print(
        "  export of {} records: {:.0f} {}/s\n",
        records,
        what / seconds,
        answers ? "answers" : "labels"
    );
}

struct TakeBack {};

// Of another project on the same records, which is taken back.
void tell_queued(const service::Environment& here, int tasks, const std::string& where) {
    try {
        service::run_locally(here, [&](service::Work& work) {
            work.tx.exec(
                "INSERT INTO label_project (name, source_id, kind, spec, overlap, created_at) "
                "VALUES ('other', 1, 'classification', '{}', 5, now())"
            );
            service::QueueRecords request;
            request.project = "other";
            request.add = std::min(tasks, 200'000);
            request.where = where;
            auto begun = FilesClock::now();
            auto state = service::queue_records(work, request);
            fmt::print(
                "  queued {}: {:.0f} tasks/s ({})\n",
                where.empty() ? "without a query" : "where " + where,
                static_cast<double>(state.added) / seconds_since(begun),
                state.added
            );
            throw TakeBack{};
        });
    } catch (const TakeBack&) {  // as it was
    }
}

}  // namespace

void tell_files(const service::Environment& here, int tasks) {
    fmt::print("in bulk\n");
    tell_export(here, true);
    tell_export(here, false);
    tell_queued(here, tasks, "");
    tell_queued(here, tasks, "words >= 10");
}

}  // namespace bench
