// A machine behind an address is asked through the fetcher of the crawler, whose check of addresses
// at each connection keeps it from being a way into the private network; redirects are not
// followed, since the key would go with them.
//
// Some records at a time are read, asked about side by side and kept in one transaction: none is
// open while we wait for the network. A reply that is no answer is kept as such; no reply at all is
// not, and is asked for again the next time.
#include "service/labels/machine/endpoint.hpp"

#include <algorithm>
#include <memory>

#include <fmt/format.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "base/numbers/random.hpp"
#include "crawler/fetch/fetch.hpp"
#include "crawler/policy/retry.hpp"
#include "service/config.hpp"
#include "service/gather/secret.hpp"
#include "service/labels/projects.hpp"

namespace service {

namespace {

using namespace std::chrono_literals;
using labeling::EndpointSettings;
using labeling::RecordToAsk;
using labeling::Suggested;

constexpr std::size_t largest_reply = 4U << 20U;
constexpr int most_in_vain = 10;  // records in a row without a reply

crawler::FetchOptions options_of(const Config& config, const EndpointSettings& endpoint) {
    crawler::FetchOptions options;
    options.user_agent = config.crawl.user_agent;
    options.allow_private = endpoint.allow_private;
    options.cookies = false;
    options.limits.total = endpoint.timeout;
    options.limits.stalled = endpoint.timeout;
    options.limits.connect = std::min(endpoint.timeout, std::chrono::milliseconds(10s));
    options.limits.body = largest_reply;
    return options;
}

// One conversation with the machine.
class EndpointAsker {
public:
    EndpointAsker(
        const Environment& here,
        const EndpointSettings& endpoint,
        const labeling::Project& project,
        std::int64_t machine,
        const labeling::MachineUse& used
    )
        : here_(here),
          endpoint_(endpoint),
          project_(project),
          secret_(endpoint.key.empty() ? "" : secret_of(endpoint.key)),
          machine_(machine),
          used_(used),
          fetcher_(io_.get_executor(), options_of(here.config, endpoint)),
          stopped_(here.stop, [this] {
              boost::asio::post(io_, [this] {
                  fetcher_.stop();
                  for (auto* pause : pauses_) pause->cancel();
              });
          }) {
        policy_.attempts = endpoint.retries + 1;
        policy_.first = endpoint.backoff;
        policy_.longest = 60s;
        policy_.longest_asked = 10min;
    }

    // What is to be kept of these records.
    std::vector<Suggested> ask(const std::vector<RecordToAsk>& records) {
        records_ = &records;
        next_ = 0;
        kept_.clear();
        std::exception_ptr failure;
        for (int i = 0; i < endpoint_.concurrency; ++i)
            boost::asio::co_spawn(io_, work(), [&failure](std::exception_ptr thrown) {
                if (thrown) failure = thrown;
            });
        io_.restart();
        io_.run();
        if (failure) std::rethrow_exception(failure);
        return std::move(kept_);
    }

    bool ended() const {
        return !fatal_.empty() || !used_.reached.empty() || here_.stop.stop_requested();
    }
    std::int64_t asked() const { return sums_.asked; }
    // What came of all. Throws base::Error if the address made an end of it.
    EndpointAsked done(const labeling::Machine& machine, bool records_left) {
        auto reasons = reasons_.sorted();
        if (fatal_.empty() && sums_.failed > 0 && sums_.suggestions + sums_.rejects == 0)
            fatal_ = "no record got a reply: " + reasons.front().first;
        if (!fatal_.empty())
            throw base::Error(
                endpoint_.url,
                fatal_,
                fmt::format(
                    "{} answers are kept; mend it and ask again", sums_.suggestions + sums_.rejects
                )
            );
        sums_.annotator = machine.name;
        sums_.version = machine.version;
        sums_.spent = used_.cost;
        sums_.requests = used_.requests;
        sums_.tokens = used_.tokens;
        if (records_left) sums_.limit = used_.reached;
        sums_.reasons = std::move(reasons);
        return std::move(sums_);
    }

private:
    // Whether one more request may be made, which is counted then: other programs may ask the same
    // machine at this time, so that only the database knows.
    bool may_ask() {
        if (ended()) return false;
        const labeling::UseLimits limits{
            .requests = endpoint_.max_requests,
            .tokens = endpoint_.max_total_tokens,
            .cost = endpoint_.max_cost};
        used_ = here_.database.call([&](base::Tx& tx) {
            return labeling::take_request(tx, machine_, limits);
        });
        return used_.reached.empty();
    }
    void note_use(const Suggested& reply) {
        auto tokens = reply.input_tokens + reply.output_tokens;
        if (tokens == 0 && reply.cost == 0) return;
        auto reached = std::move(used_.reached);
        used_ = here_.database.call([&](base::Tx& tx) {
            return labeling::note_use(tx, machine_, tokens, reply.cost);
        });
        used_.reached = std::move(reached);
    }

    boost::asio::awaitable<void> work() {
        while (next_ < records_->size() && !ended()) {
            const auto& record = (*records_)[next_++];
            Suggested refused{.key = record.key};
            std::string body;
            try {
                body = labeling::body_of(endpoint_, project_, record);
            } catch (const base::UsageError& error) {
                refused.fault = error.what();
            }
            if (!refused.fault.empty()) {
                keep(std::move(refused));
                continue;
            }
            if (!may_ask()) co_return;
            ++sums_.asked;
            auto response = co_await reply_to(body, record);
            take(record, response);
        }
    }

    // With retries. The first request is counted.
    boost::asio::awaitable<crawler::Response>
    reply_to(const std::string& body, const RecordToAsk& record) {
        auto seed = base::seed_of(record.key);
        for (int made = 1;; ++made) {
            crawler::Request request;
            request.url = endpoint_.url;
            request.headers = {"Content-Type: application/json", "Accept: application/json"};
            if (!secret_.empty()) request.headers.push_back("Authorization: Bearer " + secret_);
            request.post = body;
            auto response = co_await fetcher_.get(std::move(request));
            crawler::Attempt attempt{
                .status = response.status,
                .permanent = cannot_mend(response),
                .retry_after = crawler::parse_retry_after(
                    response.header("retry-after"), std::chrono::system_clock::now()
                )};
            auto pause = crawler::retry_delay(policy_, attempt, made, seed);
            if (!pause || ended()) co_return response;
            boost::asio::steady_timer timer(io_, *pause);
            pauses_.push_back(&timer);
            boost::system::error_code cut;
            co_await timer.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, cut));
            std::erase(pauses_, &timer);
            if (!may_ask()) co_return response;
        }
    }

    static bool cannot_mend(const crawler::Response& response) {
        using crawler::FetchError;
        return response.error == FetchError::refused_address ||
               response.error == FetchError::bad_url || response.error == FetchError::untrusted ||
               response.error == FetchError::too_large || response.error == FetchError::stopped;
    }

    void keep(Suggested suggestion) {
        suggestion.fault.empty() ? ++sums_.suggestions : ++sums_.rejects;
        if (!suggestion.fault.empty()) reasons_.add(suggestion.fault);
        sums_.input_tokens += suggestion.input_tokens;
        sums_.output_tokens += suggestion.output_tokens;
        sums_.cost += suggestion.cost;
        note_use(suggestion);
        kept_.push_back(std::move(suggestion));
    }

    // Some providers repeat the key that they were sent.
    std::string without_secret(std::string text) const {
        if (secret_.empty()) return text;
        for (std::size_t at = 0; (at = text.find(secret_, at)) != text.npos;)
            text.replace(at, secret_.size(), "***");
        return text;
    }

    void take(const RecordToAsk& record, const crawler::Response& response) {
        auto status = response.status;
        auto body = without_secret(response.body);
        if (status >= 200 && status < 300) {
            in_vain_ = 0;
            return keep(labeling::read_reply(endpoint_, project_, record, body));
        }
        if (response.error == crawler::FetchError::stopped) return;
        auto why = status == 0 ? response.message
                               : fmt::format("answered {}: {}", status, labeling::error_in(body));
        // About this record alone: too long, or not to its liking.
        if (status == 400 || status == 413 || status == 422)
            return keep({.key = record.key, .fault = why});
        ++sums_.failed;
        reasons_.add(why);
        if (status == 0 && response.error == crawler::FetchError::refused_address)
            why += "; allow_private = true opens private addresses";
        bool refuses = status != 0 && !crawler::is_passing({.status = status, .retry_after = {}});
        if (refuses || cannot_mend(response) || ++in_vain_ >= most_in_vain) fatal_ = why;
    }

    const Environment& here_;
    const EndpointSettings& endpoint_;
    const labeling::Project& project_;
    std::string secret_;
    std::int64_t machine_;
    labeling::MachineUse used_;
    crawler::RetryPolicy policy_;
    boost::asio::io_context io_;
    crawler::Fetcher fetcher_;
    std::vector<boost::asio::steady_timer*> pauses_;
    const std::vector<RecordToAsk>* records_ = nullptr;
    std::size_t next_ = 0;
    std::vector<Suggested> kept_;
    int in_vain_ = 0;
    std::string fatal_;
    EndpointAsked sums_;
    labeling::TextCounts reasons_;
    std::stop_callback<std::function<void()>> stopped_;
};

}  // namespace

const base::Settings<SuggestByEndpoint> SuggestByEndpoint::settings{
    {"project", &SuggestByEndpoint::project, "its name", {.required = true}},
    {&SuggestByEndpoint::endpoint},
    {&SuggestByEndpoint::records},
};

EndpointAsked suggest_by_endpoint(Work& work, const SuggestByEndpoint& request) {
    return ask_endpoint_and_tell(work, request, {});
}

EndpointAsked ask_endpoint_and_tell(
    Work& work,
    const SuggestByEndpoint& request,
    const std::function<void(std::int64_t asked)>& tell
) {
    auto stored = known_project(work, request.project);
    auto endpoint = labeling::named_endpoint(request.endpoint, stored.project);
    auto& database = work.here.database;
    labeling::MachineUse used;
    auto machine = database.call([&](base::Tx& tx) {
        auto hash = labeling::prompt_hash(endpoint, stored.project);
        auto known = labeling::known_or_new_machine(
            tx, stored, endpoint.annotator, endpoint.version, hash, work.now
        );
        used = labeling::note_use(tx, known.id, 0, 0);
        return known;
    });
    EndpointAsker asker(work.here, endpoint, stored.project, machine.id, used);
    bool records_left = false;
    each_unsuggested(
        database,
        stored,
        machine.id,
        request.records,
        static_cast<std::size_t>(endpoint.concurrency) * 4,
        [&](const std::vector<std::string>& keys) {
            if (asker.ended()) {
                records_left = true;
                return;
            }
            auto records = database.call([&](base::Tx& tx) {
                return labeling::records_to_ask(tx, stored, keys);
            });
            auto kept = asker.ask(records);
            records_left = records_left || kept.size() < records.size();
            database.call([&](base::Tx& tx) {
                labeling::put_suggestions(
                    tx, stored, machine.id, kept, std::chrono::system_clock::now()
                );
            });
            if (tell) tell(asker.asked());
        }
    );
    if (work.here.stop.stop_requested()) throw base::Interrupted();
    return asker.done(machine, records_left);
}

}  // namespace service
