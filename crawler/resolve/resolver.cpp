// c-ares runs on a thread of its own with a poll loop: a slow name server then holds up no fetcher,
// and all fetchers of the process share its cache and its questions.
//
// A question crosses the threads twice. The name goes in by a queue under the mutex, and the answer
// is posted to the executor of whoever asked, whose timer is cancelled only there. The system's
// settings may change while we live; they are read again when nothing is under way.
#include "crawler/resolve/resolver.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <thread>

#include <ares.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/post.hpp>

#include "base/error.hpp"

namespace crawler {

namespace asio = boost::asio;

namespace {

struct AresLibrary {
    AresLibrary() { ares_library_init(ARES_LIB_INIT_ALL); }
};

std::string address_text(const sockaddr& address) {
    char text[INET6_ADDRSTRLEN] = "";
    const void* bytes = nullptr;
    if (address.sa_family == AF_INET) {
        bytes = &reinterpret_cast<const sockaddr_in&>(address).sin_addr;
    } else if (address.sa_family == AF_INET6) {
        bytes = &reinterpret_cast<const sockaddr_in6&>(address).sin6_addr;
    }
    if (bytes) inet_ntop(address.sa_family, bytes, text, sizeof text);
    return text;
}

std::int64_t change_of_settings() {
    struct stat found {};
    if (::stat("/etc/resolv.conf", &found) != 0) return 0;
    return std::int64_t{found.st_mtim.tv_sec} * 1'000'000'000 + found.st_mtim.tv_nsec;
}

}  // namespace

// Where the answer arrives: `done` belongs to the asker's thread, `answer` is written before the
// asker is told.
struct Resolver::Question::Slot {
    explicit Slot(const asio::any_io_executor& executor) : timer(executor) {
        timer.expires_at(asio::steady_timer::time_point::max());
    }
    asio::steady_timer timer;
    NameCache::Answer answer;
    bool done = false;
};

struct Resolver::Impl {
    using Slot = Question::Slot;

    explicit Impl(ResolverOptions given) : options(std::move(given)), cache(options.cache) {
        static AresLibrary library;
        bell = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        if (bell < 0) throw base::Error("names", "no descriptor is left", "raise ulimit -n");
        open();
        thread = std::thread([this] { run(); });
    }

    ~Impl() {
        {
            std::lock_guard lock(mutex);
            ending = true;
        }
        ring();
        thread.join();
        ares_destroy(channel);
        ::close(bell);
    }

    // ---- the resolver's thread

    void open() {
        settings = change_of_settings();
        ares_options wanted{};
        wanted.timeout = static_cast<int>(options.patience.count());
        wanted.tries = options.tries;
        wanted.sock_state_cb = [](void* self, ares_socket_t fd, int readable, int writable) {
            auto events = static_cast<short>((readable ? POLLIN : 0) | (writable ? POLLOUT : 0));
            auto& watched = static_cast<Impl*>(self)->sockets;
            if (events) {
                watched[fd] = events;
            } else {
                watched.erase(fd);
            }
        };
        wanted.sock_state_cb_data = this;
        int result = ares_init_options(
            &channel, &wanted, ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB
        );
        if (result != ARES_SUCCESS)
            throw base::Error("names", ares_strerror(result), "check /etc/resolv.conf");
        if (options.servers.empty()) return;
        std::string list;
        for (const auto& server : options.servers) list += (list.empty() ? "" : ",") + server;
        if (ares_set_servers_ports_csv(channel, list.c_str()) != ARES_SUCCESS)
            throw base::UsageError(
                "name servers '" + list + "'", "can not be read", "write ADDRESS:PORT"
            );
    }

    void run() {
        for (;;) {
            std::vector<std::string> names;
            {
                std::lock_guard lock(mutex);
                if (ending) return;
                names.swap(queue);
            }
            // The system's settings may change while we live.
            if (under_way == 0 && options.servers.empty() && change_of_settings() != settings) {
                auto* old = channel;
                try {
                    open();
                    ares_destroy(old);
                } catch (const std::exception&) {
                    channel = old;
                }
            }
            for (const auto& name : names) look_up(name);
            wait();
        }
    }

    void wait() {
        std::vector<pollfd> ready{{bell, POLLIN, 0}};
        for (auto [fd, events] : sockets) ready.push_back({fd, events, 0});
        timeval room{};
        auto* left = ares_timeout(channel, nullptr, &room);
        int millis = left ? static_cast<int>(left->tv_sec * 1000 + left->tv_usec / 1000 + 1) : -1;
        ::poll(ready.data(), ready.size(), millis);
        std::uint64_t rung = 0;
        if (ready[0].revents && ::read(bell, &rung, sizeof rung) < 0) rung = 0;
        bool any = false;
        for (std::size_t i = 1; i < ready.size(); ++i) {
            if (!ready[i].revents) continue;
            any = true;
            auto read =
                ready[i].revents & (POLLIN | POLLERR | POLLHUP) ? ready[i].fd : ARES_SOCKET_BAD;
            auto write = ready[i].revents & POLLOUT ? ready[i].fd : ARES_SOCKET_BAD;
            ares_process_fd(channel, read, write);
        }
        if (!any) ares_process_fd(channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
    }

    struct Lookup {
        Impl& impl;
        std::string name;
    };

    void look_up(const std::string& name) {
        ++under_way;
        ares_addrinfo_hints hints{};
        hints.ai_family = AF_UNSPEC;
        hints.ai_socktype = SOCK_STREAM;
        auto* lookup = new Lookup{*this, name};
        ares_getaddrinfo(channel, name.c_str(), nullptr, &hints, &Impl::on_answer, lookup);
    }

    static void on_answer(void* given, int status, int, ares_addrinfo* found) {
        std::unique_ptr<Lookup> lookup(static_cast<Lookup*>(given));
        std::unique_ptr<ares_addrinfo, decltype(&ares_freeaddrinfo)> guard(
            found, &ares_freeaddrinfo
        );
        auto& impl = lookup->impl;
        --impl.under_way;
        auto answer = std::make_shared<NameAnswer>();
        int time_to_live = 24 * 3600;
        for (auto* node = found ? found->nodes : nullptr; node; node = node->ai_next) {
            auto text = node->ai_addr ? address_text(*node->ai_addr) : std::string();
            if (text.empty()) continue;
            auto& all = answer->addresses;
            if (std::find(all.begin(), all.end(), text) == all.end()) all.push_back(text);
            time_to_live = std::min(time_to_live, node->ai_ttl);
        }
        for (auto* name = found ? found->cnames : nullptr; name; name = name->next)
            time_to_live = std::min(time_to_live, name->ttl);
        auto kind = NameCache::Kind::found;
        if (answer->addresses.empty()) {
            bool missing = status == ARES_SUCCESS || status == ARES_ENOTFOUND ||
                           status == ARES_ENODATA || status == ARES_EBADNAME;
            kind = missing ? NameCache::Kind::missing : NameCache::Kind::failed;
            answer->fault = missing ? "no such host" : ares_strerror(status);
        }
        impl.tell(lookup->name, std::move(answer), kind, std::chrono::seconds(time_to_live));
    }

    // ---- any thread

    void tell(
        const std::string& name,
        NameCache::Answer answer,
        NameCache::Kind kind,
        std::chrono::seconds time_to_live
    ) {
        std::lock_guard lock(mutex);
        cache.put(name, answer, kind, time_to_live, NameCache::Clock::now());
        auto found = asking.find(name);
        if (found == asking.end()) return;
        // Who asks is here as long as it has not taken its slot out, for which it needs the lock.
        for (auto& slot : found->second) {
            slot->answer = answer;
            asio::post(slot->timer.get_executor(), [slot] {
                slot->done = true;
                slot->timer.cancel();
            });
        }
        asking.erase(found);
    }

    void ring() const {
        std::uint64_t one = 1;
        if (::write(bell, &one, sizeof one) < 0) return;  // full: it rings already
    }

    ResolverOptions options;
    ares_channel channel = nullptr;
    std::map<ares_socket_t, short> sockets;
    std::int64_t settings = 0;
    std::size_t under_way = 0;
    int bell = -1;

    mutable std::mutex mutex;
    NameCache cache;
    std::map<std::string, std::vector<std::shared_ptr<Slot>>> asking;
    std::vector<std::string> queue;
    Counts counts;
    bool ending = false;
    std::thread thread;
};

Resolver::Resolver(ResolverOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}

Resolver::~Resolver() = default;

std::shared_ptr<Resolver> Resolver::shared() {
    // Never destroyed, so that the end of the process does not wait for it. Threads do not come
    // along with a fork, so that a child needs one of its own.
    static std::mutex mutex;
    static std::map<pid_t, std::shared_ptr<Resolver>>& all =
        *new std::map<pid_t, std::shared_ptr<Resolver>>;
    std::lock_guard lock(mutex);
    auto& resolver = all[getpid()];
    if (!resolver) resolver = std::make_shared<Resolver>();
    return resolver;
}

std::unique_ptr<Resolver::Question>
Resolver::ask(const std::string& name, const asio::any_io_executor& executor) {
    std::unique_ptr<Question> question(new Question);
    question->name_ = name;
    bool is_new = false;
    {
        std::lock_guard lock(impl_->mutex);
        ++impl_->counts.asked;
        question->known_ = impl_->cache.find(name, NameCache::Clock::now());
        if (question->known_) return question;
        question->resolver_ = this;
        question->slot_ = std::make_shared<Question::Slot>(executor);
        auto [place, added] = impl_->asking.try_emplace(name);
        is_new = added;
        place->second.push_back(question->slot_);
        if (is_new) {
            ++impl_->counts.looked_up;
            impl_->queue.push_back(name);
        }
    }
    if (is_new) impl_->ring();
    return question;
}

Resolver::Question::~Question() {
    if (!slot_) return;
    // Also when it is answered: whoever tells may still hold the slot, whose timer must not outlive
    // the asker's context.
    std::lock_guard lock(resolver_->impl_->mutex);
    auto found = resolver_->impl_->asking.find(name_);
    if (found != resolver_->impl_->asking.end()) std::erase(found->second, slot_);
}

asio::steady_timer& Resolver::Question::timer() {
    return slot_->timer;
}

NameCache::Answer Resolver::Question::answer() const {
    if (!slot_) return known_;
    return slot_->done ? slot_->answer : nullptr;
}

Resolver::Counts Resolver::counts() const {
    std::lock_guard lock(impl_->mutex);
    return impl_->counts;
}

}  // namespace crawler
