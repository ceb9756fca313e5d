// Who is connected, and what one of many may take: places go from those who only sit on them to
// those who ask, and who guesses at the door waits.
#include "api/server/crowd.hpp"

#include <algorithm>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "api/server/auth.hpp"

namespace api {

using namespace std::chrono_literals;

bool Crowd::close_oldest_idle(const std::string& address) {
    for (auto one = open_.rbegin(); one != open_.rend(); ++one) {
        if (!one->is_idle() || (!address.empty() && one->address() != address)) continue;
        one->close();
        return true;
    }
    return false;
}

bool Crowd::make_room(const std::string& address) {
    auto found = by_address_.find(address);
    auto of_address = found == by_address_.end() ? 0 : found->second;
    if (of_address >= options_.max_per_address) return close_oldest_idle(address);
    if (open_.size() >= options_.max_connections) return close_oldest_idle("");
    return true;
}

void Crowd::close_one() {
    close_oldest_idle("");
}

Crowd::Place Crowd::add(boost::asio::ip::tcp::socket socket, std::string address) {
    ++by_address_[address];
    open_.emplace_front(std::move(socket), options_, bodies_, std::move(address));
    return open_.begin();
}

void Crowd::remove(Place place) {
    auto count = by_address_.find(place->address());
    if (--count->second == 0) by_address_.erase(count);
    open_.erase(place);
}

boost::asio::awaitable<void> Crowd::watch() {
    constexpr auto no_throw = boost::asio::as_tuple(boost::asio::use_awaitable);
    while (watched_) {
        for (auto& connection : open_) left_ += connection.stop_if_left();
        next_look_.expires_after(1s);
        co_await next_look_.async_wait(no_throw);
    }
}

void Crowd::stop_watching() {
    watched_ = false;
    next_look_.cancel();
}

void FailedTries::begin_minute(Clock::time_point now) {
    constexpr std::size_t most = 10'000;  // addresses: whoever has more has other ways
    if (now - since_ < 60s && failed_.size() < most) return;
    since_ = now;
    failed_.clear();
}

std::chrono::seconds FailedTries::wait(const std::string& address, Clock::time_point now) {
    begin_minute(now);
    auto found = failed_.find(address);
    if (found == failed_.end() || found->second < a_minute_) return 0s;
    return std::chrono::duration_cast<std::chrono::seconds>(since_ + 60s - now) + 1s;
}

void FailedTries::note(const std::string& address, Clock::time_point now) {
    begin_minute(now);
    ++failed_[address];
}

std::optional<int> SignInGuard::failure_of(const Route& route, const Request& request) {
    if (route.roles == anyone && (route.secret || route.takes_long)) return 401;
    if (is_password_change(request)) return 403;
    return std::nullopt;
}

std::optional<Response>
SignInGuard::refusal(const Request& request, FailedTries::Clock::time_point now) {
    auto wait = by_address_.wait(request.address, now);
    if (auto name = name_to_sign_in(request); !name.empty())
        wait = std::max(wait, by_name_.wait(name, now));
    if (request.path == "/api/v1/session/oidc") {
        wait = std::max(wait, begun_.wait(request.address, now));
        begun_.note(request.address, now);
    }
    if (wait <= 0s) return std::nullopt;
    return problem(busy(429, "Too many tries", "too many tries; wait a while", wait.count()), "");
}

void SignInGuard::note(const Request& request, FailedTries::Clock::time_point now) {
    by_address_.note(request.address, now);
    if (auto name = name_to_sign_in(request); !name.empty()) by_name_.note(name, now);
}

}  // namespace api
