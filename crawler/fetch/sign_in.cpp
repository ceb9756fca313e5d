// One signs in for all: requests that find the session ended wait for the one that signs in anew,
// and a request that was under way meanwhile is only asked again.
//
// A wrong password must not be tried for ever, since sites lock accounts: what the site says no to
// is final, only a fault on the way is tried again. A session that never shows a page counts as
// fruitless, and after a few of those we stop as well. The form's fields go nowhere but to its own
// origin or those that were declared, because they hold secrets.
#include "crawler/fetch/sign_in.hpp"

#include <algorithm>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "crawler/fetch/fetch.hpp"
#include "crawler/policy/scope.hpp"
#include "formats/html/form.hpp"
#include "formats/html/html.hpp"
#include "formats/url/url.hpp"

namespace crawler {

namespace asio = boost::asio;
using asio::awaitable;

namespace {

constexpr int hops_at_most = 10;
constexpr int tries = 3;
constexpr int fruitless_at_most = 5;
constexpr int rounds_at_most = 3;

std::string domain_of(const formats::Url& url) {
    auto host = url.host.value_or("");
    auto domain = registrable_domain(host);
    return domain.empty() ? host : domain;
}

std::string why(const Response& response) {
    return response.message.empty() ? std::to_string(response.status) : response.message;
}

bool is_redirect(int status) {
    return status >= 300 && status < 400 && status != 304;
}

// Where a redirect leads.
std::optional<formats::Url> target_of(const std::string& from, const Response& response) {
    if (!is_redirect(response.status)) return std::nullopt;
    auto base = formats::parse_url(from);
    auto location = response.header("location");
    if (!base || location.empty()) return std::nullopt;
    return formats::parse_url(location, &*base);
}

}  // namespace

bool shows_signed_out(const SignInPlan& plan, const Request& request, const Response& response) {
    if (response.error != FetchError::none) return false;
    if (response.status == 401) return true;
    if (auto to = target_of(request.url, response)) {
        auto form = formats::parse_url(plan.url);
        return form && to->origin() == form->origin() && to->path == form->path;
    }
    return !plan.logged_out.empty() && response.body.find(plan.logged_out) != std::string::npos;
}

SignIn::SignIn(const asio::any_io_executor& executor, SignInPlan plan, Fetch fetch)
    : plan_(std::move(plan)), fetch_(std::move(fetch)), executor_(executor), changed_(executor) {
    if (auto url = formats::parse_url(plan_.url)) domain_ = domain_of(*url);
}

bool SignIn::covers(const formats::Url& url) const {
    return domain_of(url) == domain_;
}

void SignIn::stop() {
    stopped_ = true;
    changed_.cancel();
}

awaitable<void> SignIn::rest() {
    if (plan_.pause.count() <= 0) co_return;
    asio::steady_timer timer(executor_, plan_.pause);
    co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
}

awaitable<Response> SignIn::ask(Request request) {
    co_await rest();
    request.as_stranger = true;
    auto asked = fetch_(std::move(request));
    co_return co_await std::move(asked);
}

// Returns when `session` is no longer the present one, or signing in has failed for good.
awaitable<void> SignIn::ensure(int session) {
    while (signing_in_ && !stopped_) {
        changed_.expires_at(asio::steady_timer::time_point::max());
        co_await changed_.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    if (session_ != session || !fault_.empty() || stopped_) co_return;
    signing_in_ = true;
    std::string fault;
    bool passing = true;
    for (int i = 0; i < tries && passing && !stopped_; ++i) {
        if (i > 0) {
            asio::steady_timer timer(executor_, std::chrono::seconds(i));
            co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
        }
        auto once = attempt(passing);
        fault = co_await std::move(once);
        if (fault.empty()) break;
    }
    if (fault.empty() && ++fruitless_ > fruitless_at_most)
        fault = "sessions end as soon as they begin";
    co_await rest();
    fault_ = std::move(fault);
    ++session_;
    signing_in_ = false;
    changed_.cancel();
}

// Fills in the form and follows where it leads. What went wrong, or nothing; `passing` if another
// try may do better.
awaitable<std::string> SignIn::attempt(bool& passing) {
    passing = false;
    Request request;
    request.url = plan_.url;
    auto page = co_await ask(request);
    for (int hop = 0; hop < hops_at_most; ++hop) {
        auto to = target_of(request.url, page);
        if (!to) break;
        request.url = to->href(false);
        page = co_await ask(request);
    }
    if (page.error != FetchError::none || page.status >= 500 || page.status == 429) {
        passing = true;
        co_return "the page with the form: " + why(page);
    }
    auto at = formats::parse_url(request.url);
    auto document = formats::parse_page(page.body, page.header("content-type"));
    auto form = formats::find_form(document, *at, plan_.form);
    if (!form) co_return "the page has no such form (status " + std::to_string(page.status) + ")";
    if (!form->post) co_return "the form shows its fields in the address, which is not supported";
    auto action = formats::parse_url(form->action);
    auto own = formats::parse_url(plan_.url)->origin();
    bool declared =
        action && (action->origin() == own ||
                   std::find(plan_.origins.begin(), plan_.origins.end(), action->origin()) !=
                       plan_.origins.end());
    auto place = action ? action->origin() : std::string("nowhere");
    if (!declared) co_return "the form sends to " + place + ", which is not among its origins";
    for (const auto& [name, value] : plan_.fields) form->fill(name, value);

    Request send;
    send.url = form->action;
    send.post = form->encoded();
    send.headers = {"Origin: " + at->origin(), "Referer: " + at->href(false)};
    auto answer = co_await ask(send);
    for (int hop = 0; hop < hops_at_most; ++hop) {
        auto to = target_of(send.url, answer);
        if (!to || !to->is_web()) break;
        if (answer.status == 307 || answer.status == 308)
            co_return "the form is sent on to another address, which is not supported";
        send = {};
        send.url = to->href(false);
        answer = co_await ask(send);
    }
    if (answer.error != FetchError::none || answer.status >= 500 || answer.status == 429) {
        passing = true;
        co_return "after the form: " + why(answer);
    }
    if (answer.status >= 400)
        co_return "the form is answered with " + std::to_string(answer.status);
    if (shows_signed_out(plan_, send, answer))
        co_return "the site does not take the name or the password";
    auto after = formats::parse_page(answer.body, answer.header("content-type"));
    auto again = formats::find_form(after, *formats::parse_url(send.url), plan_.form);
    if (again && again->has_password && again->action == form->action)
        co_return "the site does not take the name or the password: it shows the form again";
    co_return std::string();
}

awaitable<Response> SignIn::get(Request request) {
    auto failed = [](FetchError error, std::string message) {
        Response response;
        response.error = error;
        response.message = std::move(message);
        return response;
    };
    if (session_ == 0) co_await ensure(0);
    for (int round = 0;; ++round) {
        if (stopped_) co_return failed(FetchError::stopped, "stopped");
        if (!fault_.empty()) co_return failed(FetchError::sign_in, fault_);
        auto session = session_;
        auto asked = fetch_(request);
        auto response = co_await std::move(asked);
        if (!shows_signed_out(plan_, request, response)) {
            if (response.error == FetchError::none) fruitless_ = 0;
            co_return response;
        }
        // If this session has served other pages, it may have ended since.
        if (round > 0 && (fruitless_ > 0 || round == rounds_at_most))
            co_return failed(
                FetchError::signed_out, "shows that we are not signed in, though we are"
            );
        // Another may have signed in while this was under way.
        if (session == session_) co_await ensure(session);
    }
}

}  // namespace crawler
