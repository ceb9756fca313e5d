#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <zlib.h>
#include <catch2/catch.hpp>

#include "training/evaluation/metrics.hpp"
#include "training/trainer.hpp"

using namespace training;

namespace {

const std::string folder = "/usr/share/datasets/fashion-mnist/";

std::vector<std::uint8_t> unzip(const std::string& path, std::size_t skip, std::size_t size) {
    std::vector<std::uint8_t> out(skip + size);
    gzFile file = gzopen(path.c_str(), "rb");
    if (!file) return {};
    const int got = gzread(file, out.data(), static_cast<unsigned>(out.size()));
    gzclose(file);
    if (got != static_cast<int>(out.size())) return {};
    out.erase(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(skip));
    return out;
}

Examples fashion(const std::string& part, std::size_t rows) {
    Examples out;
    out.rows = rows;
    out.pixel_count = 784;
    out.pixels = unzip(folder + part + "-images-idx3-ubyte.gz", 16, rows * 784);
    const auto labels = unzip(folder + part + "-labels-idx1-ubyte.gz", 8, rows);
    out.classes.assign(labels.begin(), labels.end());
    for (int i = 0; i < 10; ++i) out.class_names.push_back(std::to_string(i));
    return out;
}

}  // namespace

TEST_CASE(
    "a sixth of Fashion-MNIST is enough to read four in five of the official test images",
    "[training][real]"
) {
    if (!std::filesystem::exists(folder)) {
        WARN("dataset-fashion-mnist is not installed: not tested");
        return;
    }
    const auto train = fashion("train", 10'000);
    const auto test = fashion("t10k", 10'000);
    TrainSpec spec;
    spec.model = "softmax";
    const auto softmax = Predictor::load(fit(train, {}, spec).artefact).predict(test);
    const auto report = judge_classes(softmax, test.classes, 10);
    CHECK(report.accuracy.interval.low > 0.80);
    CHECK(report.calibration_error < 0.06);

    spec.model = "majority";
    const auto majority = Predictor::load(fit(train, {}, spec).artefact).predict(test);
    CHECK(judge_classes(majority, test.classes, 10).accuracy.value == Approx(0.1));
}
