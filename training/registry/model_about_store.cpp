#include "training/registry/model_about_store.hpp"

#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "training/sql.hpp"

namespace training {

ModelAbout about_model(base::Tx& tx, const std::string& name, int version) {
    return base::first_as<ModelAbout>(tx.exec(sql::file["model_about"], name, version))
        .value_or(ModelAbout{});
}

void set_about(base::Tx& tx, const std::string& name, int version, const ModelAbout& about) {
    tx.exec(sql::file["set_model_about"], name, version, about.intended_use, about.known_limits);
}

std::optional<KeptTests> kept_tests(base::Tx& tx, const std::string& name) {
    return base::first_as<KeptTests>(tx.exec(sql::file["model_tests"], name));
}

void keep_tests(base::Tx& tx, const std::string& name, const std::string& tests, schema::Time now) {
    tx.exec(sql::file["keep_model_tests"], name, tests, schema::timestamp(now));
}

void forget_tests(base::Tx& tx, const std::string& name) {
    tx.exec(sql::file["forget_model_tests"], name);
}

void add_test_result(
    base::Tx& tx,
    const std::string& name,
    int version,
    bool passed,
    const std::string& report,
    schema::Time now
) {
    tx.exec(
        sql::file["add_model_test_result"], name, version, passed, report, schema::timestamp(now)
    );
}

std::optional<ModelTestResult>
last_test_result(base::Tx& tx, const std::string& name, int version) {
    return base::first_as<ModelTestResult>(
        tx.exec(sql::file["last_model_test_result"], name, version)
    );
}

std::vector<TestedVersion> tested_versions(base::Tx& tx, const std::string& name) {
    return base::rows_as<TestedVersion>(tx.exec(sql::file["last_model_test_results"], name));
}

std::vector<ModelTestResult> test_results(base::Tx& tx, const std::string& name, int at_most) {
    return base::rows_as<ModelTestResult>(tx.exec(sql::file["model_test_results"], name, at_most));
}

}  // namespace training
