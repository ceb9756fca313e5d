// curl's multi interface wants two services of an event loop: watch these sockets, wake me then.
// Giving each socket to Asio costs an allocation and a handler per event; an epoll of our own,
// which Asio sees as a single descriptor, handles a batch of up to 256 events per wake-up.
//
// curl must not be entered from its own callbacks, so a timeout of zero is posted instead of called
// (kick). `alive_` outlives the object: handlers that were posted before its end find it false.
#include "crawler/fetch/curl_loop.hpp"

#include <cerrno>
#include <utility>

#include <sys/epoll.h>
#include <unistd.h>

#include <boost/asio/post.hpp>

#include "base/error.hpp"

namespace crawler {

namespace asio = boost::asio;

namespace {

struct CurlLibrary {
    CurlLibrary() { curl_global_init(CURL_GLOBAL_DEFAULT); }
};

int new_epoll() {
    int fd = ::epoll_create1(EPOLL_CLOEXEC);
    if (fd < 0) throw base::Error("network", "no descriptor is left", "raise ulimit -n");
    return fd;
}

constexpr int events_at_once = 256;

}  // namespace

CurlLoop::CurlLoop(const asio::any_io_executor& executor, Done done)
    : done_(std::move(done)), ready_(executor, new_epoll()), timer_(executor) {
    static CurlLibrary library;
    multi_ = curl_multi_init();
    if (!multi_) throw base::Error("curl", "can not be started");
    curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &CurlLoop::on_socket);
    curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &CurlLoop::on_timer);
    curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
    curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, 512L);
    curl_multi_setopt(multi_, CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
}

CurlLoop::~CurlLoop() {
    *alive_ = false;
    curl_multi_cleanup(multi_);
}

void CurlLoop::add(CURL* easy) {
    ++transfers_;
    curl_multi_add_handle(multi_, easy);
    wait();
}

void CurlLoop::remove(CURL* easy) {
    curl_multi_remove_handle(multi_, easy);
    if (--transfers_ > 0) return;
    ready_.cancel();
    timer_.cancel();
    due_ = alarm_ = never;
}

int CurlLoop::on_socket(CURL*, curl_socket_t fd, int what, void* given, void* known) {
    auto& self = *static_cast<CurlLoop*>(given);
    int epoll = self.ready_.native_handle();
    if (what == CURL_POLL_REMOVE) {
        ::epoll_ctl(epoll, EPOLL_CTL_DEL, fd, nullptr);  // a closed one is gone already
        curl_multi_assign(self.multi_, fd, nullptr);
        return 0;
    }
    epoll_event event{};
    if (what & CURL_POLL_IN) event.events |= EPOLLIN;
    if (what & CURL_POLL_OUT) event.events |= EPOLLOUT;
    event.data.fd = fd;
    if (known && ::epoll_ctl(epoll, EPOLL_CTL_MOD, fd, &event) == 0) return 0;
    if (::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0 && errno == EEXIST)
        ::epoll_ctl(epoll, EPOLL_CTL_MOD, fd, &event);
    curl_multi_assign(self.multi_, fd, given);
    return 0;
}

int CurlLoop::on_timer(CURLM*, long millis, void* self) {
    static_cast<CurlLoop*>(self)->arm(millis);
    return 0;
}

void CurlLoop::wait() {
    if (waiting_ || transfers_ == 0) return;
    waiting_ = true;
    auto on_ready = [this, alive = alive_](const boost::system::error_code&) {
        if (!*alive) return;
        waiting_ = false;
        epoll_event events[events_at_once];
        int count = ::epoll_wait(ready_.native_handle(), events, events_at_once, 0);
        for (int i = 0; i < count; ++i) {
            int what = 0;
            if (events[i].events & EPOLLIN) what |= CURL_CSELECT_IN;
            if (events[i].events & EPOLLOUT) what |= CURL_CSELECT_OUT;
            // Reading or writing finds out what is wrong.
            if (events[i].events & (EPOLLERR | EPOLLHUP))
                what |= CURL_CSELECT_IN | CURL_CSELECT_OUT;
            act(events[i].data.fd, what);
        }
        if (count > 0) collect();
        wait();
    };
    ready_.async_wait(asio::posix::stream_descriptor::wait_read, on_ready);
}

// Setting a timer of the kernel costs more than all else of a request, and curl moves its deadline
// with each: one that was set earlier stays, and looks again when it is due.
void CurlLoop::arm(long millis) {
    if (millis == 0) {
        kick();
        return;
    }
    due_ = millis < 0 ? never : Clock::now() + std::chrono::milliseconds(millis);
    if (due_ < alarm_) set_alarm();
}

void CurlLoop::kick() {
    if (std::exchange(kicked_, true)) return;
    asio::post(timer_.get_executor(), [this, alive = alive_] {
        if (!*alive) return;
        kicked_ = false;
        act(CURL_SOCKET_TIMEOUT, 0);
        collect();
    });
}

void CurlLoop::set_alarm() {
    alarm_ = due_;
    timer_.expires_at(alarm_);
    timer_.async_wait([this, alive = alive_](const boost::system::error_code& error) {
        if (error || !*alive) return;
        alarm_ = never;
        if (Clock::now() >= due_) {
            due_ = never;
            act(CURL_SOCKET_TIMEOUT, 0);
            collect();
        }
        if (due_ < alarm_) set_alarm();
    });
}

void CurlLoop::act(curl_socket_t fd, int events) {
    int running = 0;
    curl_multi_socket_action(multi_, fd, events, &running);
}

void CurlLoop::collect() {
    int left = 0;
    while (auto* message = curl_multi_info_read(multi_, &left))
        if (message->msg == CURLMSG_DONE) done_(message->easy_handle, message->data.result);
}

}  // namespace crawler
