#pragma once

#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "api/server/connection.hpp"

namespace api {

// The open event streams: an event for each change of the progress, or for each thing that happens
// in a project; a comment every 15 seconds, so that a dead connection is found. Who takes nothing
// is given nothing more: news of a project wait in the database until the last ones were sent. A
// user has a share of them, in which those that the client has left do not count, and a stream ends
// when its user may see it no more, or when the tab of a browser that it names asks for another:
// one that is loaded anew has left the old one without a word. For the thread that has the sockets.
class Streams {
public:
    Streams(boost::asio::io_context& context, const Options& options);

    // Why there is no place for the watcher; nothing if there is.
    std::optional<Problem> refusal(const Watcher& watcher) const;
    // Sends until the client is gone, the watcher is dropped or all are stopped.
    boost::asio::awaitable<void> serve(Connection& connection, const Response& response);

    std::size_t size() const { return open_.size(); }
    // The newest progress, as a line of JSON.
    void tell(std::string progress);
    // What happened in a project, for the one whose watch it names.
    void tell(service::WatchNews news);
    // Lets all say that they are still here.
    void beat();
    void stop();

    // Who watches now, to be asked for whether they still may.
    std::vector<Watcher> watchers();
    // Who watches a project and has sent all that was told before.
    std::vector<service::EventWatch> projects();
    // Ends the streams of watchers() that are not among these.
    void keep_only(const std::vector<Watcher>& still);

private:
    struct Open {
        Watcher watcher;
        Connection* connection;
        bool asked_for = false;
        bool dropped = false;
        std::string waiting{};  // to be sent
    };

    static bool replaces(const Watcher& watcher, const Open& one);

    const Options& options_;
    boost::asio::steady_timer news_;
    std::list<Open> open_;
    std::string progress_;
    std::uint64_t edition_ = 0, beats_ = 0;
    std::int64_t last_stream_ = 0;
    bool stopping_ = false;
};

}  // namespace api
