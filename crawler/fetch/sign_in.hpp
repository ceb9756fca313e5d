#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

namespace crawler {

struct Request;
struct Response;
struct Url;

// How to sign in to a site by the form that its visitors use.
struct SignInPlan {
    std::string url;   // of the page with the form
    std::string form;  // CSS selector; empty: the first form with a password field
    std::vector<std::pair<std::string, std::string>> fields;  // name and value; may hold secrets
    std::string logged_out;              // a text that only visitors who are not signed in see
    std::vector<std::string> origins;    // where the form may send its fields, beside url's own
    std::chrono::milliseconds pause{0};  // before and after each request of the signing in
};

// Whether an answer is what a visitor sees who is not signed in: 401, a redirect to the page with
// the form, or the text.
bool shows_signed_out(const SignInPlan& plan, const Request& request, const Response& response);

// Signs in once for all that ask, and again when an answer shows that the session has ended. The
// session is in the cookies of whoever fetches. One thread.
class SignIn {
public:
    using Fetch = std::function<boost::asio::awaitable<Response>(Request)>;

    SignIn(const boost::asio::any_io_executor& executor, SignInPlan plan, Fetch fetch);

    // Whether the session holds for an address: the registrable domain of the form's page.
    bool covers(const Url& url) const;
    // Fetches as one who is signed in. FetchError::sign_in if that can not be; once it was, it
    // stays. FetchError::signed_out if the answer still shows it after signing in anew.
    boost::asio::awaitable<Response> get(Request request);
    void stop();

private:
    boost::asio::awaitable<void> ensure(int session);
    boost::asio::awaitable<std::string> attempt(bool& passing);
    boost::asio::awaitable<void> rest();
    boost::asio::awaitable<Response> ask(Request request);

    SignInPlan plan_;
    Fetch fetch_;
    boost::asio::any_io_executor executor_;
    boost::asio::steady_timer changed_;
    std::string domain_;
    int session_ = 0;    // of the sessions, the present one; 0: none yet
    int fruitless_ = 0;  // sessions in a row that showed no page
    bool signing_in_ = false, stopped_ = false;
    std::string fault_;
};

}  // namespace crawler
