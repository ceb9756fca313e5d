// The decisions of an import of answers. A file that is imported again, wholly or from where it was
// cut off, must add nothing, whatever it tells of its answers: with a time or a number each is
// known by that; without, a file that says "cat", "dog" and "cat" again of one person and record is
// three answers, and the third is told from the first by their order. What is there from before is
// gone through once, from the first to the last; the place is kept from batch to batch for those
// who changed their minds, which are few.
#include "labeling/queue/collect_plan.hpp"

#include <algorithm>
#include <chrono>

namespace labeling {

CollectPlan::CollectPlan(
    std::span<const CollectedAnswer> given,
    const PassedAnswers& before,
    Time now
)
    : became(given.size(), Collected::known),
      given_(given),
      before_(before),
      now_(std::chrono::floor<std::chrono::microseconds>(now)),
      same_(given.size()) {
    for (std::size_t i = 0; i < given.size(); ++i) {
        auto& answer = answers.emplace_back(given[i].answer);
        answer.at = std::chrono::floor<std::chrono::microseconds>(answer.at.value_or(now_));
        if (!given[i].numbered) answer.attempt = 1;
        shares_[{answer.task, answer.user_id}].coming.push_back(i);
    }
    for (const auto& [pair, share] : shares_)
        if (tasks_.empty() || tasks_.back() != pair.first) tasks_.push_back(pair.first);
}

void CollectPlan::note(const Before& before) {
    auto i = before.place - 1;
    auto& share = shares_.at({answers[i].task, answers[i].user_id});
    share.lease = before.lease;
    share.token = before.token;
    share.attempt = before.lease_attempt;
    share.audit = before.audit;
    if (!before.attempt) return;
    if (before.same) same_[i].insert(*before.attempt);
    if (share.coming.front() == i)
        share.kept.push_back(
            {.attempt = *before.attempt, .at = before.submitted_at, .withdrawn = before.withdrawn}
        );
}

void CollectPlan::make() {
    for (auto& [pair, share] : shares_) plan(pair, share);
}

CollectPlan::Kept* CollectPlan::Share::standing() {
    for (auto each = kept.rbegin(); each != kept.rend(); ++each)
        if (!each->withdrawn) return &*each;
    return nullptr;
}

// Not before it was given, which of one without a time is now.
std::optional<Time> CollectPlan::taken_back_at(std::size_t i) const {
    const auto& at = given_[i].taken_back_at;
    return at ? std::optional(std::max(*at, *answers[i].at)) : std::nullopt;
}

bool CollectPlan::says_the_same(std::size_t i, const Kept& kept) const {
    if (!kept.from) return same_[i].contains(kept.attempt);
    const auto &a = answers[i], &b = answers[*kept.from];
    return a.class_id == b.class_id && a.value == b.value;
}

bool CollectPlan::is_known(std::size_t i, Share& share, const Kept& kept) const {
    if (!says_the_same(i, kept)) return false;
    const auto& given = given_[i];
    if (given.numbered && kept.attempt == given.answer.attempt) return true;
    bool stands = share.standing() == &kept;
    if (given.answer.at) return kept.at == answers[i].at || (!given.numbered && stands);
    if (given.numbered) return false;
    // Said again, it is the one that was passed last.
    bool next = &kept + 1 >= share.kept.data() + share.next;
    return stands || (next && kept.at != now_);
}

bool CollectPlan::is_bare(std::size_t i) const {
    return !given_[i].numbered && !given_[i].answer.at;
}

void CollectPlan::plan(const std::pair<std::int64_t, std::int64_t>& pair, Share& share) {
    auto& coming = share.coming;
    auto before = before_.find(pair);
    for (const auto& kept : share.kept) {
        bool seen = before != before_.end() && kept.attempt <= before->second;
        // Whatever was stored by this import came behind all that was there.
        if (seen || kept.at == now_) share.next = &kept - share.kept.data() + 1;
    }
    auto old = share.kept.size();
    bool timed = std::all_of(coming.begin(), coming.end(), [&](std::size_t i) {
        return given_[i].answer.at.has_value();
    });
    if (timed)
        std::stable_sort(coming.begin(), coming.end(), [&](std::size_t a, std::size_t b) {
            return answers[a].at < answers[b].at;
        });
    for (auto i : coming) {
        if (given_[i].skipped)
            plan_skip(i, share);
        else
            plan_answer(i, share);
    }
    bool bare = std::all_of(coming.begin(), coming.end(), [&](auto i) { return is_bare(i); });
    if (bare && old > 1 && share.next > 0 && share.next <= old)
        passed[pair] = share.kept[share.next - 1].attempt;
    if (share.taken_back) take_backs.push_back(*share.taken_back);
    // Who skipped a task and answered it after all has answered it.
    if (!share.skip || share.round > 0) return;
    auto i = *share.skip;
    if (share.lease == "held")
        answers[i].token = share.token;
    else
        to_lease.push_back(i);
    skips.push_back(i);
    became[i] = Collected::skipped;
}

void CollectPlan::plan_skip(std::size_t i, Share& share) {
    bool open = share.lease.empty() || share.lease == "released" || share.lease == "held";
    if (open && share.kept.empty()) share.skip = i;
}

void CollectPlan::plan_answer(std::size_t i, Share& share) {
    auto* standing = share.standing();
    for (auto& kept : share.kept) {
        if (!is_known(i, share, kept)) continue;
        auto place = static_cast<std::size_t>(&kept - share.kept.data());
        share.next = std::max(share.next, place + 1);
        if (!given_[i].taken_back || standing != &kept) return;
        became[i] = Collected::taken_back;
        share.taken_back = i;
        kept.withdrawn = true;
        kept.taken_back_at = taken_back_at(i);
        return;
    }
    if (share.lease == "invalid" || share.audit)
        became[i] = share.audit ? Collected::audit : Collected::invalid;
    else if (given_[i].answer.at && standing && answers[i].at < standing->at)
        became[i] = Collected::older;
    else
        put(i, share);
}

void CollectPlan::put(std::size_t i, Share& share) {
    auto& answer = answers[i];
    bool corrects = share.lease == "answered";
    became[i] = corrects ? Collected::corrected : Collected::added;
    if (rounds.size() <= share.round) rounds.resize(share.round + 1);
    auto& round = rounds[share.round++];
    if (corrects) {
        if (!share.kept.empty()) answer.replaces_at = share.kept.back().taken_back_at;
        answer.attempt = share.attempt++;
        round.corrections.push_back(i);
    } else {
        answer.attempt = std::max(share.attempt, answer.attempt);
        if (share.lease == "held") {
            answer.attempt = share.attempt;
            answer.token = share.token;
        } else {
            to_lease.push_back(i);
        }
        share.attempt = answer.attempt;
        round.answers.push_back(i);
    }
    share.lease = "answered";
    if (auto* before = share.standing()) before->withdrawn = true;
    share.kept.push_back(
        {.attempt = share.attempt,
         .at = *answer.at,
         .withdrawn = given_[i].taken_back,
         .taken_back_at = taken_back_at(i),
         .from = i}
    );
    share.next = share.kept.size();
    share.taken_back = given_[i].taken_back ? std::optional(i) : std::nullopt;
}

}  // namespace labeling
