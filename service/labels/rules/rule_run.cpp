// Running rules: every record of a source is shown to every rule, in steps of their own and a batch
// at a time, so that memory stays what a batch needs and a stop takes effect within one.
#include <algorithm>
#include <memory>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "labeling/machine/suggestion_store.hpp"
#include "schema/records/record_fields.hpp"
#include "service/labels/machine/project_model.hpp"
#include "service/labels/projects.hpp"
#include "service/labels/rules/rules.hpp"

namespace service {

namespace {

constexpr std::size_t rule_batch = 1'000;

// A rule with what it is asked by.
struct Asked {
    std::string label;
    std::optional<labeling::ReadyRule> ready{};
    std::shared_ptr<const ProjectModel> model{};  // of several rules
    double threshold = 0;
};

std::vector<Asked>
ready_rules(Work& work, const labeling::StoredProject& project, const labeling::RuleSet& set) {
    std::map<std::string, std::shared_ptr<const ProjectModel>> models;
    std::vector<Asked> rules;
    for (const auto& rule : set.rules) {
        Asked asked{.label = rule.label};
        if (rule.kind != labeling::RuleKind::model) {
            asked.ready.emplace(rule);
        } else {
            auto& model = models[rule.run != 0 ? std::to_string(rule.run) : "=" + rule.model];
            if (!model && rule.run != 0)
                model = std::make_shared<ProjectModel>(work, project, rule.run);
            else if (!model)
                model = std::make_shared<ProjectModel>(work, project, rule.model);
            asked.model = model;
            asked.threshold = rule.threshold;
        }
        rules.push_back(std::move(asked));
    }
    return rules;
}

class RulesAtWork {
public:
    RulesAtWork(Work& work, const labeling::StoredProject& project, const labeling::RuleSet& set)
        : work_(work), project_(project), rules_(ready_rules(work, project, set)) {}

    std::vector<std::string> fields() const {
        std::vector<std::string> all;
        for (const auto& rule : rules_)
            if (rule.ready)
                for (auto& field : rule.ready->fields()) all.push_back(std::move(field));
        return all;
    }

    // Stores the votes on these records.
    void vote(std::int64_t run, std::vector<schema::RecordFound>& batch, RulesRun& done) {
        std::vector<std::string> keys;
        std::map<std::string, const schema::RecordFields*> fields;
        for (const auto& record : batch) {
            keys.push_back(record.id.key);
            fields.emplace(record.id.key, &record.fields);
        }
        auto& database = work_.here.database;
        auto records = database.call([&](base::Tx& tx) {
            return labeling::records_to_ask(tx, project_, keys);
        });
        auto by_model = ask_models(keys, done);
        std::vector<labeling::RecordVotes> votes;
        for (const auto& record : records) {
            auto said = votes_on(record, *fields.at(record.key), by_model);
            if (said.empty()) continue;
            ++done.voted;
            done.votes += static_cast<std::int64_t>(said.size());
            votes.push_back({.key = record.key, .rules = std::move(said)});
        }
        done.records += static_cast<std::int64_t>(records.size());
        database.call([&](base::Tx& tx) { labeling::put_votes(tx, project_, run, votes); });
        batch.clear();
    }

private:
    // Of each model, what it says of records that it did not learn from, by key.
    using Said = std::map<const ProjectModel*, std::map<std::string, boost::json::object>>;

    Said ask_models(const std::vector<std::string>& keys, RulesRun& done) const {
        Said said;
        for (const auto& rule : rules_) {
            if (!rule.model || said.contains(rule.model.get())) continue;
            auto& by_key = said[rule.model.get()];
            auto new_to_it = keys;
            done.learnt_from +=
                static_cast<std::int64_t>(std::erase_if(new_to_it, [&](const std::string& key) {
                    return rule.model->learnt_from(key);
                }));
            for (auto& each : rule.model->predict(new_to_it)) {
                auto& object = each.as_object();
                auto key = std::string(object.at("key").as_string());
                by_key.emplace(std::move(key), std::move(object.at("probabilities").as_object()));
            }
        }
        return said;
    }

    std::vector<std::int32_t> votes_on(
        const labeling::RecordToAsk& record,
        const schema::RecordFields& fields,
        const Said& by_model
    ) const {
        labeling::RuleRecord seen{
            .shown =
                labeling::shown_text(project_.project, record.title, record.body, record.fields)};
        seen.field = [&](const std::string& name) -> std::optional<std::string> {
            if ((name == "text" || name == "body") && !record.body.empty()) return record.body;
            return fields(name);
        };
        std::vector<std::int32_t> votes;
        for (std::size_t i = 0; i < rules_.size(); ++i) {
            const auto& rule = rules_[i];
            bool is_vote = false;
            if (rule.ready) {
                is_vote = rule.ready->votes(seen);
            } else {
                const auto& said = by_model.at(rule.model.get());
                auto found = said.find(record.key);
                const auto* probability =
                    found == said.end() ? nullptr : found->second.if_contains(rule.label);
                is_vote = probability && probability->to_number<double>() >= rule.threshold;
            }
            if (is_vote) votes.push_back(static_cast<std::int32_t>(i));
        }
        return votes;
    }

    Work& work_;
    const labeling::StoredProject& project_;
    std::vector<Asked> rules_;
};

}  // namespace

RulesRun run_rules(Work& work, const OfRules& request) {
    return run_rules_and_tell(work, request, [](std::int64_t) {});
}

RulesRun run_rules_and_tell(
    Work& work,
    const OfRules& request,
    const std::function<void(std::int64_t records)>& tell
) {
    auto project = known_project(work, request.project);
    auto state = known_rules(work, project);
    auto set = labeling::rules_of(work.tx, project, state, state.version, true);
    RulesAtWork rules(work, project, set);
    auto& database = work.here.database;
    auto run = database.call([&](base::Tx& tx) { return labeling::begin_rule_run(tx, project); });
    RulesRun done{.project = request.project, .version = state.version};
    std::vector<schema::RecordFound> batch;
    auto flush = [&] {
        if (work.here.stop.stop_requested()) throw base::Interrupted();
        rules.vote(run, batch, done);
        tell(done.records);
    };
    schema::each_record(
        database,
        project.source_id,
        rules.fields(),
        [&](schema::RecordFound& found) {
            batch.push_back(std::move(found));
            if (batch.size() == rule_batch) flush();
            return true;
        }
    );
    flush();
    database.call([&](base::Tx& tx) {
        labeling::end_rule_run(tx, project, run, state.version, done.records, work.now);
    });
    return done;
}

}  // namespace service
