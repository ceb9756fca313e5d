// A worker is its slots: each claims a job, does it, claims the next. The first also queues sources
// whose time has come; one more thread sends webhooks. A slot without a job helps with a crawl that
// has more hosts than those at it can take, as long as no job waits.
#include "worker/worker.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <unistd.h>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "base/run/log.hpp"
#include "base/settings/settings.hpp"
#include "schema/jobs/job_store.hpp"
#include "service/gather/cron.hpp"
#include "service/gather/gather.hpp"
#include "service/gather/help.hpp"
#include "worker/board.hpp"
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

// Helps crawls that others have under way, but leaves them for a job that waits. What it cannot
// help, since a secret or a file of its settings is elsewhere, it does not try again at once.
class Helper {
public:
    Helper(
        service::Context& context,
        std::vector<schema::JobKind> kinds,
        Board& board,
        std::size_t slot
    )
        : context_(context), kinds_(std::move(kinds)), board_(board), slot_(slot) {}

    bool operator()(std::stop_token stop) {
        const auto crawls = std::find(kinds_.begin(), kinds_.end(), schema::JobKind::crawl);
        if (crawls == kinds_.end() || Clock::now() < rests_until_) return false;
        const auto source = service::crawl_to_help(context_.environment());
        if (!source) return false;
        Board::Busy busy(board_, slot_, schema::Doing::help, source->name);
        const auto is_free = [this](Clock::time_point) {
            return !context_.database().call([&](base::Tx& tx) {
                return schema::job_waits(tx, kinds_, Clock::now());
            });
        };
        LeaseRenewal free(is_free, {.renewal = std::chrono::seconds(2)}, stop);
        auto here = context_.environment();
        here.stop = free.token();
        try {
            return service::help_crawl(here, *source, free.token());
        } catch (const base::DatabaseAway&) {
            throw;
        } catch (const base::Error& error) {
            base::log::warning("cannot help with a crawl: {}", error.what());
            rests_until_ = Clock::now() + std::chrono::minutes(5);
            return false;
        }
    }

private:
    using Clock = std::chrono::system_clock;

    service::Context& context_;
    std::vector<schema::JobKind> kinds_;
    Board& board_;
    std::size_t slot_;
    Clock::time_point rests_until_{};
};

schema::Doing doing_of(schema::JobKind kind) {
    switch (kind) {
        case schema::JobKind::crawl:
            return schema::Doing::crawl;
        case schema::JobKind::ingest:
            return schema::Doing::ingest;
        case schema::JobKind::train:
            return schema::Doing::train;
        default:
            return schema::Doing::quality;
    }
}

// The source or the snapshot that it is about.
std::string about(const schema::Job& job) {
    auto spec = base::Document::json(job.spec);
    for (const auto* name : {"source", "snapshot"})
        if (const auto part = spec.part(name); part.root().is_string())
            return std::string(part.root().as_string());
    return {};
}

}  // namespace

Worker::Worker(service::Context& context, const WorkerOptions& options, std::stop_token stop)
    : forward_(stop, [this] { stop_.request_stop(); }) {
    auto& database = context.database();
    context.blobs();
    char host[256] = "host";
    gethostname(host, sizeof host - 1);
    std::vector<std::string> names;
    for (std::size_t number = 0; number < options.slots; ++number)
        names.push_back(fmt::format("{}-{}-{}", host, getpid(), number));
    board_ = std::make_unique<Board>(database, names);
    for (std::size_t number = 0; number < options.slots; ++number) {
        SlotOptions slot{.worker = names[number], .kinds = options.kinds};
        slot.after_end = [&context](const schema::Job& job, const boost::json::object& result) {
            clear_up(context, job, result);
        };
        if (options.schedule && number == 0)
            slot.before_claim = [&database] { queue_due_sources(database); };
        slot.when_idle = Helper(context, options.kinds, *board_, number);
        slots_.emplace_back(
            [&context, &database, slot, number, &board = *board_, stop = stop_.get_token()] {
                auto work = [&](const schema::Job& job, std::stop_token until) {
                    Board::Busy busy(board, number, doing_of(job.kind), about(job), job.id);
                    return do_job(context, job, until);
                };
                serve_slot(database, slot, work, stop);
            }
        );
    }
    if (options.deliver)
        slots_.emplace_back([&context, &database, stop = stop_.get_token()] {
            deliver_messages(database, context.config, stop);
        });
}

Worker::~Worker() {
    stop_.request_stop();
    wait();
}

void Worker::wait() {
    for (auto& slot : slots_) slot.join();
    slots_.clear();
    board_.reset();
}

}  // namespace worker
