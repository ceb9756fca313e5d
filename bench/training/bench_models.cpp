// What models reach on public data, and how long they take: bench_models FOLDER SET MODEL...
//
// SET is one of the files that sets.py wrote into FOLDER, or `fashion` (dataset-fashion-mnist). A
// MODEL is a kind, with parameters after colons: boosting:depth=8:rate=0.1; `validation` among them
// holds a tenth of the training rows out for early stopping. A line for each: accuracy, F1 of the
// second class and AUC where there are two, log-loss, or RMSE; seconds of the fit, features
// included, and of the prediction. `labels=200` keeps so many of them and takes them from the rest,
// which `unlabelled=self_training` (em, label_spreading) then learns from. rivals.py prints the
// same lines for scikit-learn, XGBoost and liblinear.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <limits>
#include <map>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/numbers/random.hpp"
#include "bench/training/fashion.hpp"
#include "training/evaluation/metrics.hpp"
#include "training/semi_supervised/semi_supervised.hpp"
#include "training/trainer.hpp"

namespace {

using training::Examples;

std::vector<std::string> split(const std::string& text, char at) {
    std::vector<std::string> out{""};
    for (char c : text) {
        if (c == at) {
            out.emplace_back();
        } else {
            out.back() += c;
        }
    }
    return out;
}

// The codes of classes and categories are the same in both parts.
using Codes = std::vector<std::map<std::string, int>>;

int code_of(Codes& codes, std::size_t column, const std::string& word) {
    if (codes.size() <= column) codes.resize(column + 1);
    return codes[column].emplace(word, static_cast<int>(codes[column].size())).first->second;
}

Examples read(const std::string& path, Codes& codes) {
    std::ifstream file(path);
    if (!file) throw std::runtime_error(path + ": cannot be read; sets.py writes it");
    Examples out;
    std::string line;
    std::getline(file, line);
    const auto head = split(line, '\t');
    const bool text = head.front() == "text";
    if (!text) {
        for (const auto& column : head) {
            const auto parts = split(column, ':');
            const auto type = parts[1] == "category" ? schema::Column::Type::category
                                                     : schema::Column::Type::number;
            out.columns.push_back({parts[0], type, ""});
        }
    }
    const bool values = path.find("housing") != path.npos;
    while (std::getline(file, line)) {
        const auto cells = split(line, '\t');
        ++out.rows;
        if (values) {
            out.targets.push_back(std::stod(cells[0]));
        } else {
            out.classes.push_back(code_of(codes, 0, cells[0]));
        }
        if (text) {
            training::TextItem item;
            item.body = cells[1];
            out.text.push_back(std::move(item));
            continue;
        }
        for (std::size_t c = 0; c < head.size(); ++c) {
            const auto& cell = cells.at(c + 1);
            if (cell.empty()) {
                out.numeric.push_back(std::numeric_limits<double>::quiet_NaN());
            } else if (out.columns[c].type == schema::Column::Type::category) {
                out.numeric.push_back(code_of(codes, c + 1, cell));
            } else {
                out.numeric.push_back(std::stod(cell));
            }
        }
    }
    if (!values) {
        out.class_names.resize(codes[0].size());
        for (const auto& [name, code] : codes[0])
            out.class_names[static_cast<std::size_t>(code)] = name;
    }
    return out;
}

double auc(const std::vector<double>& probabilities, const std::vector<int>& classes) {
    std::vector<std::size_t> order(classes.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](auto a, auto b) {
        return probabilities[a * 2 + 1] < probabilities[b * 2 + 1];
    });
    double ranks = 0;
    double positive = 0;
    for (std::size_t i = 0; i < order.size(); ++i) {
        if (classes[order[i]] != 1) continue;
        ranks += static_cast<double>(i + 1);
        ++positive;
    }
    const double negative = static_cast<double>(order.size()) - positive;
    return (ranks - positive * (positive + 1) / 2) / (positive * negative);
}

void judge(const std::vector<double>& predicted, const Examples& test) {
    if (!test.has_classes()) {
        std::printf(" rmse %.4f", training::judge_values(predicted, test.targets).rmse.value);
        return;
    }
    const auto classes = test.class_names.size();
    const auto report = training::judge_classes(predicted, test.classes, classes);
    std::printf(" accuracy %.4f log_loss %.4f", report.accuracy.value, report.log_loss.value);
    if (classes == 2)
        std::printf(" f1 %.4f auc %.4f", report.classes[1].f1, auc(predicted, test.classes));
}

// A tenth of the rows, drawn by seed 1, for validation.
std::pair<Examples, Examples> hold_out(const Examples& train) {
    std::vector<std::size_t> learnt;
    std::vector<std::size_t> held;
    const base::CounterRandom random(1, 1);
    for (std::size_t row = 0; row < train.rows; ++row)
        (random.unit(row) < 0.1 ? held : learnt).push_back(row);
    return {training::take(train, learnt), training::take(train, held)};
}

// The first `labels` rows of an order by `seed`, in equal numbers of each class as far as there
// are; the others without their labels.
std::pair<Examples, Examples>
few_labels(const Examples& train, std::size_t labels, std::uint64_t seed) {
    std::vector<std::size_t> order(train.rows);
    std::iota(order.begin(), order.end(), std::size_t{0});
    base::CounterRandom(seed, 2).shuffle(std::span(order));
    const auto each = labels / train.class_names.size();
    std::vector<std::size_t> taken(train.class_names.size());
    std::vector<std::size_t> known;
    std::vector<std::size_t> unknown;
    for (auto row : order) {
        auto& own = taken[static_cast<std::size_t>(train.classes[row])];
        (own++ < each ? known : unknown).push_back(row);
    }
    auto rest = training::take(train, unknown);
    rest.classes.clear();
    return {training::take(train, known), std::move(rest)};
}

double since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void run(
    const std::string& set,
    const std::string& words,
    const Examples& train,
    const Examples& test
) {
    const auto parts = split(words, ':');
    training::TrainSpec spec;
    spec.model = parts[0];
    bool validation = false;
    std::size_t labels = 0;
    training::UnlabelledSpec how;
    for (std::size_t i = 1; i < parts.size(); ++i) {
        const auto pair = split(parts[i], '=');
        if (pair[0] == "validation") {
            validation = true;
        } else if (pair[0] == "budget") {
            spec.budget = std::stod(pair.at(1));
        } else if (pair[0] == "tune") {
            spec.tune = pair.at(1) + ":" + parts.at(++i);
        } else if (pair[0] == "labels") {
            labels = std::stoul(pair.at(1));
        } else if (pair[0] == "seed") {
            spec.seed = std::stoul(pair.at(1));
        } else if (pair[0] == "unlabelled") {
            how.method = base::parse<training::Unlabelled>(pair.at(1)).value();
        } else if (pair[0] == "confidence") {
            how.confidence = std::stod(pair.at(1));
        } else if (pair[0] == "unlabelled_rounds") {
            how.rounds = std::stoul(pair.at(1));
        } else if (pair[0] == "unlabelled_weight") {
            how.weight = std::stod(pair.at(1));
        } else if (pair[0] == "neighbours") {
            how.neighbours = std::stoul(pair.at(1));
        } else if (pair[0] == "spread") {
            how.spread = std::stod(pair.at(1));
        } else if (pair[0] == "threads") {
            spec.threads = std::stoul(pair.at(1));
        } else {
            spec.params[pair[0]] = std::stod(pair.at(1));
        }
    }
    const auto [known, rest] = labels > 0 ? few_labels(train, labels, spec.seed)
                                          : std::pair<Examples, Examples>{train, {}};
    const auto halves = validation ? hold_out(known) : std::pair<Examples, Examples>{known, {}};
    const auto learnt = training::fit_with_unlabelled(halves.first, rest, halves.second, spec, how);
    const auto& result = learnt.fitted;
    for (const auto& round : learnt.rounds)
        if (learnt.rounds.size() > 1)
            std::printf(
                "  used %zu changed %.3f cost %.4f\n", round.used, round.changed, round.cost
            );
    const auto start = std::chrono::steady_clock::now();
    const auto predicted = training::Predictor::load(result.artefact).predict(test);
    const double asked = since(start);
    std::printf("%s %s (%s)", set.c_str(), words.c_str(), result.kind.c_str());
    judge(predicted, test);
    std::printf(
        " fit %.2f s predict %.2f s epochs %zu artefact %.1f MB\n",
        result.seconds,
        asked,
        result.epochs.size(),
        static_cast<double>(result.artefact.size()) / 1e6
    );
    std::fflush(stdout);
}

}  // namespace

int main(int count, char** words) {
    if (count < 4) {
        std::fprintf(stderr, "bench_models FOLDER SET MODEL...\n");
        return 2;
    }
    try {
        const std::string folder = words[1];
        const std::string set = words[2];
        Codes codes(1);
        const bool pictures = set == "fashion";
        const auto train =
            pictures ? bench::fashion("train") : read(folder + "/" + set + ".train", codes);
        auto test = pictures ? bench::fashion("t10k") : read(folder + "/" + set + ".test", codes);
        if (!pictures) test.class_names = train.class_names;
        for (int i = 3; i < count; ++i) run(set, words[i], train, test);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "bench_models: %s\n", error.what());
        return 1;
    }
    return 0;
}
