#pragma once

#include <optional>
#include <string>

#include <boost/describe/class.hpp>

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

// The behaviour that is asked of a model, as JSON; nothing if none is.
std::optional<std::string> kept_tests(base::Tx& tx, const std::string& name);
void keep_tests(base::Tx& tx, const std::string& name, const std::string& tests, schema::Time now);
void forget_tests(base::Tx& tx, const std::string& name);

struct ModelTestResult {
    bool passed = false;
    std::string report;  // JSON
    std::string tested_at;
};
BOOST_DESCRIBE_STRUCT(ModelTestResult, (), (passed, report, tested_at))
void add_test_result(
    base::Tx& tx,
    const std::string& name,
    int version,
    bool passed,
    const std::string& report,
    schema::Time now
);
std::optional<ModelTestResult> last_test_result(base::Tx& tx, const std::string& name, int version);

}  // namespace training
