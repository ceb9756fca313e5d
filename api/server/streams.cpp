// The open event streams.
//
// A stream sleeps until there is something to send. Of the service's progress only the newest
// counts, so that a slow client misses what is between; what happens in a project is told whole, a
// part at a time, and the next part is read from the database when the last one was taken.
#include "api/server/streams.hpp"

#include <algorithm>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace api {

namespace asio = boost::asio;

namespace {

// A labeler is told of no source and no run: the lists of these are not his.
constexpr std::string_view nothing = R"({"source_runs":[],"model_runs":[]})";

}  // namespace

Streams::Streams(asio::io_context& context, const Options& options)
    : options_(options), news_(context, asio::steady_timer::time_point::max()) {}

bool Streams::replaces(const Watcher& watcher, const Open& one) {
    return !watcher.tab.empty() && one.watcher.tab == watcher.tab &&
           one.watcher.user == watcher.user;
}

std::optional<Problem> Streams::refusal(const Watcher& watcher) const {
    std::size_t all = 0, of_user = 0;
    for (const auto& one : open_) {
        if (one.dropped || replaces(watcher, one) || one.connection->is_left()) continue;
        ++all;
        if (one.watcher.user == watcher.user) ++of_user;
    }
    bool full = all >= options_.max_streams;
    if (!full && of_user < options_.max_streams_per_user) return std::nullopt;
    if (full) return busy(503, "Busy", "all event streams are taken; try again in a while", 10);
    return busy(429, "Too many streams", "you have too many event streams open; close one", 10);
}

asio::awaitable<void> Streams::serve(Connection& connection, const Response& response) {
    constexpr auto no_throw = asio::as_tuple(asio::use_awaitable);
    for (auto& one : open_)
        if (replaces(*response.stream, one)) one.dropped = true;
    news_.cancel();
    auto place = open_.insert(open_.end(), Open{*response.stream, &connection});
    auto& project = place->watcher.project;
    if (project) project->stream = ++last_stream_;
    bool may_see = place->watcher.role != service::Role::label;
    std::string text =
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n";
    for (const auto& [name, value] : response.headers)
        text.append(name).append(": ").append(value).append("\r\n");
    text += "\r\nretry: 2000\n\n";
    std::uint64_t shown = edition_, beat = beats_;
    if (!progress_.empty()) shown = edition_ - 1;
    for (;;) {
        if (!project && shown != edition_ && !progress_.empty()) {
            text.append("id: ").append(std::to_string(edition_));
            text.append("\nevent: progress\ndata: ");
            text.append(may_see ? std::string_view(progress_) : nothing).append("\n\n");
            shown = edition_;
        }
        text.append(place->waiting);
        if (text.empty() && beat != beats_) text = ": still here\n\n";
        beat = beats_;
        bool sent = text.empty() || co_await connection.send_part(text);
        text.clear();
        if (!sent || stopping_ || place->dropped) break;
        if (project && !place->waiting.empty()) {
            place->waiting.clear();
            continue;
        }
        co_await news_.async_wait(no_throw);
        if (stopping_ || place->dropped) break;
    }
    open_.erase(place);
}

void Streams::tell(std::string progress) {
    if (progress == progress_) return;
    progress_ = std::move(progress);
    ++edition_;
    news_.cancel();
}

void Streams::tell(service::WatchNews news) {
    auto one = std::find_if(open_.begin(), open_.end(), [&](const Open& open) {
        return open.watcher.project && open.watcher.project->stream == news.watch.stream;
    });
    if (one == open_.end()) return;  // gone meanwhile
    for (const auto& event : news.events) {
        if (!event.id.empty()) one->waiting.append("id: ").append(event.id).append("\n");
        one->waiting.append("event: ").append(event.kind);
        one->waiting.append("\ndata: ").append(event.data).append("\n\n");
    }
    one->watcher.project = std::move(news.watch);
    if (news.over) one->dropped = true;
    if (news.over || !news.events.empty()) news_.cancel();
}

void Streams::beat() {
    ++beats_;
    news_.cancel();
}

std::vector<service::EventWatch> Streams::projects() {
    std::vector<service::EventWatch> all;
    for (const auto& one : open_)
        if (one.watcher.project && one.waiting.empty() && !one.dropped)
            all.push_back(*one.watcher.project);
    return all;
}

void Streams::stop() {
    stopping_ = true;
    news_.cancel();
}

std::vector<Watcher> Streams::watchers() {
    std::vector<Watcher> all;
    for (auto& one : open_) {
        one.asked_for = true;
        all.push_back(one.watcher);
    }
    return all;
}

void Streams::keep_only(const std::vector<Watcher>& still) {
    bool any = false;
    for (auto& one : open_) {
        auto same = [&](const Watcher& watcher) { return watcher.hash == one.watcher.hash; };
        if (!one.asked_for || std::any_of(still.begin(), still.end(), same)) continue;
        any = one.dropped = true;
    }
    if (any) news_.cancel();
}

}  // namespace api
