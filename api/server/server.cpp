// One thread has all sockets, as coroutines over Boost.Asio; database work runs on the pool's
// threads and comes back by co_await. So nothing here needs a lock: counters, connections and the
// latest progress belong to that one thread.
//
// Everything has a bound: connections, waiting requests, streams, header, body, and the time for
// reading and writing. When it is full the service answers 503 at once instead of getting slower
// for all. Stopping takes no new connections, closes idle ones, lets busy ones finish, and closes
// what is left after `drain`.
#include "api/server/server.hpp"

#include <list>
#include <optional>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "api/server/assets.hpp"
#include "api/server/connection.hpp"
#include "api/server/metrics.hpp"
#include "api/server/service.hpp"
#include "base/database/database.hpp"
#include "base/error.hpp"
#include "base/run/log.hpp"
#include "schema/blobs/blobs.hpp"
#include "service/figures.hpp"
#include "service/verb.hpp"

namespace api {

namespace asio = boost::asio;
using asio::awaitable;
using asio::ip::tcp;
using namespace std::chrono_literals;

namespace {

constexpr auto no_throw = asio::as_tuple(asio::use_awaitable);

bool is_api(std::string_view path) {
    return path.starts_with("/api/");
}

Response plain(int status, std::string text) {
    Response response;
    response.status = status;
    response.media_type = "text/plain; charset=utf-8";
    response.body = std::move(text);
    return response;
}

}  // namespace

class Server::Impl {
public:
    Impl(base::Database& database, Options options)
        : database_(database),
          options_(std::move(options)),
          assets_(options_.static_dir),
          helpers_(database.url(), 2),
          blobs_(options_.setting.blob_directory),
          here_{helpers_, blobs_, options_.config, stop_.get_token()},
          service_(options_.setting, here_),
          acceptor_(context_),
          room_(context_),
          watch_(context_),
          news_(context_, asio::steady_timer::time_point::max()) {
        listen();
    }

    std::uint16_t port() const { return port_; }

    void run(const std::stop_token& stop) {
        asio::co_spawn(context_, accept(), asio::detached);
        asio::co_spawn(context_, watch(), asio::detached);
        auto ask_to_stop = [this] { asio::post(context_, [this] { begin_stop(); }); };
        std::stop_callback on_stop(stop, ask_to_stop);
        context_.run();
    }

private:
    using Place = std::list<Connection>::iterator;

    void listen() {
        try {
            tcp::endpoint endpoint(asio::ip::make_address(options_.address), options_.port);
            acceptor_.open(endpoint.protocol());
            acceptor_.set_option(asio::socket_base::reuse_address(true));
            acceptor_.bind(endpoint);
            acceptor_.listen();
            port_ = acceptor_.local_endpoint().port();
        } catch (const boost::system::system_error& error) {
            throw base::Error(
                options_.address + ":" + std::to_string(options_.port),
                error.code().message(),
                "choose another address or port"
            );
        }
    }

    // Takes connections while there is room for them.
    awaitable<void> accept() {
        while (!stopping_) {
            if (connections_.size() >= options_.max_connections) {
                room_.expires_at(asio::steady_timer::time_point::max());
                co_await room_.async_wait(no_throw);
                continue;
            }
            auto [error, socket] = co_await acceptor_.async_accept(no_throw);
            if (error == asio::error::operation_aborted) break;
            if (error) {  // out of descriptors, say: wait for some to be closed
                room_.expires_after(100ms);
                co_await room_.async_wait(no_throw);
                continue;
            }
            boost::system::error_code ignored;
            socket.set_option(tcp::no_delay(true), ignored);
            connections_.emplace_front(std::move(socket), options_);
            asio::co_spawn(context_, serve(connections_.begin()), asio::detached);
        }
    }

    awaitable<void> serve(Place connection) {
        try {
            while (co_await one_request(*connection)) {
            }
        } catch (const std::exception& error) {
            base::log::error("api: connection: {}", error.what());
        }
        connection->shut_down();
        connections_.erase(connection);
        room_.cancel();
        end_when_idle();
    }

    // False when the connection is to be closed.
    awaitable<bool> one_request(Connection& connection) {
        if (stopping_) co_return false;
        auto message = co_await connection.read();
        if (message.broken) {
            auto response = problem(*message.broken, "");
            secure(response, true);
            metrics_.count("OTHER", "broken", response.status, 0s);
            co_return co_await connection.send(response, message);
        }
        if (!message.request) co_return false;
        auto response = co_await answer(*message.request);
        if (response.stream) {
            co_await stream_events(connection, response);
            co_return false;
        }
        message.keep = message.keep && !stopping_;
        co_return co_await connection.send(response, message);
    }

    awaitable<Response> answer(const Request& request) {
        auto start = std::chrono::steady_clock::now();
        std::string route = "page";
        Response response;
        if (is_api(request.path)) {
            auto found = match(routes(), request.method, request.path);
            route = found.route ? std::string(found.route->pattern) : "unknown";
            response = co_await answer_api(found, request);
        } else if (request.path == "/metrics" || request.path == "/healthz" || request.path == "/readyz") {
            route = request.path;
            response = answer_machine(request.path);
        } else if (request.method == Method::get || request.method == Method::head) {
            response = assets_.get(request);
        } else {
            response = problem({405, "Wrong method", "pages are read with GET"}, "");
            response.set("Allow", "GET, HEAD");
        }
        secure(response, is_api(request.path));
        metrics_.count(
            name_of(request.method),
            route,
            response.status,
            std::chrono::steady_clock::now() - start
        );
        co_return response;
    }

    // Every failure becomes an answer here, and what is not the caller's fault a line in the log.
    awaitable<Response> answer_api(const Match& found, const Request& request) {
        auto id = std::to_string(++requests_);
        if (auto refusal = Service::refused(found, request)) co_return *refusal;
        bool is_stream = found.route->pattern == "/api/v1/events";
        if (waiting_ >= options_.max_waiting || (is_stream && streams_ >= options_.max_streams)) {
            Problem busy(503, "Busy", "too many requests are waiting; try again in a second");
            busy.headers.emplace_back("Retry-After", "1");
            co_return problem(busy, id);
        }
        auto now = std::chrono::system_clock::now();
        auto job = [this, &found, &request, now](base::Tx& tx) {
            return service_.answer(tx, found, request, now);
        };
        ++waiting_;
        Response response;
        try {
            response = co_await database_.run(job);
        } catch (const Problem& what) {
            response = problem(what, id);
        } catch (const std::exception& error) {
            base::log::error(
                "api: request {}: {} {}: {}",
                id,
                name_of(request.method),
                request.path,
                error.what()
            );
            response =
                problem({500, "Failed", "the service could not do this; its log tells why"}, id);
        }
        --waiting_;
        co_return response;
    }

    Response answer_machine(std::string_view path) {
        if (path == "/healthz") return plain(200, "ok\n");
        if (path == "/readyz") {
            bool ready = !stopping_ && std::chrono::steady_clock::now() - database_seen_ < 10s;
            return ready ? plain(200, "ready\n") : plain(503, "the database does not answer\n");
        }
        metrics_.set("tilth_connections", static_cast<double>(connections_.size()));
        metrics_.set("tilth_event_streams", static_cast<double>(streams_));
        metrics_.set("tilth_requests_waiting", static_cast<double>(waiting_));
        metrics_.set("tilth_db_connections", static_cast<double>(database_.connections()));
        auto response = plain(
            200,
            metrics_.text({
                {"tilth_connections", "Open HTTP connections."},
                {"tilth_event_streams", "Open event streams."},
                {"tilth_requests_waiting", "Requests at the database."},
                {"tilth_db_connections", "Size of the database pool."},
                {"tilth_records_added", "Records ever added."},
                {"tilth_inputs_rejected", "Inputs ever rejected."},
                {"tilth_jobs", "Jobs in the queue."},
                {"tilth_label_tasks_open", "Label tasks that want answers."},
                {"tilth_crawl_workers", "Processes that crawl."},
                {"tilth_crawl_urls_queued", "Addresses that wait, as the crawls last counted."},
                {"tilth_crawl_pages_fetched", "Answers of web servers so far."},
                {"tilth_crawl_bytes", "Bytes of these on the wire."},
                {"tilth_crawl_hosts_held", "Hosts that a crawl is asking."},
                {"tilth_crawl_hosts_failing", "Hosts whose last answer was an error."},
            })
        );
        response.media_type = "text/plain; version=0.0.4; charset=utf-8";
        return response;
    }

    // Looks at the database once a second: for readiness, for gauges (less often), for those who
    // watch progress.
    awaitable<void> watch() {
        for (unsigned round = 0; !stopping_; ++round) {
            try {
                auto now = std::chrono::system_clock::now();
                bool streams = streams_ > 0;
                bool count = round % 15 == 0;
                auto job = [now, streams, count](base::Tx& tx) {
                    std::pair<std::string, std::optional<service::Figures>> seen;
                    if (streams) seen.first = service::progress_of(tx, now);
                    if (count || !streams) seen.second = service::figures_of(tx);
                    return seen;
                };
                if (streams || round % 3 == 0) {
                    auto [progress, figures] = co_await database_.run(job);
                    database_seen_ = std::chrono::steady_clock::now();
                    if (figures) show(*figures);
                    if (streams && progress != progress_) {
                        progress_ = progress;
                        ++edition_;
                        news_.cancel();
                    }
                }
                if (count) news_.cancel();
            } catch (const std::exception& error) {
                base::log::warning("api: the database does not answer: {}", error.what());
            }
            if (stopping_) break;
            watch_.expires_after(1s);
            co_await watch_.async_wait(no_throw);
        }
    }

    void show(const service::Figures& figures) {
        metrics_.set("tilth_records_added", static_cast<double>(figures.records));
        metrics_.set("tilth_inputs_rejected", static_cast<double>(figures.rejected));
        metrics_.set("tilth_jobs", static_cast<double>(figures.jobs));
        metrics_.set("tilth_label_tasks_open", static_cast<double>(figures.open_tasks));
        metrics_.set("tilth_crawl_workers", static_cast<double>(figures.crawl.workers));
        metrics_.set("tilth_crawl_urls_queued", static_cast<double>(figures.crawl.queued));
        metrics_.set("tilth_crawl_pages_fetched", static_cast<double>(figures.crawl.fetched));
        metrics_.set("tilth_crawl_bytes", static_cast<double>(figures.crawl.bytes));
        metrics_.set("tilth_crawl_hosts_held", static_cast<double>(figures.crawl.held));
        metrics_.set("tilth_crawl_hosts_failing", static_cast<double>(figures.crawl.failing));
    }

    // An event for each change, a comment every 15 seconds so that a dead connection is found.
    awaitable<void> stream_events(Connection& connection, const Response& response) {
        std::string text =
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n";
        for (const auto& [name, value] : response.headers)
            text.append(name).append(": ").append(value).append("\r\n");
        text += "\r\nretry: 2000\n\n";
        ++streams_;
        std::uint64_t shown = 0;
        if (!progress_.empty()) shown = edition_ - 1;
        for (;;) {
            if (shown != edition_ && !progress_.empty()) {
                text += "id: " + std::to_string(edition_) +
                        "\nevent: progress\ndata: " + progress_ + "\n\n";
                shown = edition_;
            }
            if (text.empty()) text = ": still here\n\n";
            bool sent = co_await connection.send_part(text);
            text.clear();
            if (!sent || stopping_) break;
            co_await news_.async_wait(no_throw);
            if (stopping_) break;
        }
        --streams_;
    }

    void begin_stop() {
        if (stopping_) return;
        stopping_ = true;
        boost::system::error_code ignored;
        acceptor_.close(ignored);
        room_.cancel();
        watch_.cancel();
        news_.cancel();
        for (auto& connection : connections_) connection.close_if_idle();
        drain_.emplace(context_, options_.drain);
        drain_->async_wait([this](boost::system::error_code error) {
            if (!error) close_all();
        });
        end_when_idle();
    }

    void close_all() {
        for (auto& connection : connections_) connection.close();
    }

    void end_when_idle() {
        if (stopping_ && connections_.empty() && drain_) drain_->cancel();
    }

    base::Database& database_;
    Options options_;
    Assets assets_;
    // Verbs that open transactions of their own have connections of their own: the request holds
    // one of the others already.
    base::Database helpers_;
    schema::Blobs blobs_;
    std::stop_source stop_;
    service::Environment here_;
    Service service_;
    Metrics metrics_;
    asio::io_context context_{1};
    tcp::acceptor acceptor_;
    asio::steady_timer room_;
    asio::steady_timer watch_;
    asio::steady_timer news_;
    std::optional<asio::steady_timer> drain_;
    std::list<Connection> connections_;
    std::uint16_t port_ = 0;
    bool stopping_ = false;
    std::uint64_t requests_ = 0;
    std::size_t waiting_ = 0;
    std::size_t streams_ = 0;
    std::string progress_;
    std::uint64_t edition_ = 0;
    std::chrono::steady_clock::time_point database_seen_{};
};

Server::Server(base::Database& database, Options options)
    : impl_(std::make_unique<Impl>(database, std::move(options))) {}
Server::~Server() = default;
std::uint16_t Server::port() const {
    return impl_->port();
}
void Server::run(std::stop_token stop) {
    impl_->run(stop);
}

}  // namespace api
