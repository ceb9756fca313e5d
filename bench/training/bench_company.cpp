// Fits by one process and by several that mpirun started, each of one thread: `company` runs both
// and tells the ratio. What is timed is Model::fit(), rows sent included, on made-up numbers; a
// line a kind with the best of ROUNDS and a figure of what was found, which has to be the same.
//
//     bench_company [ROUNDS]        3 rounds by default
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <vector>

#include "base/numbers/random.hpp"
#include "training/company/mpi_company.hpp"
#include "training/models/model.hpp"

namespace {

struct Data {
    training::Design rows;
    std::vector<int> classes;
    std::vector<double> targets;
};

// Ten clouds that overlap, and a number that hangs on all columns.
Data made(std::size_t rows, std::size_t columns) {
    const base::CounterRandom random(7, 1);
    Data out;
    out.rows.rows = rows;
    out.rows.columns = columns;
    for (std::size_t row = 0; row < rows; ++row) {
        const auto label = random.below(row, 10);
        out.classes.push_back(static_cast<int>(label));
        double target = 0;
        for (std::size_t c = 0; c < columns; ++c) {
            const auto at = 1'000'000 + row * columns + c;
            const double centre = c % 10 == label ? 0.5 : 0;
            const double value = centre + 2 * random.unit(at) - 1;
            out.rows.values.push_back(static_cast<float>(value));
            target += value / static_cast<double>(c + 1);
        }
        out.targets.push_back(target + 0.1 * random.unit(row * 3 + 1));
    }
    return out;
}

struct Job {
    std::string kind;
    std::size_t rows = 0, columns = 0, outputs = 0;
    training::Params params = {};
};

void measure(const Job& job, int rounds) {
    const auto data = made(job.rows, job.columns);
    training::View view{&data.rows};
    if (job.outputs > 0)
        view.classes = data.classes;
    else
        view.targets = data.targets;
    training::Team team(1);
    training::FitContext context{1, {}, {}, &team};
    context.company = training::company_of_process();
    double best = 1e9, figure = 0;
    for (int round = 0; round < rounds; ++round) {
        auto model = training::make_model(job.kind, job.params);
        const auto begun = std::chrono::steady_clock::now();
        model->fit(view, {}, job.outputs, context);
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
        best = std::min(best, took.count());
        figure = 0;
        for (double said : model->predict(data.rows, team)) figure += said * said;
    }
    std::printf("%s %.3f %.9g\n", job.kind.c_str(), best, figure);
    std::fflush(stdout);
}

void measure_all(int rounds) {
    const std::vector<Job> jobs{
        {"ridge", 60'000, 400},
        {"lasso", 200'000, 100, 0, {{"strength", 0.001}}},
        {"logistic", 10'000, 100, 10},
        {"kmeans", 100'000, 64, 0, {{"k", 60}, {"starts", 1}, {"rounds", 30}}},
        {"mlp", 40'000, 200, 10, {{"epochs", 3}}},
        {"mlp", 40'000, 200, 10, {{"epochs", 3}, {"batch", 2048}, {"hidden", 512}}},
        {"softmax", 80'000, 200, 10, {{"epochs", 10}, {"batch", 1024}}}};
    for (const auto& job : jobs) measure(job, rounds);
}

}  // namespace

int main(int argc, char** argv) try {
    if (training::is_mpi_helper()) std::_Exit(training::serve_mpi() ? 0 : 1);
    training::join_mpi();
    measure_all(argc > 1 ? std::max(1, std::atoi(argv[1])) : 3);
    if (!training::end_mpi()) return 1;
    return 0;
} catch (const std::exception& failure) {
    std::fprintf(stderr, "bench_company: %s\n", failure.what());
    std::_Exit(1);
}
