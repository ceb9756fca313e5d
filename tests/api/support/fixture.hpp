#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <thread>

#include "api/server/server.hpp"
#include "base/database/database.hpp"

namespace test {

// Sources, records, projects and a model run, made with the program's own verbs:
// `pages` (texts), `shirts` (4 x 4 raw grey pictures), `packages` (numbers); label projects
// `topics`, `clothes`, `sections` (20 classes), with tasks for all records; on `topics` answers of
// two simulated annotators.
void make_world(base::Database& database, int records_per_source);

// Sources `recordings` (a sound, a film, a document and a web page) and `longer`; label projects
// `sounds` (ranges of time), `pages-as-they-are` and `long`.
void make_media(base::Database& database);
// Makes another sound or film of one of `recordings`: a new version of it.
void change_media(base::Database& database, const std::string& key, const std::string& bytes);

// A server on a free port, on a thread of its own.
class Running {
public:
    Running(base::Database& database, api::Options options);
    explicit Running(base::Database& database);
    ~Running();

    std::uint16_t port() const { return server_.port(); }
    void stop();

private:
    api::Server server_;
    std::jthread thread_;
};

}  // namespace test
