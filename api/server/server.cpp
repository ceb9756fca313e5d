// One thread has all sockets, as coroutines over Boost.Asio; database work runs on the pool's
// threads and comes back by co_await. So nothing here needs a lock: counters, connections and the
// latest progress belong to that one thread.
//
// Everything has a bound: connections, waiting requests, streams, header, body, and the time for
// reading and writing. When it is full the service answers 503 at once instead of getting slower
// for all; places are taken from those who only sit on them, and a body is read once it is known
// whose it is. What takes seconds has a pool of its own. Stopping takes no new connections, closes
// idle ones, lets busy ones finish, and closes what is left after `drain`.
#include "api/server/server.hpp"

#include <optional>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "api/server/assets.hpp"
#include "api/server/bodies.hpp"
#include "api/server/connection.hpp"
#include "api/server/crowd.hpp"
#include "api/server/gauges.hpp"
#include "api/server/kept_reports.hpp"
#include "api/server/look.hpp"
#include "api/server/metrics.hpp"
#include "api/server/service.hpp"
#include "api/server/streams.hpp"
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

Response without_database() {
    return problem(busy(503, "Busy", "the database does not answer; try again in a while", 5), "");
}

}  // namespace

class Server::Impl {
public:
    Impl(base::Database& database, Options options)
        : database_(database),
          options_(std::move(options)),
          assets_(options_.static_dir),
          helpers_(database.url(), 2),
          reports_(database.url(), 2),
          doors_(database.url(), 2),
          blobs_(options_.setting.blobs),
          here_{helpers_, blobs_, options_.config, {}},
          service_(options_.setting, here_),
          bodies_(options_),
          acceptor_(context_),
          room_(context_),
          watch_(context_),
          crowd_(context_, options_, bodies_),
          guard_(options_),
          streams_(context_, options_),
          before_body_([this](const Request& request, std::optional<std::uint64_t> length) {
              return before_body(request, length);
          }) {
        listen();
    }

    std::uint16_t port() const { return port_; }

    void run(const std::stop_token& stop) {
        asio::co_spawn(context_, accept(), asio::detached);
        asio::co_spawn(context_, watch(), asio::detached);
        asio::co_spawn(context_, crowd_.watch(), asio::detached);
        auto ask_to_stop = [this] { asio::post(context_, [this] { begin_stop(); }); };
        std::stop_callback on_stop(stop, ask_to_stop);
        context_.run();
        if (is_ready()) store_all_asked(database_, service_);
    }

private:
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

    // Takes connections; room for one more is made by closing those that nothing is asked on.
    awaitable<void> accept() {
        while (!stopping_) {
            auto [error, socket] = co_await acceptor_.async_accept(no_throw);
            if (error == asio::error::operation_aborted) break;
            if (error) {  // out of descriptors, say: wait for some to be closed
                crowd_.close_one();
                room_.expires_after(100ms);
                co_await room_.async_wait(no_throw);
                continue;
            }
            boost::system::error_code ignored;
            auto from = socket.remote_endpoint(ignored).address().to_string();
            if (!crowd_.make_room(from)) continue;  // all at work: this one is closed
            socket.set_option(tcp::no_delay(true), ignored);
            asio::co_spawn(
                context_, serve(crowd_.add(std::move(socket), std::move(from))), asio::detached
            );
        }
    }

    awaitable<void> serve(Crowd::Place connection) {
        try {
            while (co_await one_request(*connection)) {
            }
        } catch (const std::exception& error) {
            base::log::error("api: connection: {}", error.what());
        }
        connection->shut_down();
        crowd_.remove(connection);
        end_when_idle();
    }

    // False when the connection is to be closed.
    awaitable<bool> one_request(Connection& connection) {
        if (stopping_) co_return false;
        auto message = co_await connection.read(before_body_);
        if (message.refused) {
            secure(*message.refused, true);
            metrics_.count("OTHER", "refused", message.refused->status, 0s);
            message.keep = false;
            if (co_await connection.send(*message.refused, message)) co_return false;
            co_await connection.hear_out();
            co_return false;
        }
        if (!message.request) co_return false;
        auto response = co_await answer(*message.request);
        if (response.stream) {
            auto refused = streams_.refusal(*response.stream);
            if (!refused) {
                co_await streams_.serve(connection, response);
                co_return false;
            }
            response = problem(*refused, "");
            secure(response, true);
        }
        message.keep = message.keep && !stopping_;
        co_return co_await connection.send(response, message);
    }

    // Bodies are read for those who may send one. Small ones are not worth the question.
    awaitable<std::optional<Response>>
    before_body(const Request& request, std::optional<std::uint64_t> length) {
        if (length && *length <= options_.max_unasked_body) co_return std::nullopt;
        auto found = match(routes(), request.method, request.path);
        if (auto refusal = Service::refused(found, request)) co_return *refusal;
        Response refused;
        if (found.route->roles == anyone) {
            if (found.route->pattern.find("/push/") != std::string_view::npos)
                co_return std::nullopt;
            refused = problem({413, "Body too large", "this takes no such body"}, "");
        } else {
            auto now = std::chrono::system_clock::now();
            auto job = [this, &found, &request, now](base::Tx& tx) {
                service_.admit(tx, found, request, now);
                return Response{};
            };
            refused = co_await guarded(database_.run(job), request, "");
            if (refused.status == 200) co_return std::nullopt;
        }
        co_return refused;
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
    awaitable<Response>
    guarded(awaitable<Response> job, const Request& request, const std::string& id) {
        try {
            co_return co_await std::move(job);
        } catch (const Problem& what) {
            co_return problem(what, id);
        } catch (const base::DatabaseAway& away) {
            base::log::error("api: request {}: {}", id, away.what());
            co_return without_database();
        } catch (const std::exception& error) {
            base::log::error(
                "api: request {}: {} {}: {}",
                id,
                name_of(request.method),
                request.path,
                error.what()
            );
        }
        co_return problem({500, "Failed", "the service could not do this; its log tells why"}, id);
    }

    awaitable<Response> answer_api(const Match& found, const Request& request) {
        auto id = std::to_string(++requests_);
        if (auto refusal = Service::refused(found, request)) co_return *refusal;
        const auto& route = *found.route;
        auto failure = SignInGuard::failure_of(route, request);
        auto since = FailedTries::Clock::now();
        if (failure)
            if (auto refusal = guard_.refusal(request, since)) co_return *refusal;
        if (!is_ready()) co_return without_database();
        auto& lane = !route.takes_long ? usual_ : route.roles == anyone ? sign_ins_ : long_;
        if (lane.waiting >= lane.at_most)
            co_return problem(
                busy(503, "Busy", "too many requests are waiting; try again in a second", 1), ""
            );
        auto now = std::chrono::system_clock::now();
        auto job = [this, &found, &request, now](base::Tx& tx) {
            return found.route->kept ? kept_or_made(tx, found, request, now)
                                     : service_.answer(tx, found, request, now);
        };
        ++lane.waiting;
        auto response = co_await guarded(lane.database.run(job), request, id);
        --lane.waiting;
        if (failure == response.status) guard_.note(request, since);
        co_return response;
    }

    // On a thread of the database.
    Response
    kept_or_made(base::Tx& tx, const Match& found, const Request& request, schema::Time now) {
        auto what = request.path + "?" + request.query;
        service_.admit(tx, found, request, now);
        if (auto kept = kept_.find(what, KeptReports::Clock::now())) return *kept;
        auto made = service_.answer(tx, found, request, now);
        kept_.keep(what, made, KeptReports::Clock::now());
        return made;
    }

    // The database was seen lately, or not looked for yet.
    bool is_ready() const {
        return database_seen_ == std::chrono::steady_clock::time_point{} ||
               std::chrono::steady_clock::now() - database_seen_ < 10s;
    }

    Response answer_machine(std::string_view path) {
        if (path == "/healthz") return plain(200, "ok\n");
        if (path == "/readyz") {
            return !stopping_ && database_seen_.time_since_epoch() != 0s && is_ready()
                       ? plain(200, "ready\n")
                       : plain(503, "the database does not answer\n");
        }
        metrics_.set("tilth_connections", static_cast<double>(crowd_.size()));
        metrics_.set("tilth_body_bytes", static_cast<double>(bodies_.bytes()));
        metrics_.set("tilth_requests_left", static_cast<double>(crowd_.left()));
        metrics_.set("tilth_event_streams", static_cast<double>(streams_.size()));
        metrics_.set(
            "tilth_requests_waiting",
            static_cast<double>(usual_.waiting + long_.waiting + sign_ins_.waiting)
        );
        metrics_.set("tilth_db_connections", static_cast<double>(database_.connections()));
        return metrics_page(metrics_);
    }

    // Looks at the database once a second: for readiness, for gauges (less often), for those who
    // watch progress.
    awaitable<void> watch() {
        for (unsigned round = 0; !stopping_; ++round) {
            try {
                Round asked{round, options_.config.server.audit_days, streams_.watchers()};
                if (!asked.watchers.empty() || round % 3 == 0) {
                    asked.projects = streams_.projects();
                    auto job = [this, &asked](base::Tx& tx) { return look(tx, service_, asked); };
                    auto seen = co_await database_.run(job);
                    database_seen_ = std::chrono::steady_clock::now();
                    if (seen.figures) set_figures(metrics_, *seen.figures);
                    if (!seen.progress.empty()) streams_.tell(std::move(seen.progress));
                    for (auto& news : seen.news) streams_.tell(std::move(news));
                    streams_.keep_only(seen.watchers);
                    co_await store_asked(database_, service_);
                }
                if (round % 15 == 0) streams_.beat();
            } catch (const std::exception& error) {
                base::log::warning("api: the database does not answer: {}", error.what());
            }
            if (stopping_) break;
            watch_.expires_after(1s);
            co_await watch_.async_wait(no_throw);
        }
    }

    void begin_stop() {
        if (stopping_) return;
        stopping_ = true;
        boost::system::error_code ignored;
        acceptor_.close(ignored);
        room_.cancel();
        watch_.cancel();
        streams_.stop();
        crowd_.stop_watching();
        for (auto& connection : crowd_) connection.close_if_idle();
        drain_.emplace(context_, options_.drain);
        drain_->async_wait([this](boost::system::error_code error) {
            if (error) return;
            for (auto& connection : crowd_) connection.close();
        });
        end_when_idle();
    }

    void end_when_idle() {
        if (stopping_ && crowd_.empty() && drain_) drain_->cancel();
    }

    base::Database& database_;
    Options options_;
    Assets assets_;
    // Verbs that open transactions of their own have connections of their own: the request holds
    // one of the others already.
    base::Database helpers_;
    // What takes seconds leaves the rest to those who ask for little.
    base::Database reports_;
    // So do those who sign in, who may be anybody.
    base::Database doors_;
    KeptReports kept_;
    schema::Blobs blobs_;
    service::Environment here_;
    Service service_;
    Metrics metrics_;
    Bodies bodies_;
    asio::io_context context_{1};
    tcp::acceptor acceptor_;
    asio::steady_timer room_, watch_;
    std::optional<asio::steady_timer> drain_;
    Crowd crowd_;
    SignInGuard guard_;
    Streams streams_;
    const Connection::BeforeBody before_body_;
    std::uint16_t port_ = 0;
    bool stopping_ = false;
    std::uint64_t requests_ = 0;
    Lane usual_{database_, options_.max_waiting}, long_{reports_, options_.max_reports},
        sign_ins_{doors_, options_.max_sign_ins};
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
