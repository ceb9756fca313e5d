#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "labeling/quality/gold_store.hpp"
#include "service/verb.hpp"

// Hidden gold: which tasks of a project check the people who label.
namespace service {

struct AddGold {
    std::string project;
    std::vector<std::string> key;                                // of records
    std::int64_t n = 0;                                          // so many more, picked at random
    labeling::GoldOrigin from = labeling::GoldOrigin::imported;  // of those
    std::string explanation;
    static const base::Settings<AddGold> settings;
};
labeling::GoldAdded add_gold(Work& work, const AddGold& request);

struct ListGold {
    std::string project;
    static const base::Settings<ListGold> settings;
};
// All, on one page.
Page<labeling::GoldItem> list_gold(Work& work, const ListGold& request);

struct RemoveGold {
    std::string project;
    std::vector<std::string> key;
    bool all = false;
    static const base::Settings<RemoveGold> settings;
};
struct GoldRemoved {
    std::int64_t removed = 0;
};
BOOST_DESCRIBE_STRUCT(GoldRemoved, (), (removed))
// Answers that were given stay.
GoldRemoved remove_gold(Work& work, const RemoveGold& request);

}  // namespace service
