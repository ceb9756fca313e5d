#include "service/labels/quality.hpp"

#include "base/error.hpp"
#include "service/labels/projects.hpp"

namespace service {

namespace {

std::optional<base::Fault> some_gold(AddGold& request) {
    if (!request.key.empty() || request.n > 0) return std::nullopt;
    return base::Fault{
        .reason = "names no records", .mend = "give keys, or how many with 'n'", .at = "key"};
}

std::optional<base::Fault> some_or_all(RemoveGold& request) {
    if (request.key.empty() == request.all) return std::nullopt;
    return base::Fault{.reason = "needs keys or 'all', one of them", .at = "key"};
}

std::optional<base::Fault> check_explanation(const std::string& text) {
    if (text.size() <= 10'000) return std::nullopt;
    return base::Fault{.reason = "is longer than 10,000 bytes", .mend = "say it shorter"};
}

}  // namespace

const base::Settings<AddGold> AddGold::settings{
    {{"project", &AddGold::project, "its name", {.required = true}},
     {"key", &AddGold::key, "of records whose label was imported or adjudicated"},
     {"n", &AddGold::n, "so many more, picked at random", {.low = 0, .high = 100'000}},
     {"from", &AddGold::from, "whose labels those have"},
     {"explanation",
      &AddGold::explanation,
      "why the truth is true, for those who are told it",
      {.check = &check_explanation}}},
    &some_gold,
};
const base::Settings<ListGold> ListGold::settings{
    {"project", &ListGold::project, "its name", {.required = true}},
};
const base::Settings<RemoveGold> RemoveGold::settings{
    {{"project", &RemoveGold::project, "its name", {.required = true}},
     {"key", &RemoveGold::key, "of records"},
     {"all", &RemoveGold::all, "all gold of the project"}},
    &some_or_all,
};

labeling::GoldAdded add_gold(Work& work, const AddGold& request) {
    auto stored = known_project(work, request.project);
    auto keys = request.key;
    if (request.n > 0)
        for (auto& key : labeling::gold_candidates(work.tx, stored, request.from, request.n))
            keys.push_back(std::move(key));
    if (keys.empty())
        throw base::Error(
            "project '" + request.project + "'",
            "has no more labels that could be gold",
            "import labels, or adjudicate some"
        );
    return labeling::add_gold(work.tx, stored, keys, request.explanation, work.now);
}

Page<labeling::GoldItem> list_gold(Work& work, const ListGold& request) {
    return {labeling::list_gold(work.tx, known_project(work, request.project).id), std::nullopt};
}

GoldRemoved remove_gold(Work& work, const RemoveGold& request) {
    auto stored = known_project(work, request.project);
    return {.removed = labeling::remove_gold(work.tx, stored, request.key, work.now)};
}

}  // namespace service
