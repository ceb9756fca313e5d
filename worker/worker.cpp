#include "worker/worker.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "base/database/database.hpp"
#include "schema/jobs/job_store.hpp"
#include "service/gather/cron.hpp"
#include "service/gather/gather.hpp"
#include "worker/deliveries.hpp"
#include "worker/jobs.hpp"
#include "worker/slot.hpp"

namespace worker {

namespace {

void queue_due_sources(base::Database& database) {
    database.call([](base::Tx& tx) {
        auto now = std::chrono::system_clock::now();
        for (const auto& due : schema::due_sources(tx, now)) {
            service::queue_source(tx, due, now, now);
            schema::set_schedule(
                tx, due.id, due.schedule, service::next_time(service::parse_cron(due.schedule), now)
            );
        }
    });
}

}  // namespace

Worker::Worker(service::Context& context, const WorkerOptions& options, std::stop_token stop)
    : forward_(stop, [this] { stop_.request_stop(); }) {
    auto& database = context.database();
    context.blobs();
    char host[256] = "host";
    gethostname(host, sizeof host - 1);
    for (std::size_t number = 0; number < options.slots; ++number) {
        SlotOptions slot{
            .worker = fmt::format("{}-{}-{}", host, getpid(), number), .kinds = options.kinds};
        slot.after_end = [&context](const schema::Job& job, const boost::json::object& result) {
            clear_up(context, job, result);
        };
        if (options.schedule && number == 0)
            slot.before_claim = [&database] { queue_due_sources(database); };
        slots_.emplace_back([&context, &database, slot, stop = stop_.get_token()] {
            auto work = [&](const schema::Job& job, std::stop_token until) {
                return do_job(context, job, until);
            };
            serve_slot(database, slot, work, stop);
        });
    }
    if (options.deliver)
        slots_.emplace_back([&context, &database, stop = stop_.get_token()] {
            deliver_messages(database, context.config, stop);
        });
}

Worker::~Worker() {
    stop_.request_stop();
}

void Worker::wait() {
    for (auto& slot : slots_) slot.join();
    slots_.clear();
}

}  // namespace worker
