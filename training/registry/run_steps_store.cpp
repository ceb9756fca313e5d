#include "training/registry/run_steps.hpp"

#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "base/run/log.hpp"
#include "training/sql.hpp"

namespace training {

namespace {

constexpr std::chrono::milliseconds store_every{250};
constexpr std::size_t most_of_a_stage = 2000;

}  // namespace

RunSteps::~RunSteps() {
    store();
}

void RunSteps::note(const Progress& progress) {
    const auto stride = progress.total / most_of_a_stage + 1;
    if (progress.done % stride != 0 && progress.done != progress.total) return;
    const std::lock_guard lock(mutex_);
    waiting_.push_back(
        {.step = ++last_,
         .stage = progress.stage,
         .done = static_cast<std::int64_t>(progress.done),
         .total = static_cast<std::int64_t>(progress.total),
         .loss = progress.loss,
         .validation = progress.validation,
         .at = std::chrono::system_clock::now()}
    );
    if (std::chrono::steady_clock::now() - stored_ < store_every) return;
    store();
}

OnProgress RunSteps::beside(const OnProgress& progress) {
    return [this, &progress](const Progress& now) {
        note(now);
        if (progress) progress(now);
    };
}

void RunSteps::store() {
    if (waiting_.empty()) return;
    try {
        database_.call([&](base::Tx& tx) {
            auto copy =
                tx.copy("run_step (run_id, step, stage, done, total, loss, validation, at)", 8);
            for (const auto& step : waiting_) {
                copy.begin_row();
                copy.value(run_id_);
                copy.value(std::int32_t{step.step});
                copy.text(step.stage);
                copy.value(step.done);
                copy.value(step.total);
                copy.value(step.loss);
                if (step.validation) {
                    copy.value(*step.validation);
                } else {
                    copy.null();
                }
                copy.time(step.at);
            }
            copy.finish();
        });
    } catch (const std::exception& failure) {
        base::log::warning("run {}: steps of it were not kept: {}", run_id_, failure.what());
    }
    waiting_.clear();
    stored_ = std::chrono::steady_clock::now();
}

std::vector<RunStep> steps_of(base::Tx& tx, std::int64_t run_id, int after, int at_most) {
    return base::rows_as<RunStep>(tx.exec(sql::file["run_steps"], run_id, after, at_most));
}

std::vector<LiveStep> live_steps(base::Tx& tx) {
    return base::rows_as<LiveStep>(tx.exec(sql::file["live_run_steps"]));
}

}  // namespace training
