#pragma once

#include <optional>
#include <string>
#include <vector>

#include <boost/describe/class.hpp>

#include "base/json/shape.hpp"
#include "schema/records/record.hpp"

namespace base {
class Tx;
}

// What is known of versions of models beside what they are: words of people, and how they did in
// the tests of their behaviour.
namespace training {

struct ModelAbout {
    std::string intended_use, known_limits;
};
BOOST_DESCRIBE_STRUCT(ModelAbout, (), (intended_use, known_limits))

ModelAbout about_model(base::Tx& tx, const std::string& name, int version);
void set_about(base::Tx& tx, const std::string& name, int version, const ModelAbout& about);

// The behaviour that is asked of a model, as JSON, and since when; nothing if none is.
struct KeptTests {
    std::string tests;
    std::string kept_at;
};
BOOST_DESCRIBE_STRUCT(KeptTests, (), (tests, kept_at))
std::optional<KeptTests> kept_tests(base::Tx& tx, const std::string& name);
void keep_tests(base::Tx& tx, const std::string& name, const std::string& tests, schema::Time now);
void forget_tests(base::Tx& tx, const std::string& name);

struct ModelTestResult {
    int version = 0;
    bool passed = false;
    base::JsonText report;
    std::string tested_at;
};
BOOST_DESCRIBE_STRUCT(ModelTestResult, (), (version, passed, report, tested_at))
void add_test_result(
    base::Tx& tx,
    const std::string& name,
    int version,
    bool passed,
    const std::string& report,
    schema::Time now
);
std::optional<ModelTestResult> last_test_result(base::Tx& tx, const std::string& name, int version);
// The last one of each version.
struct TestedVersion {
    int version = 0;
    bool passed = false;
    std::string tested_at;
};
BOOST_DESCRIBE_STRUCT(TestedVersion, (), (version, passed, tested_at))
std::vector<TestedVersion> tested_versions(base::Tx& tx, const std::string& name);
// Of all versions, the newest first.
std::vector<ModelTestResult> test_results(base::Tx& tx, const std::string& name, int at_most);

}  // namespace training
