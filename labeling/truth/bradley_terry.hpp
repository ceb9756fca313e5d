#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "base/words.hpp"
#include "labeling/names.hpp"

// One order of things from people's preferences between two at a time.
namespace labeling {

struct Comparison {
    std::uint32_t left = 0, right = 0;  // items
    std::uint32_t worker = 0;
    bool left_won = false;
};

struct Comparisons {
    std::vector<std::string> items;  // in the order of first sight, as workers
    std::vector<std::string> workers;
    std::vector<Comparison> rows;
};

class ComparisonsBuilder {
public:
    // Throws base::Error if both sides are the same, or the winner is none of them.
    void add(
        const std::string& left,
        const std::string& right,
        const std::string& worker,
        const std::string& winner
    );
    Comparisons build() &&;

private:
    Names items_, workers_;
    std::vector<Comparison> rows_;
};

enum class Ranking {
    bradley_terry,  // Bradley and Terry 1952, P(a before b) = strength a / (strength a + strength
                    // b)
    noisy_bradley_terry,  // with how often each worker compares at all, and else prefers the left
};

constexpr auto words_of(Ranking) {
    return std::to_array<base::Word<Ranking>>({
        {Ranking::bradley_terry, "bradley-terry", "strengths of things compared in pairs"},
        {Ranking::noisy_bradley_terry,
         "noisy-bradley-terry",
         "such strengths, and how reliable each worker is"},
    });
}

struct Ranked {
    std::vector<std::uint32_t> order;  // of items, the strongest first; level ones by name
    std::vector<double> strength;      // by item, positive, summing to 1
    std::vector<double> reliability;   // by worker: share of answers that are comparisons, else 1
    std::vector<double> left_bias;     // by worker: how often the left side wins in the others
};

// Throws base::Error if there are no comparisons, and base::Interrupted if it is to stop.
// Deterministic.
Ranked rank(const Comparisons& comparisons, Ranking method, std::stop_token stop = {});

}  // namespace labeling
