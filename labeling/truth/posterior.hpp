#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace labeling {

// P(class | answers) of each question, in memory that grows with the answers and not with questions
// x classes: a question's candidates, which are the classes that it was answered with or all, have
// a number each; all other classes follow from one number a question.
struct Posterior {
    std::size_t classes = 0;
    std::vector<std::size_t> first{0};     // by question, and one more: where its candidates begin
    std::vector<std::uint32_t> candidate;  // classes, ascending within a question
    std::vector<double> share;             // of each candidate
    std::vector<double> rest;              // by question: another class has rest * weight
    std::vector<double> weight;            // by class; empty: 1
    std::vector<std::uint32_t> by_weight;  // classes by falling weight; empty: as numbered

    std::size_t questions() const { return first.size() - 1; }
    std::size_t candidates(std::size_t question) const {
        return first[question + 1] - first[question];
    }
    double weight_of(std::uint32_t answer) const { return weight.empty() ? 1 : weight[answer]; }
    void set_weights(std::vector<double> by_class);

    double at(std::size_t question, std::size_t answer) const;
    // By the place in a table of questions x classes.
    double operator[](std::size_t cell) const { return at(cell / classes, cell % classes); }
    // All classes of a question.
    void spread(std::size_t question, std::vector<double>& row) const;

    // The classes of a question that are as likely as the likeliest, to 1e-9.
    struct Top {
        double probability = 0;
        std::size_t count = 0;
    };
    Top top(std::size_t question) const;
    // One of them, `n` below their count: candidates first.
    std::uint32_t top_class(std::size_t question, std::size_t n) const;

    bool operator==(const Posterior&) const = default;

private:
    bool is_candidate(std::size_t question, std::uint32_t answer) const;
    std::uint32_t class_at(std::size_t rank) const;
    std::size_t rank_of(std::uint32_t answer) const;
    double heaviest_other(std::size_t question) const;
    std::size_t heavy(std::size_t question, double floor) const;
};

}  // namespace labeling
