// Truth inference and agreement over a million answers: 333,333 questions of 4 classes, 3 answers
// each, 1,000 workers who are right from 55 to 95 times in a hundred.
//
// Promised, on one core: Dawid and Skene under 5 s, majority vote under 2 s, GLAD and MACE under a
// minute, and memory that grows with the answers whatever the classes are, which the second table
// shows on free answers. Seconds are of the processor, so that a busy machine does not matter.
//
//     bench_truth [QUESTIONS]      333333 by default
#include <sys/resource.h>

#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/numbers/random.hpp"
#include "labeling/agreement/agreement.hpp"
#include "labeling/truth/bradley_terry.hpp"
#include "labeling/truth/score.hpp"
#include "labeling/truth/truth.hpp"

namespace {

double seconds() {
    return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

std::size_t resident() {
    std::ifstream in("/proc/self/statm");
    std::size_t all = 0, pages = 0;
    in >> all >> pages;
    return pages * 4096;
}

struct Crowd {
    labeling::Judgements judgements;
    labeling::Gold gold;
};

// The answers as a table of CSV.
std::string table(std::size_t questions, std::size_t classes, labeling::Gold& gold) {
    constexpr std::size_t workers = 1000;
    base::Random random(5);
    std::vector<double> error(workers);
    for (auto& e : error) e = 0.05 + 0.4 * random.uniform();
    std::string text = "question,worker,answer\n";
    for (std::size_t q = 0; q < questions; ++q) {
        auto truth = random.below(classes), first = random.below(workers);
        gold[fmt::format("q{}", q)] = fmt::format("c{}", truth);
        for (std::size_t i = 0; i < 3; ++i) {
            auto worker = (first + i * 7) % workers, answer = truth;
            if (random.uniform() < error[worker])
                answer = (truth + 1 + random.below(classes - 1)) % classes;
            text += fmt::format("q{},w{},c{}\n", q, worker, answer);
        }
    }
    return text;
}

Crowd crowd(std::size_t questions, std::size_t classes) {
    Crowd made;
    auto text = table(questions, classes, made.gold);
    auto path = std::filesystem::temp_directory_path() / "bench_truth.csv";
    std::ofstream(path, std::ios::binary) << text;
    text = {};
    auto memory = resident();
    auto begun = seconds();
    labeling::ReadNotes notes;
    made.judgements = labeling::load_answers(path.string(), notes);
    auto rows = made.judgements.rows.size();
    fmt::print(
        "{} answers of {} different ones: read in {:.2f} s, {} bytes an answer\n",
        rows,
        made.judgements.answers.size(),
        seconds() - begun,
        (resident() - memory) / rows
    );
    std::filesystem::remove(path);
    return made;
}

void infer_all(const Crowd& crowd) {
    using labeling::Method;
    fmt::print("{:<10} {:>8} {:>9} {:>9}\n", "method", "seconds", "accuracy", "MB");
    for (auto method :
         {Method::mv,
          Method::wawa,
          Method::onecoin,
          Method::ds,
          Method::lfc,
          Method::glad,
          Method::mace,
          Method::catd,
          Method::pm}) {
        auto begun = seconds();
        auto truth = labeling::infer(crowd.judgements, method);
        auto taken = seconds() - begun;
        fmt::print(
            "{:<10} {:>8.2f} {:>9.4f} {:>9}\n",
            base::name_of(method),
            taken,
            labeling::score(crowd.judgements, truth, crowd.gold).accuracy,
            labeling::memory_needed(crowd.judgements, method) / 1'000'000
        );
    }
}

void agree(const labeling::Judgements& ratings) {
    using labeling::Metric;
    fmt::print("{:<22} {:>8}\n", "agreement, 1,000 draws", "seconds");
    for (auto metric : {Metric::krippendorff_nominal, Metric::gwet_ac1, Metric::fleiss}) {
        auto begun = seconds();
        labeling::agreement(ratings, metric);
        fmt::print("{:<22} {:>8.2f}\n", base::name_of(metric), seconds() - begun);
    }
}

void rank(std::size_t comparisons) {
    base::Random random(7);
    labeling::ComparisonsBuilder builder;
    for (std::size_t i = 0; i < comparisons; ++i) {
        auto a = random.below(1000), b = (a + 1 + random.below(999)) % 1000;
        bool first = random.below(2000) < 1000 + a - b;
        builder.add(
            fmt::format("i{}", a),
            fmt::format("i{}", b),
            fmt::format("w{}", random.below(100)),
            fmt::format("i{}", first ? a : b)
        );
    }
    auto built = std::move(builder).build();
    for (const auto& word : base::words<labeling::Ranking>) {
        auto begun = seconds();
        labeling::rank(built, word.value);
        fmt::print(
            "{:<22} {:>8.2f} over {} comparisons\n", word.name, seconds() - begun, comparisons
        );
    }
}

}  // namespace

int main(int argc, char** argv) try {
    const auto questions = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 333'333;
    const auto few = crowd(questions, 4);
    infer_all(few);
    agree(few.judgements);
    infer_all(crowd(questions / 3, questions / 3));
    rank(questions / 3);
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    fmt::print("at most {} MB\n", used.ru_maxrss / 1024);
    return 0;
} catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
}
