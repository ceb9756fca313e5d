#pragma once

#include <filesystem>
#include <memory>
#include <string>

namespace base {

// The PostgreSQL cluster that lives under a tilth home and needs no care: created on first use,
// started when the first process of that home begins, shared by all of them, and stopped when the
// last one ends. A server that dies is started again for as long as somebody uses it, whichever of
// its processes was killed; a user that is killed counts as ended.
//
// The server listens on a Unix socket under the home only, as the home's owner (as user `postgres`
// for root, since PostgreSQL refuses root). It is durable: fsync, full page writes and data
// checksums are on, unless `durable` is false, which is meant for tests.
//
// Throws base::Error if PostgreSQL (13 or later) is not installed, the home cannot be used, or its
// socket's path is longer than the 107 bytes that the system allows.
class EmbeddedPostgres {
public:
    explicit EmbeddedPostgres(const std::filesystem::path& home, bool durable = true);
    ~EmbeddedPostgres();
    EmbeddedPostgres(const EmbeddedPostgres&) = delete;

    // Connection string of database `name`, which is created if missing.
    std::string url(const std::string& name = "tilth");

    // The destructor is not to wait until the server has stopped.
    void end_without_waiting();

    // The server's main process, for tests that kill it. 0 when it is not up at the moment.
    int server_pid() const;

private:
    struct Cluster;
    std::unique_ptr<Cluster> cluster_;
};

}  // namespace base
