// `tilth up`, serve and worker: the same parts in one process or in several. Reports and
// predictions have connections of their own, because the request that asks for one holds a
// connection already, and a pool whose connections all wait for another one would wait for ever.
#include <chrono>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <sstream>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "api/server/server.hpp"
#include "app/commands.hpp"
#include "app/output.hpp"
#include "base/database/database.hpp"
#include "base/error.hpp"
#include "schema/people/user_store.hpp"
#include "service/gather/kinds/push.hpp"
#include "service/people/people.hpp"
#include "service/refusal.hpp"
#include "service/version.hpp"
#include "worker/worker.hpp"

namespace app {

namespace json = boost::json;

namespace {

struct Options {
    std::string address, kinds = "crawl,ingest,train,quality";
    int port = -1;
    std::size_t slots = 1;
    bool sign_in = false;
};

std::vector<schema::JobKind> kinds_of(const std::string& text) {
    std::vector<schema::JobKind> kinds;
    std::stringstream in(text);
    for (std::string kind; std::getline(in, kind, ',');) {
        auto known = base::parse<schema::JobKind>(kind);
        if (!known)
            throw base::UsageError(
                fmt::format("--kinds {}", text),
                fmt::format("'{}' is no kind", kind),
                "use " + base::one_of<schema::JobKind>()
            );
        kinds.push_back(*known);
    }
    return kinds;
}

worker::WorkerOptions work_of(const Options& options) {
    return {.kinds = kinds_of(options.kinds), .slots = options.slots};
}

api::Hooks hooks(const schema::Blobs& blobs) {
    api::Hooks hooks;
    hooks.push = [&blobs](base::Tx& tx, const std::string& source, const api::Request& request) {
        service::Webhook webhook{
            [&](std::string_view name) { return request.header(name); }, request.body};
        try {
            return api::json(service::take_push(tx, blobs, source, webhook));
        } catch (const service::Refusal& refusal) {
            throw api::problem_of(refusal);
        }
    };
    return hooks;
}

// Whoever reads the output may sign in as the administrator, and logs are read by many: a link is
// told at the first start, or when it is asked for.
std::optional<std::string>
sign_in_link(base::Database& database, const std::string& url, bool asked_for) {
    auto admins = database.call([](base::Tx& tx) { return schema::active_admins(tx); });
    if (admins > 0 && !asked_for) return std::nullopt;
    return fmt::format("{}/sign-in#{}", url, api::first_sign_in(database));
}

// What is set; or what was installed with the program, or lies in its source tree.
std::string web_folder(const service::Config& config) {
    namespace fs = std::filesystem;
    if (!config.server.web.empty()) return config.server.web.string();
    std::error_code error;
    auto program = fs::read_symlink("/proc/self/exe", error);
    auto installed = program.parent_path().parent_path() / "share" / "tilth" / "web";
    if (!error && fs::exists(installed / "index.html", error)) return installed.string();
    return service::web_directory;
}

void serve(service::Context& context, const Options& options, bool with_workers) {
    context.runs_until_stopped();
    auto work = work_of(options);
    auto& database = context.database();
    api::Options service;
    service.address = options.address.empty() ? context.config.server.address : options.address;
    service.port =
        options.port >= 0 ? static_cast<std::uint16_t>(options.port) : context.config.server.port;
    service.static_dir = web_folder(context.config);
    service.setting.hooks = hooks(context.blobs());
    const auto& told = context.config.server;
    service.setting.secure_cookies = told.secure_cookies;
    service.max_connections = told.max_connections;
    service.max_per_address = told.max_connections_per_address;
    service.max_streams_per_user = told.max_streams_per_user;
    service.drain = std::chrono::milliseconds(500);  // the program ends within a second
    service.setting.blobs = context.blob_store();
    service.config = context.config;
    api::Server server(database, service);

    auto url = service::local_url(service.address, server.port());
    auto reached = told.public_url.empty() ? url : told.public_url;
    database.call([&](base::Tx& tx) {
        schema::put_service_address(tx, reached, std::chrono::system_clock::now());
    });
    auto link = sign_in_link(database, reached, options.sign_in);
    if (context.json) {
        print_json(json::object{{"url", url}, {"sign_in", link ? json::value(*link) : nullptr}});
    } else {
        print_line(fmt::format("tilth is at {}", url));
        print_line(
            link ? fmt::format("sign in (once, within a day): {}", *link)
                 : "another sign-in link: 'tilth user link NAME'"
        );
        print_line("stop with Ctrl-C");
    }
    std::cout.flush();

    std::optional<worker::Worker> worker;
    if (with_workers) worker.emplace(context, work, context.stop());
    server.run(context.stop());
}

}  // namespace

void add_service(CLI::App& cli, service::Context& context) {
    auto options = std::make_shared<Options>();
    auto address = [&](CLI::App* command) {
        command->add_option("--address", options->address, "To listen on (127.0.0.1)");
        command->add_flag(
            "--sign-in",
            options->sign_in,
            "Print a sign-in link of the administrator, as at the "
            "first start"
        );
        command->add_option("--port", options->port, "8080; 0 takes any that is free")
            ->check(CLI::Range(0, 65535));
    };
    auto work = [&](CLI::App* command) {
        command->add_option("--kinds", options->kinds, "Jobs to do (crawl,ingest,train,quality)");
        command->add_option("--slots", options->slots, "Jobs at once (1)")
            ->check(CLI::Range(1, 64));
    };
    auto* up = cli.add_subcommand(
        "up", "Everything on one machine: database, workers, scheduler, API and web page"
    );
    address(up);
    work(up);
    up->callback([options, &context] { serve(context, *options, true); });
    auto* only_api = cli.add_subcommand("serve", "Only the API and the web page");
    address(only_api);
    only_api->callback([options, &context] { serve(context, *options, false); });
    auto* worker = cli.add_subcommand("worker", "Only workers and the scheduler");
    work(worker);
    worker->callback([options, &context] {
        context.runs_until_stopped();
        worker::Worker(context, work_of(*options), context.stop()).wait();
    });
}

}  // namespace app
