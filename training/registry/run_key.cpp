#include "training/registry/run_key.hpp"

#include <map>

#include <boost/json.hpp>

#include "base/bytes/hash.hpp"
#include "base/settings/settings.hpp"

namespace training {

namespace json = boost::json;

namespace {

// What changes nothing of the model.
constexpr std::string_view only_names[] =
    {"snapshot", "name", "threads", "allow_leak", "again", "tag", "note"};

json::object without_names(const TrainSettings& settings) {
    auto spec = json::parse(TrainSettings::settings.text(settings)).as_object();
    for (auto name : only_names) spec.erase(name);
    return spec;
}

}  // namespace

std::string run_spec(const TrainSettings& settings, int preparation) {
    auto spec = without_names(settings);
    spec["model"] = settings.model;
    spec["preparation"] = preparation;
    if (!settings.allow_leak.empty()) spec["allow_leak"] = settings.allow_leak;
    return json::serialize(spec);
}

std::vector<std::string> told_of_rows(const std::string& spec) {
    const auto settings = json::parse(spec).as_object();
    std::vector<std::string> told;
    const auto tell = [&](const char* name, const char* before, const char* after) {
        const auto* column = settings.if_contains(name);
        if (column && column->is_string() && !column->as_string().empty())
            told.push_back(before + std::string(column->as_string()) + after);
    };
    tell("target", "the column '", "' is learnt");
    tell("weight", "training rows count as their '", "' says");
    return told;
}

std::string run_key(
    const std::string& snapshot_hash,
    const TrainSettings& settings,
    int preparation,
    const std::vector<std::string>& class_names,
    const std::string& rules,
    const std::string& code_version
) {
    // Members of a map come in one order, whoever wrote them.
    std::map<std::string, std::string> members;
    for (const auto& [name, value] : without_names(settings))
        members[std::string(name)] = json::serialize(value);
    members["model"] = settings.model;
    members["seed"] = std::to_string(settings.seed);
    members["preparation"] = std::to_string(preparation);
    // A leak that stops one training must not pass by another that allowed it.
    if (!settings.allow_leak.empty()) members["allow_leak"] = "true";
    members["prepare"].clear();  // the version that it stands for counts
    json::array names;
    for (const auto& name : class_names) names.emplace_back(name);
    std::string spec = json::serialize(names) + "\n";
    for (const auto& [name, value] : members) spec += name + "=" + value + "\n";
    return base::sha256_of(
        {snapshot_hash, "\n", base::sha256(spec), base::sha256(rules), code_version}
    );
}

bool repeatable(const TrainSettings& settings) {
    // What has no label is not of the snapshot, and may be other records tomorrow.
    return settings.budget == 0 && settings.unlabelled.method == Unlabelled::none;
}

}  // namespace training
