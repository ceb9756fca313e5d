#include "labeling/queue/tally.hpp"

#include <algorithm>
#include <set>

#include <boost/describe/members.hpp>
#include <boost/mp11/algorithm.hpp>

namespace labeling {

namespace {

void add(Tally& sum, const Tally& more, int sign) {
    using Members = boost::describe::describe_members<Tally, boost::describe::mod_public>;
    boost::mp11::mp_for_each<Members>([&](auto member) {
        sum.*member.pointer += sign * more.*member.pointer;
    });
}

}  // namespace

void add_tallies(
    Tallies& sums,
    std::span<const TalliedTask> tasks,
    std::span<const TalliedPart> parts,
    int sign
) {
    std::map<std::int64_t, std::set<std::int64_t>> people;
    for (const auto& part : parts) people[part.task].insert(part.user);
    std::map<std::int64_t, const TalliedTask*> open;
    for (const auto& task : tasks) {
        const bool is_open = task.state == TaskStage::open, is_done = task.state == TaskStage::done;
        const bool counts = task.state != TaskStage::gold && task.state != TaskStage::audit;
        const bool room = task.answers + task.leases < task.wanted;
        const bool for_all = is_open && !task.assigned;
        const Tally own{
            .open = is_open,
            .done = is_done,
            .cancelled = task.state == TaskStage::cancelled,
            .answers = counts ? task.answers : 0,
            .wanted = is_open || is_done ? task.wanted : 0,
            .leases = counts ? task.leases : 0,
            .free = for_all && room,
            .waiting = for_all && !room,
            .disputed = task.disputed};
        add(sums[{task.project, 0}], own, sign);
        if (!is_open) continue;
        open[task.id] = &task;
        if (task.assigned && !people[task.id].contains(*task.assigned))
            add(sums[{task.project, *task.assigned}], {.free = room, .waiting = !room}, sign);
    }
    for (const auto& part : parts) {
        auto found = open.find(part.task);
        if (found == open.end()) continue;
        const auto& task = *found->second;
        const bool room = task.answers + task.leases < task.wanted;
        Tally less{.skipped = part.skipped};
        if (!task.assigned) (room ? less.free : less.waiting) = -1;
        add(sums[{task.project, part.user}], less, sign);
    }
}

}  // namespace labeling
