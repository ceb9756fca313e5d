#include "service/workers.hpp"

#include <vector>

#include "base/database/database.hpp"
#include "service/areas.hpp"

namespace service {

const base::Settings<ListWorkers> ListWorkers::settings{
    {"limit", &ListWorkers::limit, "how many at most", {.low = 1, .high = 1000}},
    {"after", &ListWorkers::after, "the 'next' of an earlier answer"},
};

Page<schema::WorkerLine> list_workers(Work& work, const ListWorkers& request) {
    Page<schema::WorkerLine> page;
    page.items = schema::list_workers(work.tx, request.after.value_or(""), request.limit + 1);
    if (page.items.size() > static_cast<std::size_t>(request.limit)) {
        page.items.pop_back();
        page.next = page.items.back().name;
    }
    return page;
}

std::span<const Verb> worker_verbs() {
    static const std::vector<Verb> verbs{
        verb<list_workers>("workers", "Who works on what now", analysts),
    };
    return verbs;
}

}  // namespace service
