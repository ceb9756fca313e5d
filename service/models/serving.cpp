// A model is known by the hash of its artefact, so that what is kept cannot be out of date: another
// version, or another promotion, is another key. What depends on the source as it is now (artefacts
// of before version 3) is read anew each time.
#include "service/models/serving.hpp"

#include <algorithm>
#include <list>
#include <mutex>

#include <fmt/format.h>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "service/models/watch.hpp"
#include "training/registry/golden.hpp"
#include "training/snapshots/example_store.hpp"

namespace service {

namespace {

class KeptModels {
public:
    std::shared_ptr<const LoadedModel> find(const std::string& key) {
        const std::lock_guard lock(mutex_);
        auto found = std::find_if(kept_.begin(), kept_.end(), [&](const Kept& one) {
            return one.key == key;
        });
        if (found == kept_.end()) return nullptr;
        kept_.splice(kept_.begin(), kept_, found);
        return found->model;
    }
    void keep(const std::string& key, std::shared_ptr<const LoadedModel> model) {
        constexpr std::size_t most = 8;
        const std::lock_guard lock(mutex_);
        kept_.push_front({key, std::move(model)});
        if (kept_.size() > most) kept_.pop_back();
    }

private:
    struct Kept {
        std::string key;
        std::shared_ptr<const LoadedModel> model;
    };
    std::mutex mutex_;
    std::list<Kept> kept_;  // the one asked for last first
};

// Never destroyed: a model of trees must not be freed after its library's own statics.
KeptModels& kept_models() {
    static auto* models = new KeptModels;
    return *models;
}

std::string called(const training::ModelInfo& info) {
    return fmt::format("model '{}' version {}", info.name, info.version);
}

}  // namespace

GoldenCheck check_golden(Work& work, const LoadedModel& model) {
    GoldenCheck check;
    if (model.predictor.preparation().uses_fixes()) {
        check.told = "not replayed: the preparation looks at fixes that were accepted since";
        return check;
    }
    const auto golden = training::golden_predictions(work.tx, model.info.run_id);
    if (golden.empty()) {
        check.told = "there are none: the run judged nothing, or the records went since";
        return check;
    }
    std::vector<training::Item> items;
    for (const auto& one : golden) {
        training::Item item;
        item.id = one.id;
        item.version = one.version;
        items.push_back(std::move(item));
    }
    RecordPredictions records(work.here.database, work.here.blobs, model);
    const auto found = training::replay(model.predictor, records.rows_of(items), golden);
    check.records = static_cast<int>(found.records);
    check.holds = found.holds();
    check.worst = found.worst;
    check.told =
        check.holds ? fmt::format("{} come out as they did", found.records)
                    : fmt::format(
                          "record '{}' gives {:.6g} and gave {:.6g}", found.key, found.is, found.was
                      );
    return check;
}

std::shared_ptr<const LoadedModel> serving_model(Work& work, const std::string& name, int version) {
    return serving_model(work, training::require_model(work.tx, name, version));
}

std::shared_ptr<const LoadedModel> serving_model(Work& work, const training::ModelInfo& info) {
    const auto key =
        fmt::format("{}\n{}\n{}\n{}", info.artefact_sha256, info.name, info.version, info.run_id);
    if (auto kept = kept_models().find(key)) return kept;
    auto model = std::make_shared<const LoadedModel>(
        load_model(work.tx, work.here.blobs, info.name, info.version)
    );
    const auto golden = check_golden(work, *model);
    if (!golden.holds)
        throw base::Error(
            called(info),
            "its golden predictions do not come out again: " + golden.told,
            "restore its artefact, or train it again"
        );
    make_reference(work, *model);
    if (model->predictor.inputs()) kept_models().keep(key, model);
    return model;
}

}  // namespace service
