#pragma once

#include <cstdint>
#include <string>
#include <unordered_set>
#include <vector>

#include <boost/json/array.hpp>

#include "labeling/projects/project_store.hpp"
#include "service/models/predict.hpp"
#include "service/verb.hpp"

// A model that is asked about records of a labeling project.
namespace service {

class ProjectModel {
public:
    // Of a training run. Throws base::Error where it can not answer what the project asks, of a
    // form the question that it learnt. The project outlives it.
    ProjectModel(Work& work, const labeling::StoredProject& project, std::int64_t run);
    // The one in production of this name, or else the newest.
    ProjectModel(Work& work, const labeling::StoredProject& project, const std::string& name);
    ProjectModel(const ProjectModel&) = delete;

    // What it answers, and of a form what that question is called.
    const labeling::Question& question() const { return *question_; }
    const std::string& part() const { return part_; }
    // Whether it learnt from a record, or its parameters were chosen by it: what it says there is
    // what people said, and would vouch for it.
    bool learnt_from(const std::string& key) const { return learnt_.contains(key); }
    // Of those records that there are: see RecordPredictions::of_items.
    boost::json::array predict(const std::vector<std::string>& keys) const;
    // Whether a class is among those that it predicts.
    bool knows(const std::string& class_name) const;

private:
    ProjectModel(
        Work& work,
        const labeling::StoredProject& project,
        LoadedModel model,
        const std::string& called
    );

    const labeling::StoredProject& project_;
    base::Database& database_;
    LoadedModel model_;
    std::string part_;
    const labeling::Question* question_;
    RecordPredictions predictions_;
    std::unordered_set<std::string> learnt_;
};

}  // namespace service
