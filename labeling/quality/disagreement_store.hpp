#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/database/steps.hpp"
#include "labeling/projects/project_store.hpp"

// How far the answers to a record lie apart, kept with its task, so that reviewers find the worst
// first without a look at the others.
namespace labeling {

// 1 less the mean likeness of two of the answers, of the first twenty at most; nothing if all say
// the same, or there are fewer than two.
std::optional<double>
disagreement(const Question& question, const std::vector<std::string>& answers);

// Notes it for many records, whose answers come record by record.
class Disagreements {
public:
    // The project outlives it.
    explicit Disagreements(const StoredProject& project) : project_(project) {}

    void add(std::int64_t rk, const std::string& key, std::string answer);
    // Writes what is complete, or with `all` also the last record. Decided records stay as they
    // are.
    void write(base::Steps steps, bool all);

private:
    void finish();

    const StoredProject& project_;
    std::int64_t rk_ = 0;
    std::string key_;
    std::vector<std::string> answers_;
    std::vector<std::int64_t> rks_;
    std::vector<std::string> keys_;
    std::vector<double> parts_;
};

}  // namespace labeling
