#pragma once

#include "service/context.hpp"

namespace CLI {
class App;
}

namespace app {

// All commands.
void add_commands(CLI::App& cli, service::Context& context);

// Each adds one family of commands, with its options.

void add_source(CLI::App& cli, service::Context& context);   // source
void add_crawl(CLI::App& cli, service::Context& context);    // crawl
void add_ingest(CLI::App& cli, service::Context& context);   // ingest
void add_rejects(CLI::App& cli, service::Context& context);  // rejects
void add_records(CLI::App& cli, service::Context& context);  // records
void add_quality(CLI::App& cli, service::Context& context);  // quality
void add_quality_findings(
    CLI::App& quality,
    service::Context& context
);  // quality duplicates, errors, outliers
void add_quality_reports(CLI::App& quality, service::Context& context);  // quality report, bias
void add_quality_pages(CLI::App& quality, service::Context& context);    // quality pages
void add_label(CLI::App& cli, service::Context& context);                // label
void add_label_files(CLI::App& project,
                     service::Context& context);  // label project import, export
void add_label_work(
    CLI::App& label,
    service::Context& context
);  // label queue, agreement, truth, simulate
void add_label_shape(
    CLI::App& label,
    CLI::App& project,
    service::Context& context
);                                                                   // label template, schema
void add_label_quality(CLI::App& label, service::Context& context);  // label gold
void add_label_machine(CLI::App& label, service::Context& context);  // label suggest, machine
void add_label_rules(CLI::App& label, service::Context& context);
void add_label_members(CLI::App& label, service::Context& context);    // label members
void add_label_review(CLI::App& label, service::Context& context);     // label review
void add_label_tasks(CLI::App& label, service::Context& context);      // label tasks, bookmark
void add_label_dashboard(CLI::App& label, service::Context& context);  // label dashboard
void add_label_audit(CLI::App& label, service::Context& context);      // label audit
void add_invalidation(CLI::App& annotators, service::Context& context);
void add_people(CLI::App& cli, service::Context& context);    // user, token, session, audit
void add_snapshot(CLI::App& cli, service::Context& context);  // snapshot
void add_prepare(CLI::App& cli, service::Context& context);   // prepare
void add_train(CLI::App& cli, service::Context& context);
void add_runs(CLI::App& cli, service::Context& context);
void add_disk(CLI::App& cli, service::Context& context);        // disk
void add_jobs(CLI::App& cli, service::Context& context);        // jobs
void add_workers(CLI::App& cli, service::Context& context);     // workers
void add_webhooks(CLI::App& cli, service::Context& context);    // webhook
void add_model(CLI::App& cli, service::Context& context);       // model
void add_errors(CLI::App& cli, service::Context& context);      // errors
void add_report(CLI::App& cli, service::Context& context);      // report
void add_service(CLI::App& cli, service::Context& context);     // up, serve, worker
void add_db(CLI::App& cli, service::Context& context);          // db
void add_inspect(CLI::App& cli, service::Context& context);     // inspect
void add_statistics(CLI::App& cli, service::Context& context);  // truth, agreement
void add_reference(CLI::App& cli);                              // reference
void add_completion(CLI::App& cli);                             // completion

}  // namespace app
