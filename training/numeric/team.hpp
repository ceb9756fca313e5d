#pragma once

#include <cstddef>
#include <functional>
#include <memory>

namespace training {

// Threads that share the parts of a job. What a part computes may depend on its number only, never
// on who runs it, so that results do not depend on how many threads there are. One job at a time;
// run() is not reentrant.
class Team {
public:
    // `threads` counts the caller; 0 means one per processor, of those that this process may use
    // and does not share with others that mpirun started here.
    explicit Team(std::size_t threads);
    ~Team();
    Team(const Team&) = delete;

    // Calls part(0) .. part(parts - 1), each once, and returns when all are done. The first
    // exception is thrown on.
    void run(std::size_t parts, const std::function<void(std::size_t)>& part);

    std::size_t threads() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

// The threads of one of `processes` that share a machine with so many processors `there`, of which
// each may use `allowed`: its own, where mpirun has bound it to them, or some that all of them use.
std::size_t processors_of(std::size_t there, std::size_t allowed, std::size_t processes);

}  // namespace training
