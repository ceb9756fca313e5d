#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ingest/sources/api/http.hpp"

namespace test {

// An API server that does as it is told, in the caller's process: it pages over its items in every
// usual way, and each answer may be spoilt by a script. Its clock stands still but for sleeps.
class ScriptedApi {
public:
    struct Item {
        int id = 0;
        std::string updated;  // ISO 8601
        std::string parent;
    };

    std::vector<Item> items;
    int page_size = 10;
    int cap = 1000;  // of the page size that may be asked for
    std::chrono::system_clock::time_point now{std::chrono::seconds(1'800'000'000)};
    std::vector<ingest::api::Request> requests;
    std::chrono::milliseconds slept{0};
    bool stop = false;  // sleeps say that the program is to stop
    std::map<std::string, std::string> secrets;
    // Given the number of the request (from 1), the request and the true answer: what is sent.
    std::function<ingest::api::Response(int, const ingest::api::Request&, ingest::api::Response)>
        script;

    // Items 1..count, one a minute.
    void fill(int count);
    ingest::api::World world();
    ingest::api::Response answer(const ingest::api::Request& request);

    static std::map<std::string, std::string> query_of(const std::string& url);
    static std::string path_of(const std::string& url);
};

}  // namespace test
