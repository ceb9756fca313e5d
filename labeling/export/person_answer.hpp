#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/time/time.hpp"
#include "labeling/export/given_label.hpp"

namespace labeling {

// An answer that a person gave elsewhere.
struct PersonAnswer {
    GivenLabel said{};
    std::string person{};          // as the file calls them; empty: it does not say
    std::optional<int> attempt{};  // which of this person's answers to the record it is, from 1
    std::optional<std::int64_t> milliseconds{};  // that the person took
    std::optional<base::Time> at{};
    bool taken_back = false;                    // by the person
    std::optional<base::Time> taken_back_at{};  // when, if it says so
    std::optional<int> schema_version{};        // of the project's classes when it was given
    bool skipped = false;                       // it is no answer: the person passed the record by
    bool simulated = false;                     // by a program that answers, for trials
    // What says one of these and can not be read, as the file has it, by the usual name.
    std::vector<std::pair<std::string, std::string>> unread{};
    std::string place{};  // the file, and where in it
};

using TakePersonAnswer = std::function<void(PersonAnswer&& answer)>;
// Calls with each answer; can be called again.
using EachPersonAnswer = std::function<void(const TakePersonAnswer& take)>;

}  // namespace labeling
