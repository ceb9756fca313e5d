#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include <boost/json.hpp>

#include "tests/support/program.hpp"

namespace e2e {

constexpr std::chrono::seconds patience{60};  // for what happens soon, and on a busy machine later

// Waits until it has happened; false if it did not.
inline bool comes(const std::function<bool()>& happened) {
    auto end = std::chrono::steady_clock::now() + patience;
    while (!happened()) {
        if (std::chrono::steady_clock::now() > end) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return true;
}

// The real program on a home of its own.
class Tilth {
public:
    std::vector<std::string> command(std::vector<std::string> words) const {
        std::vector<std::string> all{
            TILTH_PROGRAM, "--home", home.path.string(), "--json", "--quiet"};
        if (!database.empty()) all.insert(all.end(), {"--db", database});
        all.insert(all.end(), words.begin(), words.end());
        return all;
    }
    test::Ended operator()(std::vector<std::string> words, const std::string& input = {}) const {
        return test::run(command(std::move(words)), input);
    }

    // The answer of a command that must succeed.
    boost::json::object answer(std::vector<std::string> words, const std::string& input = {})
        const {
        auto ended = (*this)(std::move(words), input);
        if (ended.code != 0)
            throw std::runtime_error("exit " + std::to_string(ended.code) + ": " + ended.err);
        return boost::json::parse(ended.out).as_object();
    }
    // Its lines, sorted.
    std::vector<std::string> lines(std::vector<std::string> words) const;

    test::Folder home;
    std::string database = {};  // its URL; empty: the embedded one, in the home
};

}  // namespace e2e
