#include "app/commands.hpp"

namespace app {

void add_commands(CLI::App& cli, service::Context& context) {
    add_service(cli, context);
    add_source(cli, context);
    add_crawl(cli, context);
    add_ingest(cli, context);
    add_rejects(cli, context);
    add_records(cli, context);
    add_quality(cli, context);
    add_label(cli, context);
    add_snapshot(cli, context);
    add_prepare(cli, context);
    add_train(cli, context);
    add_runs(cli, context);
    add_disk(cli, context);
    add_jobs(cli, context);
    add_workers(cli, context);
    add_webhooks(cli, context);
    add_model(cli, context);
    add_errors(cli, context);
    add_report(cli, context);
    add_people(cli, context);
    add_db(cli, context);
    add_inspect(cli, context);
    add_statistics(cli, context);
    add_reference(cli);
    add_completion(cli);
}

}  // namespace app
