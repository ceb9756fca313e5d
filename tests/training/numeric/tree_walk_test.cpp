// The walk of trees beside the library's own predictions of the same bytes.
#include "training/numeric/trees/tree_walk.hpp"
#include "tests/training/made_data.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <limits>
#include <optional>

#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "base/numbers/random.hpp"
#include "tests/support/program.hpp"
#include "training/models/models.hpp"
#include "training/numeric/trees/booster.hpp"
#include "training/numeric/trees/trees.hpp"
#include "training/numeric/trees/ubjson.hpp"

using namespace training;

namespace {

constexpr float gap = std::numeric_limits<float>::quiet_NaN();

// Six columns of which a fifth is missing.
Design numbers_with_gaps(std::size_t rows) {
    const base::CounterRandom random(3, 1);
    Design out;
    out.rows = rows;
    out.columns = 6;
    for (std::size_t i = 0; i < rows * 6; ++i)
        out.values.push_back(
            random.unit(i * 2) < 0.2 ? gap : static_cast<float>(random.normal(i * 2 + 1))
        );
    return out;
}

// The same without what is missing.
Design sparse_of_gaps(const Design& dense) {
    Design out;
    out.rows = dense.rows;
    out.columns = dense.columns;
    out.sparse = true;
    out.starts.push_back(0);
    for (std::size_t row = 0; row < dense.rows; ++row) {
        for (std::uint32_t c = 0; c < dense.columns; ++c)
            if (const float value = dense.row_values(row)[c]; !std::isnan(value)) {
                out.values.push_back(value);
                out.where.push_back(c);
            }
        out.starts.push_back(out.values.size());
    }
    return out;
}

struct Labels {
    std::vector<int> classes;
    std::vector<double> targets;
};

Labels labels_of(const Design& rows, std::size_t outputs, Loss loss) {
    Labels out;
    for (std::size_t row = 0; row < rows.rows; ++row) {
        const float* x = rows.row_values(row);
        const double sum = static_cast<double>(std::isnan(x[0]) ? 0.7F : x[0]) -
                           static_cast<double>(std::isnan(x[1]) ? 0.F : x[1] * x[1]);
        if (outputs > 0) {
            const int level = sum > 0.3 ? 2 : sum > -0.8 ? 1 : 0;
            out.classes.push_back(std::min(level, static_cast<int>(outputs) - 1));
        } else {
            out.targets.push_back(
                loss == Loss::poisson ? std::floor(std::exp(sum + 1)) : 40 + 7 * sum
            );
        }
    }
    return out;
}

// What save() writes before the library's bytes.
std::string library_bytes(const Trees& trees) {
    Writer out;
    trees.save(out);
    const auto all = out.take();
    Reader in(all);
    for (int i = 0; i < 3; ++i) in.get<std::uint64_t>();
    in.get<std::uint8_t>();
    in.get<double>();
    in.get<double>();
    return in.text();
}

// Margins as answers, by the formulas that the header of Trees names.
std::vector<double> answers_of(
    const std::vector<float>& margins,
    std::size_t outputs,
    const TreeSettings& how,
    Loss loss,
    const PlainTrees& plain
) {
    std::vector<double> out;
    const auto k = outputs > 2 ? outputs : 1;
    for (std::size_t from = 0; from < margins.size(); from += k) {
        std::vector<double> m(
            margins.begin() + static_cast<std::ptrdiff_t>(from),
            margins.begin() + static_cast<std::ptrdiff_t>(from + k)
        );
        if (outputs == 0) {
            const double value = how.forest ? m[0] / static_cast<double>(how.rounds) : m[0];
            out.push_back(
                loss == Loss::poisson ? std::exp(value) : value / plain.scale + plain.mean
            );
        } else if (how.forest) {
            std::vector<double> share(outputs);
            double sum = 0;
            for (std::size_t c = 0; c < outputs; ++c) {
                const double start = 1 / static_cast<double>(outputs);
                const double said = outputs == 2 ? (c == 0 ? -m[0] : m[0]) : m[c];
                share[c] = std::clamp(start + said / static_cast<double>(how.rounds), 1e-3, 0.999);
                sum += share[c];
            }
            for (double one : share) out.push_back(one / sum);
        } else if (outputs == 2) {
            out.push_back(1 / (1 + std::exp(m[0])));
            out.push_back(1 / (1 + std::exp(-m[0])));
        } else {
            double sum = 0;
            for (double one : m) sum += std::exp(one);
            for (double one : m) out.push_back(std::exp(one) / sum);
        }
    }
    return out;
}

double farthest(const std::vector<double>& a, const std::vector<double>& b) {
    REQUIRE(a.size() == b.size());
    double most = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        most = std::max(most, std::abs(a[i] - b[i]) / std::max(1.0, std::abs(b[i])));
    return most;
}

Trees grown(
    const Design& rows,
    const Labels& labels,
    std::size_t outputs,
    const TreeSettings& how,
    Loss loss
) {
    Team team(2);
    FitContext context{3, {}, {}, &team};
    context.loss = loss;
    Trees out;
    View view{&rows, labels.classes, labels.targets};
    out.fit(view, {}, outputs, how, context);
    return out;
}

// Where temporary files go, while it lives.
class TemporaryFolder {
public:
    explicit TemporaryFolder(const std::string& path) {
        if (const char* set = std::getenv("TMPDIR")) before_ = set;
        setenv("TMPDIR", path.c_str(), 1);
    }
    ~TemporaryFolder() {
        if (before_) {
            setenv("TMPDIR", before_->c_str(), 1);
        } else {
            unsetenv("TMPDIR");
        }
    }
    TemporaryFolder(const TemporaryFolder&) = delete;

private:
    std::optional<std::string> before_;
};

}  // namespace

TEST_CASE("trees of rows that lie on disk are those of rows in memory", "[training][trees]") {
    // Quotes and the like are in names of folders too.
    const test::Folder folder;
    const auto odd = folder.path / "a \"b\" \\c";
    std::filesystem::create_directory(odd);
    const TemporaryFolder here(odd.string());
    const auto dense = numbers_with_gaps(3000);
    const auto sparse = sparse_of_gaps(dense);
    for (const auto* rows : {&dense, &sparse})
        for (std::size_t outputs : {std::size_t{2}, std::size_t{3}, std::size_t{0}}) {
            INFO(outputs << " outputs, sparse: " << rows->sparse);
            const auto labels = labels_of(*rows, outputs, Loss::squared);
            TreeSettings how;
            how.rounds = 12;
            how.rows = 0.8;
            how.columns = 0.6;
            const auto saved = [&](std::size_t in_memory) {
                how.in_memory = in_memory;
                Writer out;
                grown(*rows, labels, outputs, how, Loss::squared).save(out);
                return out.take();
            };
            const auto all = saved(0);
            CHECK(saved(rows->values.size()) == all);
            CHECK(saved(rows->values.size() / 3) == all);
            CHECK(std::filesystem::is_empty(odd));
        }
    const TemporaryFolder none("/none");
    TreeSettings how;
    how.in_memory = 1;
    CHECK_THROWS_WITH(
        grown(dense, labels_of(dense, 0, Loss::squared), 0, how, Loss::squared),
        Catch::Contains("set TMPDIR")
    );
}

TEST_CASE("trees that are walked say what the library says", "[training][trees]") {
    const auto dense = numbers_with_gaps(700);
    const auto sparse = sparse_of_gaps(dense);
    struct Case {
        std::size_t outputs;
        bool forest;
        Loss loss;
    };
    for (const auto& one :
         {Case{2, false, Loss::squared},
          Case{3, false, Loss::squared},
          Case{0, false, Loss::squared},
          Case{0, false, Loss::huber},
          Case{0, false, Loss::poisson},
          Case{2, true, Loss::squared},
          Case{3, true, Loss::squared},
          Case{0, true, Loss::squared}})
        for (const auto* rows : {&dense, &sparse}) {
            INFO(
                one.outputs << " outputs, forest " << one.forest << ", loss "
                            << base::name_of(one.loss) << ", sparse " << rows->sparse
            );
            const auto labels = labels_of(dense, one.outputs, one.loss);
            TreeSettings how{.rounds = 40, .depth = 5, .split_columns = 0.5};
            how.forest = one.forest;
            const auto trees = grown(*rows, labels, one.outputs, how, one.loss);
            const auto bytes = library_bytes(trees);
            const TreeRows matrix(*rows);
            const auto margins = Booster(bytes).margins(matrix.get());
            Team team(2);
            const auto said = trees.predict(*rows, team);
            const auto expected = answers_of(margins, one.outputs, how, one.loss, trees.plain());
            CHECK(farthest(said, expected) < 1e-6);
            Team alone(1);
            CHECK(trees.predict(*rows, alone) == said);
            // A row by itself is the same as among others.
            const std::uint32_t fifth = 5;
            const auto width = std::max<std::size_t>(1, one.outputs);
            const auto single = trees.predict(take_rows(*rows, {&fifth, 1}), alone);
            for (std::size_t c = 0; c < width; ++c) CHECK(single[c] == said[5 * width + c]);
        }
}

TEST_CASE("a row is walked in less than a millisecond", "[training][trees]") {
    const auto rows = numbers_with_gaps(700);
    const auto trees =
        grown(rows, labels_of(rows, 3, Loss::squared), 3, {.rounds = 300}, Loss::squared);
    std::uint32_t at = 0;
    Team team(1);
    const auto begun = std::clock();
    for (at = 0; at < 200; ++at) trees.predict(take_rows(rows, {&at, 1}), team);
    const double seconds = static_cast<double>(std::clock() - begun) / CLOCKS_PER_SEC;
    CHECK(seconds / 200 < 1e-3 * made::slower);
}

TEST_CASE("gains name the columns that trees split by", "[training][trees]") {
    const auto rows = numbers_with_gaps(700);
    const auto trees =
        grown(rows, labels_of(rows, 3, Loss::squared), 3, {.rounds = 20}, Loss::squared);
    auto gains = trees.gains();
    REQUIRE(gains.size() >= 2);
    std::sort(gains.begin(), gains.end(), [](const auto& a, const auto& b) {
        return a.second > b.second;
    });
    CHECK(std::min(gains[0].first, gains[1].first) == 0);
    CHECK(std::max(gains[0].first, gains[1].first) == 1);
    CHECK(gains[1].second > 0);
}

TEST_CASE("bytes that are no trees are refused", "[training][trees]") {
    const auto rows = numbers_with_gaps(300);
    const auto trees =
        grown(rows, labels_of(rows, 2, Loss::squared), 2, {.rounds = 3}, Loss::squared);
    const auto bytes = library_bytes(trees);
    CHECK_NOTHROW(TreeWalk(bytes, 6, 1));
    for (std::size_t size : {std::size_t{0}, std::size_t{1}, bytes.size() / 2, bytes.size() - 3})
        CHECK_THROWS_AS(TreeWalk(bytes.substr(0, size), 6, 1), base::Error);
    CHECK_THROWS_AS(TreeWalk(bytes, 1, 1), base::Error);  // splits by columns that are not there
    CHECK_THROWS_AS(TreeWalk("[[[[", 6, 1), base::Error);
    CHECK_THROWS_AS(TreeWalk(std::string(100'000, '['), 6, 1), base::Error);
    // A node that leads back to the root would be walked for ever.
    auto circle = bytes;
    const std::string name = "left_children[$l#L";
    const auto at = circle.find(name);
    REQUIRE(at != circle.npos);
    for (std::size_t i = 0; i < 4; ++i) circle[at + name.size() + 8 + i] = 0;
    CHECK_THROWS_AS(TreeWalk(circle, 6, 1), base::Error);
}

TEST_CASE("every kind of value of the binary JSON is read", "[training][trees]") {
    using namespace std::string_literals;
    const auto all =
        read_ubjson("{i\1aI\1\0i\1b[$U#i\2\1\2i\1c[i\5NTFZ]i\1dSi\2hii\1e{#i\1i\1xd\x3f\x80\0\0}"s);
    CHECK(std::get<std::int64_t>(all.at("a").value) == 256);
    CHECK(all.at("b").numbers<float>() == std::vector<float>{1, 2});
    CHECK(all.at("c").array().size() == 4);
    CHECK(std::get<std::string>(all.at("d").value) == "hi");
    CHECK(std::get<double>(all.at("e").at("x").value) == 1);
    CHECK_THROWS_AS(all.at("f"), base::Error);
    CHECK_THROWS_AS(all.at("a").array(), base::Error);
    CHECK_THROWS_AS(read_ubjson("[$l#L\x7f\xff\xff\xff\xff\xff\xff\xff"s), base::Error);
}
