#include "api/server/gauges.hpp"

namespace api {

void set_figures(Metrics& metrics, const service::Figures& figures) {
    metrics.set("tilth_records_added", static_cast<double>(figures.records));
    metrics.set("tilth_inputs_rejected", static_cast<double>(figures.rejected));
    metrics.set("tilth_jobs", static_cast<double>(figures.jobs));
    metrics.set("tilth_workers", static_cast<double>(figures.workers.all));
    metrics.set("tilth_workers_busy", static_cast<double>(figures.workers.busy));
    metrics.set("tilth_label_tasks_open", static_cast<double>(figures.open_tasks));
    metrics.set("tilth_crawl_workers", static_cast<double>(figures.crawl.workers));
    metrics.set("tilth_crawl_urls_queued", static_cast<double>(figures.crawl.queued));
    metrics.set("tilth_crawl_pages_fetched", static_cast<double>(figures.crawl.fetched));
    metrics.set("tilth_crawl_bytes", static_cast<double>(figures.crawl.bytes));
    metrics.set("tilth_crawl_hosts_held", static_cast<double>(figures.crawl.held));
    metrics.set("tilth_crawl_hosts_failing", static_cast<double>(figures.crawl.failing));
    metrics.set("tilth_database_bytes", static_cast<double>(figures.disk.database_bytes));
    if (figures.disk.wal_bytes)
        metrics.set("tilth_wal_bytes", static_cast<double>(*figures.disk.wal_bytes));
    metrics.set("tilth_disk_free_bytes", static_cast<double>(figures.disk.free_bytes));
}

Response metrics_page(const Metrics& metrics) {
    Response response;
    response.media_type = "text/plain; version=0.0.4; charset=utf-8";
    response.body = metrics.text({
        {"tilth_connections", "Open HTTP connections."},
        {"tilth_body_bytes", "Bytes of bodies that are read or answered to."},
        {"tilth_event_streams", "Open event streams."},
        {"tilth_requests_waiting", "Requests at the database."},
        {"tilth_requests_left", "Requests whose client was gone before the answer."},
        {"tilth_db_connections", "Size of the database pool."},
        {"tilth_records_added", "Records ever added."},
        {"tilth_inputs_rejected", "Inputs ever rejected."},
        {"tilth_jobs", "Jobs in the queue."},
        {"tilth_workers", "Jobs that workers can do at once."},
        {"tilth_workers_busy", "Of these those that do something."},
        {"tilth_label_tasks_open", "Label tasks that want answers."},
        {"tilth_crawl_workers", "Processes that crawl."},
        {"tilth_crawl_urls_queued", "Addresses that wait, as the crawls last counted."},
        {"tilth_crawl_pages_fetched", "Answers of web servers so far."},
        {"tilth_crawl_bytes", "Bytes of these on the wire."},
        {"tilth_crawl_hosts_held", "Hosts that a crawl is asking."},
        {"tilth_crawl_hosts_failing", "Hosts whose last answer was an error."},
        {"tilth_database_bytes", "Size of the database."},
        {"tilth_wal_bytes", "Size of its write-ahead log."},
        {"tilth_disk_free_bytes", "Free room on the disk of database or blobs that has the least."},
    });
    return response;
}

}  // namespace api
