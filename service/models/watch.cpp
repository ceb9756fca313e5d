// Watching must not slow an answer: a prediction goes into sketches in memory, and the service
// writes them to the database beside its requests, for a commit waits for the disk. What is in
// memory when a program is killed is lost, some seconds of it.
//
// A window is compared as it grows, once it has 200 predictions: an alarm must not wait for the
// end of the hour. It is written in the transaction of the window, so that it is given once.
#include "service/models/watch.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <mutex>
#include <tuple>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/database/database.hpp"
#include "base/numbers/parse.hpp"
#include "base/time/time.hpp"
#include "quality/profile/drift.hpp"
#include "schema/webhooks/webhook_store.hpp"
#include "training/features/column_map.hpp"
#include "training/registry/window_store.hpp"
#include "training/snapshots/snapshot_store.hpp"

namespace service {

namespace json = boost::json;

namespace {

constexpr std::size_t reference_rows = 5000;
constexpr double more_abstained = 0.1;
constexpr auto store_every = std::chrono::seconds(10);

struct Waiting {
    training::ModelInfo model;
    WatchedInputs inputs = {};
    std::chrono::steady_clock::time_point begun = std::chrono::steady_clock::now();

    void merge(const Waiting& other) {
        inputs.merge(other.inputs);
        begun = std::min(begun, other.begun);
    }
};

// By database, name and version: a program may serve two databases, as tests do.
using Waitings = std::map<std::tuple<std::string, std::string, int>, Waiting>;

struct Kept {
    std::mutex mutex;
    Waitings waiting;
};

Kept& kept_inputs() {
    static Kept kept;
    return kept;
}

double share(std::int64_t part, std::int64_t whole) {
    return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

// The message of an alarm; nothing if nothing drifted.
std::optional<json::object> alarm_of(
    const training::ModelInfo& model,
    const training::ModelWindow& window,
    const training::ModelReference& reference
) {
    json::array columns;
    for (const auto& one : quality::find_drift(
             quality::Profile::from_json(reference.profile),
             quality::Profile::from_json(window.profile)
         ))
        if (one.verdict == "drifted" || one.verdict == "gone")
            columns.push_back(json::object{
                {"column", one.column}, {"verdict", one.verdict}, {"psi", one.psi}});
    const double before = share(reference.abstained, reference.predictions);
    const double now = share(window.abstained, window.predictions);
    if (columns.empty() && now - before <= more_abstained) return std::nullopt;
    return json::object{
        {"model", model.name},
        {"version", model.version},
        {"since", base::rfc3339(window.started_at)},
        {"predictions", window.predictions},
        {"columns", columns},
        {"abstained_before", before},
        {"abstained", now},
        {"unknown_values", window.unknown}};
}

void store(
    base::Tx& tx,
    const training::ModelInfo& model,
    const WatchedInputs& inputs,
    base::Time at
) {
    const auto hour = std::chrono::floor<std::chrono::hours>(at);
    auto found = training::lock_window(tx, model.name, model.version, hour);
    if (!found) return;  // the model is gone
    auto& window = *found;
    auto profile =
        window.predictions == 0 ? quality::Profile{} : quality::Profile::from_json(window.profile);
    profile.merge(inputs.profile);
    window.profile = profile.to_json();
    window.predictions += inputs.predictions;
    window.abstained += inputs.abstained;
    window.unknown += inputs.unknown;
    if (!window.told && window.predictions >= enough_predictions)
        if (const auto reference = training::reference_of(tx, model.name, model.version))
            if (const auto alarm = alarm_of(model, window, *reference)) {
                schema::tell(tx, schema::WebhookEvent::model_drift, *alarm, model.project, at);
                window.told = true;
            }
    training::put_window(tx, model.name, model.version, window);
}

}  // namespace

void WatchedInputs::add(
    const LoadedModel& model,
    const training::Examples& rows,
    const json::array& answers
) {
    const auto& names = model.levels;
    for (std::size_t row = 0; row < rows.rows; ++row) {
        std::vector<std::pair<std::string, std::string>> texts;
        std::vector<formats::Field::Kind> kinds;
        const auto put = [&](std::string name, std::string value, formats::Field::Kind kind) {
            texts.emplace_back(std::move(name), std::move(value));
            kinds.push_back(kind);
        };
        constexpr auto number = formats::Field::Kind::number;
        for (std::size_t c = 0; c < rows.columns.size(); ++c) {
            const double value = rows.numeric[row * rows.columns.size() + c];
            if (!std::isfinite(value)) continue;  // missing
            const auto levels = names.find(c);
            if (levels == names.end()) {
                put(rows.columns[c].name, base::number_text(value), number);
                continue;
            }
            const auto level = levels->second.find(static_cast<int>(value));
            if (level == levels->second.end()) ++unknown;
            put(rows.columns[c].name,
                level == levels->second.end() ? "(unknown)" : level->second,
                formats::Field::Kind::text);
        }
        if (!rows.text.empty())
            put("(text bytes)",
                std::to_string(rows.text[row].title.size() + rows.text[row].body.size()),
                number);
        const auto& answer = answers.at(row).as_object();
        if (const auto* said = answer.if_contains("abstained"); said && said->is_bool())
            abstained += said->get_bool() ? 1 : 0;
        if (const auto* said = answer.if_contains("class"); said && said->is_string())
            put("(class)", std::string(said->as_string()), formats::Field::Kind::text);
        for (const char* name : {"probability", "value"})
            if (const auto* said = answer.if_contains(name); said && said->is_number())
                put(fmt::format("({})", name), base::number_text(said->to_number<double>()), number
                );
        std::vector<formats::Field> fields;
        for (std::size_t i = 0; i < texts.size(); ++i)
            fields.push_back({texts[i].first, texts[i].second, kinds[i]});
        profile.add(fields);
        ++predictions;
    }
}

void WatchedInputs::merge(const WatchedInputs& other) {
    predictions += other.predictions;
    abstained += other.abstained;
    unknown += other.unknown;
    profile.merge(other.profile);
}

void keep_watched(
    const Environment& here,
    const training::ModelInfo& model,
    WatchedInputs watched
) {
    auto& kept = kept_inputs();
    const std::lock_guard lock(kept.mutex);
    auto [waiting, fresh] =
        kept.waiting.try_emplace({here.database.url(), model.name, model.version}, Waiting{model});
    if (fresh)
        waiting->second.inputs = std::move(watched);
    else
        waiting->second.inputs.merge(watched);
}

bool watched_waits(const Environment& here) {
    auto& kept = kept_inputs();
    const std::lock_guard lock(kept.mutex);
    return std::any_of(kept.waiting.begin(), kept.waiting.end(), [&](const auto& one) {
        return std::get<0>(one.first) == here.database.url();
    });
}

// In the order of the models' names, as every other does: nobody waits for one that waits for him.
void store_watched(base::Tx& tx, const Environment& here, base::Time at, bool all) {
    Waitings due;
    {
        auto& kept = kept_inputs();
        const std::lock_guard lock(kept.mutex);
        const auto now = std::chrono::steady_clock::now();
        for (auto one = kept.waiting.begin(); one != kept.waiting.end();) {
            const auto next = std::next(one);
            const auto& waiting = one->second;
            if (std::get<0>(one->first) == here.database.url() &&
                (all || waiting.inputs.predictions >= enough_predictions ||
                 now - waiting.begun >= store_every))
                due.insert(kept.waiting.extract(one));
            one = next;
        }
    }
    try {
        for (const auto& [key, waiting] : due) store(tx, waiting.model, waiting.inputs, at);
    } catch (...) {
        auto& kept = kept_inputs();
        const std::lock_guard lock(kept.mutex);
        for (auto& [key, waiting] : due)
            if (auto [there, fresh] = kept.waiting.try_emplace(key, waiting); !fresh)
                there->second.merge(waiting);
        throw;
    }
}

void make_reference(Work& work, const LoadedModel& model) {
    const auto& info = model.info;
    if (training::reference_of(work.tx, info.name, info.version)) return;
    const auto snapshot = training::require_snapshot(work.tx, info.snapshot);
    training::ExampleStore store(work.here.database, work.here.blobs);
    std::vector<training::Item> items;
    for (int split : {1, 2, 0}) {
        if (split == 0 && items.size() >= static_cast<std::size_t>(enough_predictions)) break;
        for (auto& item : store.split_items(snapshot.id, split)) {
            item.class_id.reset();  // they are to be predicted: labels say nothing
            item.value.reset();
            items.push_back(std::move(item));
        }
    }
    if (items.size() > reference_rows) {
        std::vector<training::Item> some;
        for (std::size_t i = 0; i < reference_rows; ++i)
            some.push_back(items[i * items.size() / reference_rows]);
        items = std::move(some);
    }
    if (items.empty()) return;
    RecordPredictions records(work.here.database, work.here.blobs, model);
    WatchedInputs seen;
    records.watch(&seen);
    records.of_items(items);
    work.here.database.call([&](base::Tx& tx) {
        training::put_reference(
            tx, info.name, info.version, {seen.predictions, seen.abstained, seen.profile.to_json()}
        );
    });
}

}  // namespace service
