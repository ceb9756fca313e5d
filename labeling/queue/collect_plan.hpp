#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <boost/describe/class.hpp>

#include "labeling/queue/collect_store.hpp"

// What becomes of answers that people gave elsewhere, by what is there of them: without a database.
namespace labeling {

// What is there of the person and task of an answer: their lease, and beside it one answer of
// theirs or none.
struct Before {
    std::size_t place = 0;  // of the answer that comes, from 1
    std::string lease;      // its state
    std::int64_t token = 0;
    int lease_attempt = 1;
    bool audit = false;  // it was answered for an audit
    std::optional<int> attempt;
    Time submitted_at;
    bool withdrawn = false;
    bool same = false;  // says what the one that comes says
};
BOOST_DESCRIBE_STRUCT(
    Before,
    (),
    (place, lease, token, lease_attempt, audit, attempt, submitted_at, withdrawn, same)
)

// Answers that can be stored together: of one person to one task each.
struct CollectRound {
    std::vector<std::size_t> answers, corrections;  // places among those that come
};

class CollectPlan {
public:
    // `given` and `before` outlive it.
    CollectPlan(std::span<const CollectedAnswer> given, const PassedAnswers& before, Time now);

    // All that is there, answer by answer.
    void note(const Before& before);
    void make();

    const std::vector<std::int64_t>& tasks() const { return tasks_; }
    // When one that comes was taken back, if it is known.
    std::optional<Time> taken_back_at(std::size_t i) const;
    // Those that come, as they are stored: with the attempts at which they are or, of corrections,
    // are not any more. Those who hold their tasks have their tokens.
    std::vector<Answer> answers{};
    std::vector<Collected> became{};
    std::vector<std::size_t> to_lease{};  // the tasks of these, to their people
    std::vector<CollectRound> rounds{};
    std::vector<std::size_t> skips{}, take_backs{};  // after them
    PassedAnswers passed{};                          // where it is further than before

private:
    struct Kept {
        int attempt = 1;
        Time at;
        bool withdrawn = false;
        std::optional<Time> taken_back_at{};  // by what comes
        std::optional<std::size_t> from{};    // the one of those that come, if it is one
    };
    // A person and a task.
    struct Share {
        std::vector<std::size_t> coming;
        std::vector<Kept> kept;
        std::size_t next = 0;  // of `kept`, the first that the file has not passed yet
        std::string lease;     // its state; empty: there is none
        std::int64_t token = 0;
        int attempt = 1;  // of the lease
        bool audit = false;
        std::optional<std::size_t> taken_back, skip;
        std::size_t round = 0;

        Kept* standing();
    };

    bool says_the_same(std::size_t i, const Kept& kept) const;
    bool is_known(std::size_t i, Share& share, const Kept& kept) const;
    bool is_bare(std::size_t i) const;  // it has neither a time nor a number
    void plan(const std::pair<std::int64_t, std::int64_t>& pair, Share& share);
    void plan_skip(std::size_t i, Share& share);
    void plan_answer(std::size_t i, Share& share);
    void put(std::size_t i, Share& share);

    std::span<const CollectedAnswer> given_;
    const PassedAnswers& before_;
    Time now_;
    std::vector<std::int64_t> tasks_;
    std::vector<std::set<int>> same_;  // attempts that say what each of them says
    std::map<std::pair<std::int64_t, std::int64_t>, Share> shares_;  // by task and user
};

}  // namespace labeling
