#include "training/numeric/kernels.hpp"
#include "base/numbers/random.hpp"

#include <array>
#include <atomic>
#include <cmath>
#include <vector>

#include <catch2/catch.hpp>

#include "training/numeric/team.hpp"

using namespace training;

namespace {

template <typename T>
std::vector<T> numbers(std::size_t count, std::uint64_t stream) {
    const base::CounterRandom random(5, stream);
    std::vector<T> out(count);
    for (std::size_t i = 0; i < count; ++i) out[i] = static_cast<T>(2 * random.unit(i) - 1);
    return out;
}

template <typename T, typename Gemm>
double worst_miss(
    Gemm gemm,
    std::size_t m,
    std::size_t n,
    std::size_t k,
    bool turn_a,
    bool turn_b,
    bool add
) {
    const auto a = numbers<T>(m * k, 1);
    const auto b = numbers<T>(k * n, 2);
    auto c = numbers<T>(m * n, 3);
    const auto before = c;
    std::vector<T> work(work_floats);
    const std::size_t a_row = turn_a ? 1 : k;
    const std::size_t a_col = turn_a ? m : 1;
    const std::size_t b_row = turn_b ? 1 : n;
    const std::size_t b_col = turn_b ? k : 1;
    gemm(m, n, k, a.data(), a_row, a_col, b.data(), b_row, b_col, c.data(), n, add, work.data());
    double worst = 0;
    for (std::size_t i = 0; i < m; ++i) {
        for (std::size_t j = 0; j < n; ++j) {
            double sum = add ? static_cast<double>(before[i * n + j]) : 0;
            for (std::size_t p = 0; p < k; ++p)
                sum += static_cast<double>(a[i * a_row + p * a_col]) *
                       static_cast<double>(b[p * b_row + j * b_col]);
            worst = std::max(worst, std::abs(sum - static_cast<double>(c[i * n + j])));
        }
    }
    return worst;
}

std::vector<const Kernels*> variants() {
    std::vector<const Kernels*> out{portable_kernels()};
    for (const auto* wide : {avx2_kernels(), avx512_kernels()})
        if (wide) out.push_back(wide);
    if (out.size() == 1) WARN("this processor has no AVX2: only the portable kernels are tested");
    return out;
}

}  // namespace

TEST_CASE("a matrix product is right in every shape, layout and variant", "[training][kernels]") {
    struct Shape {
        std::size_t m, n, k;
    };
    for (const auto* k : variants()) {
        for (auto shape :
             {Shape{1, 1, 1},
              {7, 10, 300},
              {97, 17, 33},
              {13, 130, 70},
              {3, 1100, 5},
              {100, 64, 257},
              {4, 4, 0}}) {
            for (int way = 0; way < 8; ++way) {
                INFO(
                    k->name << " " << shape.m << "x" << shape.n << "x" << shape.k << " way " << way
                );
                const bool a = (way & 1) != 0;
                const bool b = (way & 2) != 0;
                const bool add = (way & 4) != 0;
                CHECK(worst_miss<float>(k->gemm, shape.m, shape.n, shape.k, a, b, add) < 1e-4);
                CHECK(
                    worst_miss<double>(k->gemm_double, shape.m, shape.n, shape.k, a, b, add) < 1e-12
                );
            }
        }
    }
}

TEST_CASE("the two wide variants give the same bits", "[training][kernels]") {
    if (!avx2_kernels() || !avx512_kernels()) {
        WARN("this processor has no AVX-512");
        return;
    }
    for (std::size_t n : {1U, 8U, 10U, 16U, 33U, 100U, 300U})
        for (std::size_t turned : {0U, 1U}) {
            INFO(n << " columns, turned " << turned);
            const std::size_t m = 103, k = 530;
            const auto a = numbers<float>(m * k, 1), b = numbers<float>(k * n, 2);
            std::vector<float> work(work_floats);
            std::vector<std::vector<float>> out;
            for (const auto* variant : {avx2_kernels(), avx512_kernels()})
                variant->gemm(
                    m,
                    n,
                    k,
                    a.data(),
                    turned ? 1 : k,
                    turned ? m : 1,
                    b.data(),
                    n,
                    1,
                    out.emplace_back(numbers<float>(m * n, 3)).data(),
                    n,
                    turned != 0,
                    work.data()
                );
            CHECK(out[0] == out[1]);
            CHECK(
                avx2_kernels()->squared_distance(n, a.data(), b.data()) ==
                avx512_kernels()->squared_distance(n, a.data(), b.data())
            );
        }
}

TEST_CASE("sparse rows are gathered and scattered at every width", "[training][kernels]") {
    const std::vector<std::uint32_t> where{0, 3, 7, 19, 20, 21, 22, 30, 31, 33, 35, 36, 38, 39};
    const auto values = numbers<float>(where.size(), 4);
    for (const auto* k : variants()) {
        for (std::size_t width : {8U, 16U, 24U, 32U, 40U, 48U, 56U, 64U, 72U}) {
            INFO(k->name << " width " << width);
            const auto table = numbers<float>(40 * width, 5);
            std::vector<float> sum(width, 1.0F);
            k->gather_rows(
                where.size(), where.data(), values.data(), table.data(), width, sum.data()
            );
            auto spread = table;
            k->scatter_rows(
                where.size(), where.data(), values.data(), sum.data(), width, spread.data()
            );
            for (std::size_t j = 0; j < width; ++j) {
                double expected = 1;
                for (std::size_t i = 0; i < where.size(); ++i)
                    expected += static_cast<double>(values[i]) *
                                static_cast<double>(table[where[i] * width + j]);
                CHECK(static_cast<double>(sum[j]) == Approx(expected).margin(1e-5));
                CHECK(
                    spread[7 * width + j] ==
                    Approx(table[7 * width + j] + values[2] * sum[j]).margin(1e-5)
                );
                CHECK(spread[8 * width + j] == table[8 * width + j]);
            }
        }
    }
}

TEST_CASE(
    "rectified units keep what is above 0, and only these let errors through",
    "[training][kernels]"
) {
    for (const auto* k : variants())
        for (std::size_t count : {1U, 5U, 16U, 37U}) {
            INFO(k->name << " count " << count);
            const auto given = numbers<float>(count, 11);
            auto units = given;
            k->rectify(count, units.data());
            auto errors = numbers<float>(count, 12);
            const auto before = errors;
            k->rectify_back(count, units.data(), errors.data());
            for (std::size_t i = 0; i < count; ++i) {
                CHECK(units[i] == (given[i] > 0 ? given[i] : 0.0F));
                CHECK(errors[i] == (given[i] > 0 ? before[i] : 0.0F));
            }
            units[count - 1] = std::nanf("");
            k->rectify(count, units.data());
            CHECK(std::isnan(units[count - 1]));
        }
}

TEST_CASE("the largest of four cells is kept, and only it gets the error", "[training][kernels]") {
    for (const auto* k : variants())
        for (std::size_t count : {1U, 3U, 8U, 19U, 32U}) {
            INFO(k->name << " count " << count);
            const auto values = numbers<float>(4 * count, 6);
            const auto bias = numbers<float>(count, 7), error = numbers<float>(count, 8);
            const float* cells[4];
            for (std::size_t i = 0; i < 4; ++i) cells[i] = values.data() + i * count;
            std::vector<float> out(count), back(4 * count, 9.0F);
            std::vector<std::uint32_t> which(count);
            k->pool(count, cells, bias.data(), out.data(), which.data());
            float* to[4];
            for (std::size_t i = 0; i < 4; ++i) to[i] = back.data() + i * count;
            k->unpool(count, error.data(), out.data(), which.data(), 2.0F, to);
            for (std::size_t j = 0; j < count; ++j) {
                std::uint32_t first = 0;
                for (std::uint32_t i = 1; i < 4; ++i)
                    if (cells[i][j] > cells[first][j]) first = i;
                CHECK(which[j] == first);
                CHECK(out[j] == std::max(0.0F, cells[first][j] + bias[j]));
                for (std::uint32_t i = 0; i < 4; ++i)
                    CHECK(to[i][j] == (i == first && out[j] > 0 ? 2 * error[j] : 0.0F));
            }
            const float broken = std::nanf("");
            const float* same[4] = {&broken, &broken, &broken, &broken};
            k->pool(1, same, bias.data(), out.data(), which.data());
            CHECK(std::isnan(out[0]));  // not hidden
        }
}

TEST_CASE("processes of one machine share what each of them may use", "[training][team]") {
    CHECK(processors_of(8, 8, 1) == 8);
    CHECK(processors_of(8, 8, 4) == 2);  // bound to none
    CHECK(processors_of(8, 2, 4) == 2);  // each bound to its own two
    CHECK(processors_of(8, 1, 2) == 1);
    CHECK(processors_of(8, 6, 4) == 2);  // in a container of six
    CHECK(processors_of(2, 2, 4) == 1);
}

TEST_CASE("a team runs every part once, and hands on a failure", "[training][team]") {
    for (std::size_t threads : {1U, 2U, 3U}) {
        Team team(threads);
        for (int round = 0; round < 200; ++round) {
            std::vector<int> runs(17);
            team.run(runs.size(), [&](std::size_t part) { ++runs[part]; });
            CHECK(runs == std::vector<int>(17, 1));
        }
        CHECK_THROWS_WITH(
            team.run(
                4,
                [](std::size_t part) {
                    if (part == 2) throw std::runtime_error("part 2");
                }
            ),
            "part 2"
        );
        int after = 0;
        team.run(1, [&](std::size_t) { ++after; });
        CHECK(after == 1);
    }
}

TEST_CASE("each part of many small jobs is done once before the job ends", "[training][team]") {
    Team team(3);
    for (std::size_t round = 0; round < 3000; ++round) {
        const auto parts = round % 7;
        std::array<std::atomic<int>, 7> done{};
        team.run(parts, [&](std::size_t part) { ++done.at(part); });
        for (std::size_t part = 0; part < done.size(); ++part)
            REQUIRE(done[part] == (part < parts ? 1 : 0));
    }
}
