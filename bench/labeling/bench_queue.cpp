// The queue under load: a project of a million tasks with five million answers, 64 labelers who ask
// for the next task and answer it, through the verbs that the API calls, beside pgbench which sends
// the same SQL to the same server.
//
// Promised on two cores: the next task within 20 ms and a durable answer within 30 ms for 99 of 100
// while 64 people work (each answers once a second on average here, which is quicker than people
// are, and, as people do, after pauses of no fixed length: .5 to 1.5 s); at
// least .6 of pgbench's rate when all go as fast as they can; a task never in more hands than it
// wants, although some labelers die; a page of a list within 50 ms wherever it lies.
//
//     bench_queue [TASKS [SECONDS]]      1000000 and 20 by default; 0: lists and files alone
//     BENCH_QUEUE_FOLDER=DIR bench_queue ...   keeps the loaded database there, or finds it there
//     bench_queue deaths [CLAIMS]        claims under random deaths, 1000000 by default
//     (deaths.cpp)
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <filesystem>
#include <mutex>
#include <thread>

#include <fmt/format.h>

#include "base/database/database.hpp"
#include "base/database/postgres.hpp"
#include "base/numbers/random.hpp"
#include "base/run/stop.hpp"
#include "bench/labeling/deaths.hpp"
#include "bench/labeling/queue_files.hpp"
#include "bench/labeling/queue_rival.hpp"
#include "bench/labeling/queue_world.hpp"
#include "service/context.hpp"
#include "service/labels/judging.hpp"
#include "service/labels/own_work.hpp"
#include "service/labels/projects.hpp"
#include "service/labels/review.hpp"
#include "service/labels/tasks.hpp"

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;

using bench::queue_labelers;
using bench::queue_overlap;
constexpr int connections = 8;  // as many as the service has

double since(Clock::time_point begun) {
    return Milliseconds(Clock::now() - begun).count();
}

struct Times {
    std::vector<double> claim, submit;
    std::size_t answers() const { return submit.size(); }
    void add(const Times& other) {
        claim.insert(claim.end(), other.claim.begin(), other.claim.end());
        submit.insert(submit.end(), other.submit.begin(), other.submit.end());
    }
};

double quantile(std::vector<double> values, double share) {
    if (values.empty()) return 0;
    auto place = static_cast<std::size_t>(share * static_cast<double>(values.size() - 1));
    std::nth_element(
        values.begin(), values.begin() + static_cast<std::ptrdiff_t>(place), values.end()
    );
    return values[place];
}

template <typename Ask>
auto asked(const service::Environment& here, Ask ask) {
    decltype(ask(std::declval<service::Work&>())) answer;
    service::run_locally(here, [&](service::Work& work) { answer = ask(work); });
    return answer;
}

// One labeler until `end`, with pauses by chance of half to one and a half of `pace` from question
// to question. One claim in `deaths` is never answered.
Times work_as(
    const service::Environment& here,
    int person,
    Clock::time_point end,
    std::chrono::milliseconds pace,
    std::size_t deaths
) {
    Times times;
    base::Random random(static_cast<std::uint64_t>(person));
    auto user = fmt::format("u{}", person);
    auto next = Clock::now() + std::chrono::duration_cast<Clock::duration>(pace * random.uniform());
    while (Clock::now() < end) {
        if (pace.count() > 0) {
            std::this_thread::sleep_until(next);
            next += std::chrono::duration_cast<Clock::duration>(pace * (0.5 + random.uniform()));
        }
        auto begun = Clock::now();
        service::ClaimTasks claim{.project = "p", .n = 1, .user = user};
        auto got =
            asked(here, [&](service::Work& work) { return service::claim_tasks(work, claim); });
        times.claim.push_back(since(begun));
        if (got.tasks.empty()) break;
        if (deaths > 0 && random.below(deaths) == 0) break;
        service::SubmitAnswer answer;
        answer.task = got.tasks[0].id;
        answer.lease = got.tasks[0].lease;
        answer.class_name = fmt::format("c{}", answer.task % 4);
        answer.milliseconds = 900;
        answer.user = user;
        begun = Clock::now();
        asked(here, [&](service::Work& work) { return service::submit_answer(work, answer); });
        times.submit.push_back(since(begun));
    }
    return times;
}

Times all_work(
    const service::Environment& here,
    std::chrono::seconds span,
    std::chrono::milliseconds pace,
    std::size_t deaths = 0
) {
    auto end = Clock::now() + span;
    std::mutex mutex;
    Times all;
    std::vector<std::jthread> people;
    for (int person = 1; person <= queue_labelers; ++person)
        people.emplace_back([&, person] {
            auto mine = work_as(here, person, end, pace, deaths);
            std::lock_guard lock(mutex);
            all.add(mine);
        });
    people.clear();
    return all;
}

void tell(const char* name, const std::vector<double>& times) {
    fmt::print(
        "  {:<12} p50 {:6.1f} ms   p99 {:6.1f} ms   longest {:6.1f} ms   ({})\n",
        name,
        quantile(times, 0.5),
        quantile(times, 0.99),
        quantile(times, 1),
        times.size()
    );
}

// A page's `next` with another number behind its last stop: a place anywhere in the list.
std::string somewhere(const std::optional<std::string>& next, std::uint64_t number) {
    if (!next) throw std::runtime_error("a list that should be long has one page");
    return next->substr(0, next->find_last_of(".:") + 1) + std::to_string(number);
}

// What stands in lists and on the page of a project, at places picked at random.
void tell_pages(const service::Environment& here, int tasks) {
    constexpr int looks = 200;
    base::Random random(1);
    auto any_task = [&] { return 1 + random.below(static_cast<std::uint64_t>(tasks)); };
    auto look = [&](const char* name, auto ask) {
        std::vector<double> times;
        for (int i = 0; i < looks; ++i) {
            auto at = Clock::now();
            ask();
            times.push_back(since(at));
        }
        tell(name, times);
    };
    auto list = [&](auto verb, auto request) {
        return asked(here, [&](service::Work& work) { return verb(work, request); });
    };
    service::ListAnswers answers;
    answers.project = "p";
    look("answers", [&] {
        answers.page.after = fmt::format("{}.0.0.", static_cast<std::int64_t>(random.next()));
        list(service::list_answers, answers);
    });
    service::ListMine mine;
    mine.project = "p";
    mine.user = "u1";
    auto own = list(service::list_mine, mine).next;
    look("own history", [&] {
        mine.page.after = somewhere(own, any_task());
        list(service::list_mine, mine);
    });
    service::ListReview review;
    review.project = "p";
    auto disputed = list(service::list_review, review).next;
    look("review", [&] {
        review.page.after = somewhere(disputed, any_task());
        list(service::list_review, review);
    });
    look("projects", [&] { list(service::list_projects, service::ListProjects{}); });
    look("project", [&] { list(service::show_project, service::ShowProject{"p", {}}); });
}

// No task has more answers and leases than it wants, its counts are those of its rows, and nobody
// answered one twice.
void check_sums(base::Database& database) {
    auto wrong = database.call([](base::Tx& tx) {
        return tx
            .exec(R"(
                SELECT count(*) FROM label_task t LEFT JOIN (
                    SELECT task_id, count(*) FILTER (WHERE state = 'answered') AS answers,
                        count(*) FILTER (WHERE state = 'held') AS held
                    FROM label_lease GROUP BY task_id) l ON l.task_id = t.id
                WHERE t.answers <> coalesce(l.answers, 0) OR t.leases <> coalesce(l.held, 0)
                    OR t.answers + t.leases > t.wanted)")[0][0]
            .as<int>();
    });
    fmt::print("  tasks whose counts are wrong or that too many have: {}\n", wrong);
    if (wrong > 0) throw std::runtime_error("the queue is wrong");
}

// Labelers at the pace of people, then as fast as they can, beside pgbench, then some who die.
void work_at_all_paces(
    const service::Environment& here,
    const std::string& url,
    const fs::path& home,
    std::chrono::seconds span
) {
    fmt::print(
        "each answers once a second on average, when all connections have planned their "
        "statements\n"
    );
    all_work(here, std::chrono::seconds(5), std::chrono::milliseconds(0));
    auto paced = all_work(here, span, std::chrono::milliseconds(1000));
    tell("next task", paced.claim);
    tell("answer", paced.submit);
    fmt::print("all as fast as they can\n");
    auto begun = Clock::now();
    auto fast = all_work(here, span, std::chrono::milliseconds(0));
    tell("next task", fast.claim);
    tell("answer", fast.submit);
    auto rate = static_cast<double>(fast.answers()) * 1000 / since(begun);
    auto rival = bench::by_pgbench(url, home, connections, span);
    fmt::print("  {:.0f} answers/s", rate);
    if (rival) fmt::print(", pgbench {:.0f}: ratio {:.2f}", *rival, rate / *rival);
    fmt::print("\n");
    auto dying = all_work(here, span, std::chrono::milliseconds(0), 200);
    fmt::print("one claim in 200 is left alone: {} answers\n", dying.answers());
    check_sums(here.database);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc > 1 && std::string_view(argv[1]) == "deaths")
        return deaths(argc > 2 ? std::atoll(argv[2]) : 1'000'000);
    int tasks = argc > 1 ? std::atoi(argv[1]) : 1'000'000;
    std::chrono::seconds span(argc > 2 ? std::atoi(argv[2]) : 20);
    const char* kept = std::getenv("BENCH_QUEUE_FOLDER");
    auto home = kept ? fs::path(kept)
                     : fs::temp_directory_path() / fmt::format("tilth-bench-{}", ::getpid());
    fs::create_directories(home);
    fs::permissions(home, fs::perms::others_read | fs::perms::others_exec, fs::perm_options::add);
    int code = 0;
    try {
        base::StopOnSignal stop;
        base::EmbeddedPostgres postgres(home);
        auto url = postgres.url("queue");
        service::Context context(stop);
        context.config.database.url = url;
        context.config.home = home;
        auto& database = context.database();
        auto there = database.call([](base::Tx& tx) {
            return tx.exec("SELECT count(*) FROM label_project")[0][0].as<int>();
        });
        if (there == 0) bench::load_queue(database, tasks);
        bench::settle(url);
        service::Environment here{database, context.blobs(), context.config, std::stop_token()};
        fmt::print(
            "{} tasks, {} answers, {} labelers\n",
            tasks,
            tasks / 20 * 19 * queue_overlap,
            queue_labelers
        );
        if (span.count() > 0) work_at_all_paces(here, url, home, span);
        bench::settle(url);
        fmt::print("a page of 50, anywhere in the list\n");
        tell_pages(here, tasks);
        bench::tell_files(here, tasks);
    } catch (const std::exception& failure) {
        fmt::print(stderr, "bench_queue: {}\n", failure.what());
        code = 1;
    }
    if (!kept) fs::remove_all(home);
    return code;
}
