// One prediction over HTTP: what the one who asks waits for, from the first byte that is sent to
// the last that comes back, on connections that stay open. The service runs as `tilth serve` has
// it, on a durable database of its own; two softmax models answer, one of texts (20 classes) and
// one of records of 14 columns that go through the rules of their source.
//
// Promised on two cores, askers included: 99 of 100 answers within 5 ms, one asker as fast as he
// can and 16 who together ask 200 times a second. Beside it: what the way alone costs (a page of
// the service that asks nothing of the database), what a prediction costs without the way, and how
// many come in a second when 16 ask as fast as they can.
//
//     bench_online [SECONDS]      of each figure; 20 by default
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "api/server/server.hpp"
#include "base/database/database.hpp"
#include "base/database/postgres.hpp"
#include "base/numbers/random.hpp"
#include "base/run/stop.hpp"
#include "bench/training/keep_alive.hpp"
#include "ingest/mapping/rules.hpp"
#include "ingest/pipeline/pipeline.hpp"
#include "schema/sources/source_store.hpp"
#include "service/context.hpp"
#include "service/models/predict.hpp"
#include "service/models/serving.hpp"
#include "training/experiment.hpp"
#include "training/snapshots/snapshot_store.hpp"

namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using OnlineClock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

constexpr int records = 4000;
constexpr int askers = 16;

// Of 20 topics; a word in three is of the topic.
std::string text_of(int number) {
    base::Random random(static_cast<std::uint64_t>(number));
    std::string text;
    for (int i = 0; i < 150; ++i) {
        const bool own = random.below(3) == 0;
        text += own ? fmt::format("topic{}word{} ", number % 20, random.below(200))
                    : fmt::format("word{} ", random.below(20'000));
    }
    return text;
}

// Eight numbers and six categories, one of them of 3,000 values, as text: the way a CSV file has
// them.
json::object fields_of(int number) {
    base::Random random(static_cast<std::uint64_t>(number));
    json::object fields;
    for (int c = 0; c < 8; ++c)
        fields[fmt::format("n{}", c)] = std::to_string(random.below(10'000) * (c == 0 ? 7 : 1));
    for (int c = 0; c < 6; ++c)
        fields[fmt::format("c{}", c)] = fmt::format("value {}", random.below(c == 5 ? 3000 : 12));
    return fields;
}

std::string csv_of_texts() {
    std::string csv = "id,topic,text\n";
    for (int i = 0; i < records; ++i) csv += fmt::format("t{},{},{}\n", i, i % 20, text_of(i));
    return csv;
}

std::string csv_of_rows() {
    std::string csv = "id,topic";
    for (const auto& field : fields_of(0)) csv.append(",").append(field.key());
    csv += "\n";
    for (int i = 0; i < records; ++i) {
        const auto fields = fields_of(i);
        const bool large = std::stoi(std::string(fields.at("n0").as_string())) > 35'000;
        csv += fmt::format("r{},{}", i, large ? 1 : 0);
        for (const auto& field : fields) csv.append(",").append(field.value().as_string());
        csv += "\n";
    }
    return csv;
}

std::string rules_of_rows() {
    std::string rules = "key = [\"id\"]\n";
    for (const auto& field : fields_of(0))
        rules += fmt::format(
            "[[column]]\nname = \"{0} column\"\nfield = \"{0}\"\n{1}",
            std::string_view(field.key()),
            field.key()[0] == 'c' ? "op = \"category\"\n" : ""
        );
    return rules;
}

// Reads a file into a source of the name, labels each record by its topic, trains softmax.
void learn(
    service::Context& context,
    const std::string& name,
    const std::string& csv,
    const std::string& rules,
    int classes
) {
    auto& database = context.database();
    const auto now = std::chrono::system_clock::now();
    const auto file = context.config.home / (name + ".csv");
    std::ofstream(file) << csv;
    const auto source = database.call([&](base::Tx& tx) {
        return schema::add_source(tx, {0, name, "files", "{}", "", "active"}, now)->id;
    });
    ingest::RunRequest request;
    request.source = name;
    request.inputs = {file.string()};
    request.key = "id";
    request.rules = ingest::parse_rules(rules, "rules");
    if (ingest::run(database, context.blobs(), request).counts.added != records)
        throw std::runtime_error("not all records were stored");
    database.call([&](base::Tx& tx) {
        const auto project = *tx.value<std::int64_t>(
            "INSERT INTO label_project (name, source_id, kind, spec, created_at) VALUES ($1, $2, "
            "'classification', '{}', now()) RETURNING id",
            name,
            source
        );
        for (int c = 0; c < classes; ++c)
            tx.exec(
                "INSERT INTO label_class (project_id, class_id, name) VALUES ($1, $2, 'class ' || "
                "$2::int)",
                project,
                c
            );
        tx.exec(
            "INSERT INTO ground_truth (rk, source_id, key, project_id, class_id, probability, "
            "method, set_at) SELECT rk, source_id, key, $2, (payload->>'topic')::int, 1, "
            "'import', now() FROM record JOIN record_version USING (rk, source_id, key, version) "
            "WHERE source_id = $1",
            source,
            project
        );
    });
    training::SnapshotSpec spec;
    spec.name = name;
    spec.project = name;
    training::create_snapshot(database, spec, now);
    training::TrainSettings settings;
    settings.snapshot = settings.name = name;
    settings.allow_leak = "a bench";
    training::train(database, context.blobs(), {}, settings, "bench", {}, {});
}

double quantile(std::vector<double> values, double share) {
    if (values.empty()) return 0;
    const auto place = static_cast<std::size_t>(share * static_cast<double>(values.size() - 1));
    std::nth_element(
        values.begin(), values.begin() + static_cast<std::ptrdiff_t>(place), values.end()
    );
    return values[place];
}

// What some asking took: of each answer, and of the processor, service and askers together. The
// database's own processes are not counted.
struct Taken {
    std::vector<double> times;  // milliseconds
    double seconds = 0;
    std::clock_t begun = std::clock();

    void tell(const std::string& what) const {
        const double cpu = 1000.0 * static_cast<double>(std::clock() - begun) / CLOCKS_PER_SEC;
        const auto count = static_cast<double>(times.size());
        fmt::print(
            "  {:<32} p50 {:6.2f} ms   p99 {:6.2f} ms   longest {:7.2f} ms   cpu {:5.3f} ms   "
            "{:.0f}/s\n",
            what,
            quantile(times, 0.5),
            quantile(times, 0.99),
            quantile(times, 1),
            cpu / std::max(1.0, count),
            count / seconds
        );
        std::fflush(stdout);
    }
};

// What is asked of the service, and how it may be asked.
struct Asked {
    std::uint16_t port;
    std::string bearer;
    std::string method, path;
    std::vector<std::string> bodies = {""};

    // One asker; with a pace he asks at fixed times, and waits from these on.
    std::vector<double> ask(double seconds, Seconds pace, int asker) const {
        bench::KeepAlive connection(port, bearer);
        std::vector<std::string> requests;
        for (const auto& body : bodies) requests.push_back(connection.request(method, path, body));
        std::vector<double> times;
        const auto begun = OnlineClock::now();
        const auto end = begun + Seconds(seconds);
        Seconds due = pace * asker / askers;
        for (auto i = static_cast<std::size_t>(asker); OnlineClock::now() < end; ++i) {
            auto from = OnlineClock::now();
            if (pace.count() > 0) {
                from = begun + std::chrono::duration_cast<OnlineClock::duration>(due);
                due += pace;
                std::this_thread::sleep_until(from);
            }
            connection.ask(requests[i % requests.size()]);
            times.push_back(1000 * Seconds(OnlineClock::now() - from).count());
        }
        return times;
    }
    void tell_one(const std::string& what, double seconds) const {
        Taken taken{.times = {}, .seconds = seconds};
        taken.times = ask(seconds, Seconds(0), 0);
        taken.tell(what);
    }
    // `rate`: requests a second by all; 0: as fast as they can.
    void tell_many(const std::string& what, double seconds, double rate) const {
        const Seconds pace(rate > 0 ? askers / rate : 0);
        std::mutex mutex;
        Taken taken{.times = {}, .seconds = seconds};
        std::vector<std::jthread> people;
        for (int asker = 0; asker < askers; ++asker)
            people.emplace_back([&, asker] {
                const auto mine = ask(seconds, pace, asker);
                const std::lock_guard lock(mutex);
                taken.times.insert(taken.times.end(), mine.begin(), mine.end());
            });
        people.clear();
        taken.tell(what);
    }
};

// What one model is asked, and what it says without HTTP; the answers must be the same.
void tell_model(
    const service::Environment& here,
    const Asked& service,
    const std::string& name,
    const std::vector<json::object>& inputs,
    double seconds
) {
    Asked asked = service;
    asked.method = "POST";
    asked.path = fmt::format("/api/v1/models/{}/predict", name);
    asked.bodies.clear();
    for (const auto& input : inputs)
        asked.bodies.push_back(json::serialize(json::object{{"inputs", json::array{input}}}));
    bench::KeepAlive connection(asked.port, asked.bearer);
    const auto begun = OnlineClock::now();
    connection.ask(connection.request(asked.method, asked.path, asked.bodies[0]));
    fmt::print(
        "{}, an input of {} bytes; the first answer reads the model: {:.0f} ms\n",
        name,
        asked.bodies[0].size(),
        1000 * Seconds(OnlineClock::now() - begun).count()
    );
    std::shared_ptr<const service::LoadedModel> model;
    service::run_locally(here, [&](service::Work& work) {
        model = service::serving_model(work, name);
    });
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        const auto said =
            json::parse(connection.ask(connection.request(asked.method, asked.path, asked.bodies[i])
                        ))
                .at("predictions")
                .at(0);
        const auto known = service::predictions_for(*model, {inputs[i]}).at(0);
        const auto off = said.at("probability").as_double() - known.at("probability").as_double();
        if (said.at("class") != known.at("class") || std::abs(off) > 1e-12)
            throw std::runtime_error("the service says another thing than its model");
    }
    Taken alone{.times = {}, .seconds = seconds / 4};
    const auto end = OnlineClock::now() + Seconds(seconds / 4);
    for (std::size_t i = 0; OnlineClock::now() < end; ++i) {
        const auto from = OnlineClock::now();
        service::predictions_for(*model, {inputs[i % inputs.size()]});
        alone.times.push_back(1000 * Seconds(OnlineClock::now() - from).count());
    }
    alone.tell("without the way");
    asked.tell_one("one asker, as fast as he can", seconds);
    asked.tell_many("16 askers, 200 a second in all", seconds, 200);
    asked.tell_many("16 askers, as fast as they can", seconds, 0);
}

void run(service::Context& context, double seconds) {
    learn(context, "texts", csv_of_texts(), "key = [\"id\"]\nbody = [\"text\"]\n", 20);
    learn(context, "rows", csv_of_rows(), rules_of_rows(), 2);
    auto& database = context.database();
    api::Options options;
    options.setting.blobs = context.blob_store();
    options.config = context.config;
    api::Server server(database, options);
    const std::jthread serving([&](std::stop_token stop) { server.run(std::move(stop)); });
    const auto here = context.environment();
    Asked service{
        server.port(), api::bearer_token(database, "bench", "analyst"), "GET", "/healthz"};
    fmt::print("the way alone\n");
    service.tell_one("one asker, as fast as he can", seconds / 4);
    std::vector<json::object> texts, rows;
    for (int i = 0; i < 100; ++i) {
        texts.push_back({{"body", text_of(records + i)}});
        rows.push_back(fields_of(records + i));
    }
    tell_model(here, service, "texts", texts, seconds);
    tell_model(here, service, "rows", rows, seconds);
}

}  // namespace

int main(int argc, char** argv) {
    const double seconds = argc > 1 ? std::atof(argv[1]) : 20;
    const auto home = fs::temp_directory_path() / fmt::format("tilth-bench-{}", ::getpid());
    fs::create_directories(home);
    fs::permissions(home, fs::perms::others_read | fs::perms::others_exec, fs::perm_options::add);
    int code = 0;
    try {
        const base::StopOnSignal stop;
        base::EmbeddedPostgres postgres(home);
        service::Context context(stop);
        context.config.database.url = postgres.url("online");
        context.config.home = home;
        run(context, seconds);
    } catch (const std::exception& failure) {
        fmt::print(stderr, "bench_online: {}\n", failure.what());
        code = 1;
    }
    fs::remove_all(home);
    return code;
}
