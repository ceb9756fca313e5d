#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <boost/describe/class.hpp>

// The alternative annotator test (N. Calderon, R. Reichart, R. Dror, "The Alternative Annotator
// Test for LLM-as-a-Judge: How to Statistically Justify Replacing Human Annotators with LLMs", ACL
// 2025): whether a machine f may stand in for the people h_1 .. h_m who answered the same items.
//
// Each person j is left out in turn. On every item i that they, the machine and at least one other
// person answered, S(f,i,j) and S(h_j,i,j) are the mean likeness of the machine's and of j's answer
// to those of the others:
//
//     Wf = 1 if S(f,i,j) >= S(h_j,i,j), else 0;  Wh = 1 if S(h_j,i,j) >= S(f,i,j), else 0
//     rho_j = mean of Wf: how probably the machine is as good as person j or better
//     d_i = Wh - Wf;  H0: mean of d >= epsilon;  t = (mean d - epsilon) / (sd d / sqrt n)
//
// The left-tailed p-values of all persons (t-test, n - 1 degrees of freedom) are judged together by
// Benjamini and Yekutieli (2001) at a false discovery rate of 0.05. omega is the share of persons
// whose H0 falls; the machine passes from 0.5 on. epsilon is what is allowed for people costing
// more: the paper advises 0.2 where they are experts, 0.15 where skilled, 0.1 for crowds.
namespace labeling {

struct AlternativeAgainst {
    std::string person;
    std::int64_t items = 0;  // that all of them answered
    double advantage = 0;    // rho
    double p = 1;
    bool beaten = false;  // H0 falls
};
BOOST_DESCRIBE_STRUCT(AlternativeAgainst, (), (person, items, advantage, p, beaten))

struct AlternativeResult {
    bool passed = false;
    double epsilon = 0;
    double winning_rate = 0;                   // omega
    double advantage = 0;                      // mean rho
    std::vector<AlternativeAgainst> people{};  // by name; only those with enough items
    std::int64_t too_few_items = 0;            // people who have less
    std::string lacks{};                       // why nothing can be told; empty: it can
};
BOOST_DESCRIBE_STRUCT(
    AlternativeResult,
    (),
    (passed, epsilon, winning_rate, advantage, people, too_few_items, lacks)
)

// Fewer are no basis: the paper's t-test wants 30 items a person, and three persons.
inline constexpr std::int64_t least_items = 30;
inline constexpr std::size_t least_people = 3;

class AlternativeTest {
public:
    using Likeness = std::function<double(const std::string& a, const std::string& b)>;
    explicit AlternativeTest(Likeness likeness) : likeness_(std::move(likeness)) {}

    using Said = std::pair<std::string, std::string>;  // person, answer
    // One item; each person once. Items that fewer than two people answered tell nothing.
    void add(const std::string& machine, std::span<const Said> people);
    AlternativeResult result(double epsilon) const;

private:
    struct Sums {
        std::int64_t items = 0, as_good = 0;
        std::array<std::int64_t, 3> d{};  // how often -1, 0, 1
    };

    Likeness likeness_;
    std::map<std::string, Sums> people_;
};

// Which hypotheses fall at a false discovery rate, under any dependence (Benjamini and Yekutieli
// 2001).
std::vector<bool> benjamini_yekutieli(std::span<const double> p, double rate);

}  // namespace labeling
