#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "labeling/truth/truth.hpp"

namespace labeling {

inline constexpr std::uint32_t no_answer = 0xFFFFFFFF;

// Index of a label among the answers, or no_answer if nobody gave it.
std::uint32_t index_of(const Judgements& judgements, const std::string& label);

// Of all of them; views of the judgements' names.
std::unordered_map<std::string_view, std::uint32_t> indexes_of(const Judgements& judgements);

// How likely a draw among the likeliest classes of a question is `label`: 1, 0, or a share if
// several are level.
double chance_right(const Truth& truth, std::size_t question, std::uint32_t label);

struct ClassScore {
    std::size_t judged = 0;  // questions with an answer and a known truth
    double accuracy = 0;     // expected, if ties are broken at random
    double macro_f1 = 0;  // of the labels as given out, over the classes that are true or given out
};
// Throws base::Error if no question of the judgements has a known truth; so does the other.
ClassScore score(const Judgements& judgements, const Truth& truth, const Gold& gold);

struct NumberScore {
    std::size_t judged = 0;
    double mae = 0;   // mean absolute error
    double rmse = 0;  // root of the mean squared error
};
// A truth that is no number throws base::Error.
NumberScore score(const Judgements& judgements, const Estimates& estimates, const Gold& gold);

}  // namespace labeling
