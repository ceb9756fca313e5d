// Inputs that are given go the way of online prediction, test records that of training, so that
// what is tested is what answers. Results go into a transaction of their own: a promotion that is
// refused for them takes nothing of them back.
#include "service/models/behaviour.hpp"

#include <algorithm>
#include <limits>
#include <set>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "schema/select/filter.hpp"
#include "service/models/inputs.hpp"
#include "service/models/serving.hpp"
#include "service/refusal.hpp"
#include "training/registry/model_about_store.hpp"
#include "training/snapshots/snapshot_store.hpp"

namespace service {

namespace json = boost::json;
using training::BehaviourTest;
using training::TestKind;

const base::Settings<TestModel> TestModel::settings{
    {"model", &TestModel::model, "its name", {.required = true}},
    {"version", &TestModel::version, "instead of the one in production or the newest", {.low = 0}},
    {"test", &TestModel::test, "the tests; without any, those that are kept"},
    {"keep", &TestModel::keep, "ask them of each version before it goes into production"},
    {"forget", &TestModel::forget, "ask none any more"},
};

const base::Settings<TestsOfModel> TestsOfModel::settings{
    {"model", &TestsOfModel::model, "its name", {.required = true}},
};

namespace {

constexpr int test_part = 2;
constexpr int results_shown = 50;

// The test records of a model's snapshot, read when they are first wanted.
class TestRecords {
public:
    TestRecords(Work& work, const LoadedModel& model)
        : work_(work),
          model_(model),
          snapshot_(training::require_snapshot(work.tx, model.info.snapshot)),
          store_(work.here.database, work.here.blobs) {
        const auto run = training::require_run(work.tx, model.info.run_id);
        const auto spec = json::parse(run.spec).as_object();
        if (const auto* target = spec.if_contains("target")) target_ = target->as_string();
        store_.use_fixes(model.predictor.preparation().uses_fixes());
        store_.leave_out(model.label_in_text);
        store_.choose_columns(store_.columns_of(snapshot_.id, snapshot_.source_id));
        store_.choose_pictures(model.inputs.pictures());
    }

    training::TestRows rows(const BehaviourTest& test) {
        auto items = store_.split_items(snapshot_.id, test_part);
        used_ = true;
        if (!test.where.empty()) {
            std::set<std::pair<std::int64_t, std::string>> wanted;
            for (const auto& item : store_.matching_items(
                     snapshot_.source_id, filter_of(test), std::numeric_limits<std::size_t>::max()
                 ))
                wanted.emplace(item.id.rk, item.id.key);
            std::erase_if(items, [&](const training::Item& item) {
                return !wanted.contains({item.id.rk, item.id.key});
            });
        }
        const bool all = test.kind == TestKind::floor || test.kind == TestKind::calibration;
        if (!all && items.size() > test.sample) items = spread(items, test.sample);
        training::TestRows out;
        for (const auto& item : items) out.shown.push_back(item.id.key);
        if (items.empty()) return out;
        // What finds structure has learnt no labels: its rows are read without theirs.
        if (model_.predictor.finder())
            for (auto& item : items) {
                item.class_id.reset();
                item.value.reset();
                item.label.reset();
            }
        out.rows = model_.inputs.align(
            store_.load(items, model_.predictor.class_names(), {.target = target_})
        );
        return out;
    }

    static schema::Filter filter_of(const BehaviourTest& test) {
        try {
            return schema::Filter::parse(test.where);
        } catch (const base::UsageError& wrong) {
            throw base::UsageError("test '" + test.name + "'", wrong.what());
        }
    }

    bool used() const { return used_; }
    std::int64_t snapshot() const { return snapshot_.id; }

private:
    // Every n-th, so that they are of all the part.
    static std::vector<training::Item>
    spread(const std::vector<training::Item>& items, std::size_t wanted) {
        std::vector<training::Item> out;
        for (std::size_t i = 0; i < wanted; ++i) out.push_back(items[i * items.size() / wanted]);
        return out;
    }

    Work& work_;
    const LoadedModel& model_;
    training::SnapshotInfo snapshot_;
    training::ExampleStore store_;
    std::string target_;
    bool used_ = false;
};

training::TestRows given_rows(const LoadedModel& model, const BehaviourTest& test) {
    training::TestRows out;
    try {
        out.rows = model.inputs.align(rows_of(test.inputs, model.inputs, true).examples);
    } catch (const base::UsageError& wrong) {
        throw base::UsageError("test '" + test.name + "'", wrong.what());
    }
    for (const auto& input : test.inputs) out.shown.push_back(json::serialize(input));
    return out;
}

std::string text_of(const std::vector<BehaviourTest>& tests) {
    json::array all;
    for (const auto& test : tests) all.push_back(BehaviourTest::settings.write(test));
    return json::serialize(json::object{{"test", all}});
}

std::vector<BehaviourTest> kept_for(Work& work, const std::string& name) {
    const auto kept = training::kept_tests(work.tx, name);
    if (!kept) return {};
    TestModel read;
    auto document = json::parse(kept->tests).as_object();
    document["model"] = name;
    return TestModel::settings.read(base::Document::json(json::serialize(document))).test;
}

ModelTested
run_tests(Work& work, const LoadedModel& model, const std::vector<BehaviourTest>& tests) {
    ModelTested out{.name = model.info.name, .version = model.info.version, .passed = true};
    const auto golden = check_golden(work, model);
    out.golden = golden.told;
    out.passed = golden.holds;
    std::optional<TestRecords> records;
    for (const auto& test : tests) {
        if (test.inputs.empty() && !records) records.emplace(work, model);
        const auto rows = test.inputs.empty() ? records->rows(test) : given_rows(model, test);
        out.tests.push_back(training::run_test(model.predictor, test, rows, work.here.stop));
        out.passed = out.passed && out.tests.back().passed;
    }
    work.here.database.call([&](base::Tx& tx) {
        training::add_test_result(
            tx, out.name, out.version, out.passed, base::json_text(out), work.now
        );
        if (records && records->used())
            training::note_read(
                tx,
                records->snapshot(),
                training::TestReader::model_test,
                model.info.run_id,
                work.now
            );
    });
    return out;
}

LoadedModel known(Work& work, const std::string& name, int version) {
    return load_model(work.tx, work.here.blobs, name, version);
}

}  // namespace

ModelTested test_model(Work& work, const TestModel& request) {
    const auto model = known(work, request.model, request.version);
    if (request.forget) {
        training::forget_tests(work.tx, request.model);
        return {.name = model.info.name, .version = model.info.version, .passed = true};
    }
    auto tests = request.test.empty() ? kept_for(work, request.model) : request.test;
    if (tests.empty())
        throw base::UsageError(
            "model '" + request.model + "'", "no tests are kept for it", "give some by --file"
        );
    auto out = run_tests(work, model, tests);
    if (request.keep && !request.test.empty())
        training::keep_tests(work.tx, request.model, text_of(tests), work.now);
    out.kept = request.keep || request.test.empty();
    return out;
}

ModelTests list_tests(Work& work, const TestsOfModel& request) {
    training::require_model(work.tx, request.model);
    ModelTests out{.name = request.model, .tests = {}, .kept_at = {}, .results = {}};
    if (auto kept = training::kept_tests(work.tx, request.model)) {
        out.tests.text = json::serialize(json::parse(kept->tests).at("test"));
        out.kept_at = std::move(kept->kept_at);
    }
    out.results = training::test_results(work.tx, request.model, results_shown);
    return out;
}

void check_behaviour(Work& work, const std::string& name, int version) {
    const auto tests = kept_for(work, name);
    if (tests.empty()) return;
    const auto out = run_tests(work, load_model(work.tx, work.here.blobs, name, version), tests);
    if (out.passed) return;
    std::size_t failed = 0;
    std::string first = "golden predictions: " + out.golden;
    for (const auto& test : out.tests)
        if (!test.passed && failed++ == 0) first = test.name + ": " + test.words;
    throw Refusal(
        Refusal::Kind::conflict,
        fmt::format("model '{}' version {}", name, version),
        fmt::format("{} of {} tests of its behaviour fail ({})", failed, out.tests.size(), first),
        fmt::format("see 'tilth model test {} --version {}'", name, version)
    );
}

}  // namespace service
