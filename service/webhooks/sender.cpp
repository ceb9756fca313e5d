// Messages go through the fetcher of the crawler, whose check of addresses at each connection keeps
// a webhook from being a way into the private network. What a receiver answers is read for its
// status alone, and for how long it wants to be left in peace.
#include "service/webhooks/sender.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <list>
#include <utility>

#include <fmt/format.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "base/error.hpp"
#include "base/numbers/parse.hpp"
#include "crawler/fetch/fetch.hpp"
#include "ingest/sources/push/webhook.hpp"
#include "service/gather/secret.hpp"

namespace service {

namespace {

using namespace std::chrono_literals;
using schema::MessageState;

constexpr std::array<std::chrono::seconds, 9> pauses{5s, 5min, 30min, 2h, 5h, 10h, 14h, 20h, 24h};
constexpr std::size_t longest_answer = 64U << 10U;

// What it asks for in 429 and 503; a day at most.
std::chrono::seconds asked_pause(const crawler::Response& response) {
    if (response.status != 429 && response.status != 503) return 0s;
    auto text = std::string(response.header("retry-after"));
    auto seconds = base::whole_number<std::int64_t>(text, 10);
    if (!seconds || *seconds < 0) return 0s;
    return std::min<std::chrono::seconds>(std::chrono::seconds(*seconds), 24h);
}

schema::Delivery tried_again(const schema::DueMessage& message, std::string why, base::Time now) {
    schema::Delivery delivery;
    delivery.error = std::move(why);
    auto pause = pause_after(message.attempts);
    if (pause) {
        delivery.due_at = now + *pause;
    } else {
        delivery.state = MessageState::failed;
    }
    return delivery;
}

WebhookSender::Outcome
outcome_of(const schema::DueMessage& message, const crawler::Response& response, base::Time now) {
    WebhookSender::Outcome outcome;
    auto& delivery = outcome.delivery;
    if (response.status >= 200 && response.status < 300) {
        delivery.state = MessageState::delivered;
    } else if (response.status == 0) {
        auto why = response.error == crawler::FetchError::refused_address
                       ? response.message + "; 'allow_private' opens private addresses"
                       : response.message;
        delivery = tried_again(message, why, now);
    } else {
        delivery = tried_again(message, fmt::format("answered {}", response.status), now);
        if (delivery.state == MessageState::waiting)
            delivery.due_at = std::max(delivery.due_at, now + asked_pause(response));
        outcome.gone = response.status == 410;
        if (outcome.gone) delivery.state = MessageState::failed;
    }
    if (response.status > 0) delivery.status = response.status;
    delivery.milliseconds = static_cast<int>(response.elapsed.count());
    return outcome;
}

// Throws base::Error if the secret is not to be had.
crawler::Request request_of(const schema::DueMessage& message, base::Time now) {
    auto secret = secret_of(message.secret);
    auto id = "msg_" + message.uuid;
    auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch());
    auto at = std::to_string(seconds.count());
    crawler::Request request;
    request.url = message.url;
    request.headers = {
        "Content-Type: application/json",
        "webhook-id: " + id,
        "webhook-timestamp: " + at,
        "webhook-signature: " + ingest::standard_signature(secret, id, at, message.body)};
    request.post = message.body;
    return request;
}

crawler::FetchOptions options_of(const Config& config, bool allow_private) {
    crawler::FetchOptions options;
    options.user_agent = config.crawl.user_agent;
    options.allow_private = allow_private;
    options.cookies = false;
    options.limits.connect = 5s;
    options.limits.total = 20s;
    options.limits.body = longest_answer;
    return options;
}

}  // namespace

std::optional<std::chrono::seconds> pause_after(int tries) {
    if (tries < 1 || static_cast<std::size_t>(tries) > pauses.size()) return std::nullopt;
    return pauses[static_cast<std::size_t>(tries) - 1];
}

struct WebhookSender::Impl {
    // A message under way.
    struct Flight {
        schema::DueMessage message;
        base::Time begun{};
    };

    boost::asio::io_context io;
    crawler::Fetcher outside, anywhere;
    std::list<Flight> flights;  // their coroutines refer to them
    std::vector<Outcome> ended;
    std::exception_ptr failure;
    std::stop_callback<std::function<void()>> stopped;

    Impl(const Config& config, std::stop_token stop)
        : outside(io.get_executor(), options_of(config, false)),
          anywhere(io.get_executor(), options_of(config, true)),
          stopped(std::move(stop), [this] { cut_off(); }) {}
    ~Impl() {
        // Coroutines end before what they use.
        cut_off();
        io.restart();
        io.run();
    }

    void cut_off() {
        boost::asio::post(io, [this] {
            outside.stop();
            anywhere.stop();
        });
    }

    boost::asio::awaitable<void> send(std::list<Flight>::iterator flight) {
        const auto& message = flight->message;
        Outcome outcome;
        try {
            auto& fetcher = message.allow_private ? anywhere : outside;
            auto response = co_await fetcher.get(request_of(message, flight->begun));
            outcome = outcome_of(message, response, flight->begun);
        } catch (const base::Error& error) {
            outcome.delivery = tried_again(message, error.what(), flight->begun);
        }
        outcome.message = message.id;
        outcome.webhook = message.name;
        ended.push_back(std::move(outcome));
    }
};

WebhookSender::WebhookSender(const Config& config, std::stop_token stop)
    : impl_(std::make_unique<Impl>(config, std::move(stop))) {}
WebhookSender::~WebhookSender() = default;

void WebhookSender::begin(std::vector<schema::DueMessage> messages, base::Time now) {
    auto& impl = *impl_;
    for (auto& message : messages) {
        impl.flights.push_back({.message = std::move(message), .begun = now});
        auto flight = std::prev(impl.flights.end());
        boost::asio::co_spawn(
            impl.io,
            impl.send(flight),
            [&impl, flight](std::exception_ptr thrown) {
                if (thrown) impl.failure = thrown;
                impl.flights.erase(flight);
            }
        );
    }
}

std::vector<WebhookSender::Outcome> WebhookSender::wait(std::chrono::milliseconds at_most) {
    auto& impl = *impl_;
    auto end = std::chrono::steady_clock::now() + at_most;
    impl.io.restart();
    while (impl.ended.empty() && !impl.flights.empty() && impl.io.run_one_until(end) > 0) {
    }
    impl.io.poll();
    if (impl.failure) std::rethrow_exception(std::exchange(impl.failure, nullptr));
    return std::exchange(impl.ended, {});
}

std::vector<std::string> WebhookSender::busy() const {
    std::vector<std::string> names;
    for (const auto& flight : impl_->flights) names.push_back(flight.message.name);
    return names;
}

}  // namespace service
