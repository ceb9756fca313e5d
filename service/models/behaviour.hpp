#pragma once

#include <optional>
#include <string>
#include <vector>

#include "service/models/predict.hpp"
#include "service/verb.hpp"
#include "training/behaviour/behaviour.hpp"
#include "training/registry/model_about_store.hpp"

// Tests of a model's behaviour: run when asked for, and before a version goes into production.
namespace service {

struct TestModel {
    std::string model;
    int version = 0;                            // 0: the one in production, or the newest
    std::vector<training::BehaviourTest> test;  // without: those that are kept
    bool keep = false;
    bool forget = false;
    static const base::Settings<TestModel> settings;
};

struct ModelTested {
    std::string name;
    int version = 0;
    bool passed = false;
    std::string golden = {};  // how its golden predictions came out
    std::vector<training::TestOutcome> tests = {};
    bool kept = false;  // they are asked of each version before it goes into production
};
BOOST_DESCRIBE_STRUCT(ModelTested, (), (name, version, passed, golden, tests, kept))

// The result is stored with the version, and a read of the snapshot's test part is noted where
// records of it were used. base::UsageError if there is no test, or one does not fit the model.
ModelTested test_model(Work& work, const TestModel& request);

struct TestsOfModel {
    std::string model;
    static const base::Settings<TestsOfModel> settings;
};
struct ModelTests {
    std::string name;
    base::JsonText tests;                            // a list of those that are kept; null: none
    std::optional<std::string> kept_at;              // since when
    std::vector<training::ModelTestResult> results;  // of all versions, the newest first, up to 50
};
BOOST_DESCRIBE_STRUCT(ModelTests, (), (name, tests, kept_at, results))
ModelTests list_tests(Work& work, const TestsOfModel& request);

// Runs the tests that are kept for a model on a version that is to go into production; the result
// is stored. Throws Refusal in one line if one fails; nothing happens if none are kept.
void check_behaviour(Work& work, const std::string& name, int version);

}  // namespace service
