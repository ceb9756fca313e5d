// Models that suggest what they predict.
//
// They are asked in steps of their own, so that a long run that is cut off keeps what is done and
// goes on where it was: records that have an answer of this version are not asked about again.
// Of a form each model answers the question that it learnt, and what they say of a record goes
// together as one suggestion.
#include <algorithm>
#include <map>
#include <memory>
#include <optional>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "base/run/stop.hpp"
#include "service/labels/machine/machine.hpp"
#include "service/labels/machine/project_model.hpp"
#include "service/labels/projects.hpp"

namespace service {

namespace {

namespace json = boost::json;

constexpr std::size_t asked_at_once = 500;

struct SaidByModel {
    json::value answer;
    std::optional<double> score;
};

double sure(const json::object& predicted) {
    return std::clamp(predicted.at("probability").to_number<double>(), 0.0, 1.0);
}

// Nothing where the model abstained, or the record has not what is asked about.
std::optional<SaidByModel>
said_by_model(const labeling::Question& question, const json::object& predicted) {
    if (const auto* said = predicted.if_contains("abstained"); said && said->as_bool())
        return std::nullopt;
    if (const auto* name = predicted.if_contains("class"))
        return SaidByModel{*name, sure(predicted)};
    if (const auto* names = predicted.if_contains("classes")) return SaidByModel{*names, {}};
    if (const auto* answer = predicted.if_contains("answer")) {
        if (answer->is_null()) return std::nullopt;
        return SaidByModel{*answer, sure(predicted)};
    }
    if (const auto* found = predicted.if_contains("spans")) {
        json::array spans;
        for (const auto& span : found->as_array()) {
            auto bare = span.as_object();
            bare.erase("probability");
            spans.push_back(std::move(bare));
        }
        return SaidByModel{spans, sure(predicted)};
    }
    const auto value = predicted.at("value").to_number<double>();
    return SaidByModel{labeling::nearest_answer(question, value), {}};
}

// The models that are asked, and what each has learnt from. `project` asks in part what `whole`
// asks.
class AskedModels {
public:
    AskedModels(
        Work& work,
        const labeling::StoredProject& project,
        const labeling::Question& whole,
        const std::vector<std::int64_t>& runs
    )
        : whole_(whole) {
        for (auto run : runs) {
            auto model = std::make_unique<ProjectModel>(work, project, run);
            for (const auto& other : models_)
                if (other->part() == model->part())
                    throw base::UsageError(
                        fmt::format("run {}", run),
                        "answers the same question as another of the runs",
                        "name one run for each question of a form"
                    );
            models_.push_back(std::move(model));
        }
    }
    bool all_learnt_from(const std::string& key) const {
        return std::all_of(models_.begin(), models_.end(), [&](const auto& model) {
            return model->learnt_from(key);
        });
    }
    // Of each record that one of them says something of. A form is as sure as its least sure part.
    std::map<std::string, SaidByModel> ask(const std::vector<std::string>& keys) const {
        std::map<std::string, SaidByModel> all;
        for (const auto& model : models_) {
            auto others = keys;
            std::erase_if(others, [&](const auto& key) { return model->learnt_from(key); });
            for (const auto& each : model->predict(others)) {
                const auto& predicted = each.as_object();
                auto said = said_by_model(model->question(), predicted);
                if (!said) continue;
                std::string key(predicted.at("key").as_string());
                if (whole_.parts.empty()) {
                    all.emplace(std::move(key), *std::move(said));
                    continue;
                }
                auto& form = all[std::move(key)];
                if (form.answer.is_null()) form.answer = json::object{};
                form.answer.as_object()[model->part()] = std::move(said->answer);
                if (said->score && (!form.score || *said->score < *form.score))
                    form.score = said->score;
            }
        }
        for (auto& [key, said] : all)
            if (auto* form = said.answer.if_object(); form && !whole_.parts.empty())
                labeling::leave_unasked(whole_, *form);
        return all;
    }

private:
    const labeling::Question& whole_;
    std::vector<std::unique_ptr<ProjectModel>> models_;
};

std::string joined(const std::vector<std::int64_t>& runs, const char* between) {
    return fmt::format("{}", fmt::join(runs, between));
}

}  // namespace

const base::Settings<SuggestByModel> SuggestByModel::settings{
    {"project", &SuggestByModel::project, "its name", {.required = true}},
    {"run", &SuggestByModel::run, "number of the training run", {.low = 1, .required = true}},
    {"also",
     &SuggestByModel::also,
     "of a form: runs that learnt other questions of it; what they say goes together"},
    {"annotator",
     &SuggestByModel::annotator,
     "what the machine is called",
     {.check = &check_machine_name}},
    {"version", &SuggestByModel::version, "run-NUMBER by default", {.check = &check_machine_name}},
    {&SuggestByModel::records},
};
labeling::SuggestionsTaken suggest_by_model(Work& work, const SuggestByModel& request) {
    auto stored = known_project(work, request.project);
    const auto whole = stored.project.question;
    stored.project.question = labeling::in_part(whole);
    auto& database = work.here.database;
    std::vector<std::int64_t> runs{request.run};
    runs.insert(runs.end(), request.also.begin(), request.also.end());
    auto version = request.version.empty() ? "run-" + joined(runs, "+") : request.version;
    const AskedModels models(work, stored, whole, runs);
    auto machine = database.call([&](base::Tx& tx) {
        return labeling::known_or_new_machine(
            tx, stored, request.annotator, version, "run " + joined(runs, ", "), work.now
        );
    });
    labeling::Suggester suggester(database, stored, machine, work.now);
    std::int64_t left_out = 0;
    each_unsuggested(
        database,
        stored,
        machine.id,
        request.records,
        asked_at_once,
        [&](const std::vector<std::string>& keys) {
            if (work.here.stop.stop_requested()) throw base::Interrupted();
            for (auto& [key, said] : models.ask(keys))
                suggester.add(
                    {.said = {.key = key, .answer = base::JsonText{json::serialize(said.answer)}},
                     .score = said.score}
                );
        },
        [&](const std::string& key) {
            const bool known = models.all_learnt_from(key);
            left_out += known ? 1 : 0;
            return known;
        }
    );
    auto taken = suggester.finish();
    taken.learnt_from = left_out;
    return taken;
}

}  // namespace service
