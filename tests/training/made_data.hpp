#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "base/numbers/random.hpp"
#include "training/snapshots/examples.hpp"

// Small made-up data whose structure is known.
namespace made {

// How many times longer the code of this build takes than that which ships.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr double slower = 20;
#else
inline constexpr double slower = 1;
#endif

// About normal: the sum of twelve uniforms (Irwin-Hall).
// Three clouds in four dimensions; the first two columns tell them apart, well but not fully.
inline training::Examples clouds(std::size_t rows, std::uint64_t seed) {
    const base::CounterRandom random(seed, 1);
    training::Examples out;
    out.rows = rows;
    out.class_names = {"left", "right", "top"};
    for (int c = 0; c < 4; ++c)
        out.columns.push_back({"c" + std::to_string(c), schema::Column::Type::number, ""});
    constexpr double centres[3][2] = {{-2, 0}, {2, 0}, {0, 3}};
    for (std::size_t row = 0; row < rows; ++row) {
        const auto label = static_cast<int>(random.below(1'000'000 + row, 3));
        out.classes.push_back(label);
        for (std::size_t c = 0; c < 4; ++c) {
            const double centre = c < 2 ? centres[label][c] : 0;
            out.numeric.push_back(centre + random.normal(row * 4 + c));
        }
    }
    return out;
}

// y = 3 a - 2 b + 5 with a little noise.
inline training::Examples plane(std::size_t rows, std::uint64_t seed) {
    auto out = clouds(rows, seed);
    out.classes.clear();
    out.class_names.clear();
    const base::CounterRandom random(seed, 2);
    for (std::size_t row = 0; row < rows; ++row) {
        out.targets.push_back(
            3 * out.numeric[row * 4] - 2 * out.numeric[row * 4 + 1] + 5 + 0.1 * random.normal(row)
        );
    }
    return out;
}

// Two topics of twenty words each with a shared stock of fifty.
inline training::Examples topics(std::size_t rows, std::uint64_t seed) {
    const base::CounterRandom random(seed, 3);
    training::Examples out;
    out.rows = rows;
    out.class_names = {"field", "sea"};
    for (std::size_t row = 0; row < rows; ++row) {
        const auto label = static_cast<int>(random.below(row, 2));
        out.classes.push_back(label);
        training::TextItem item;
        for (std::uint64_t w = 0; w < 30; ++w) {
            const auto at = 10'000 + row * 100 + w * 2;
            const bool own = random.unit(at) < 0.2;
            item.body +=
                own ? (label == 0 ? "field" : "sea") + std::to_string(random.below(at + 1, 20))
                    : "word" + std::to_string(random.below(at + 1, 50));
            item.body += ' ';
        }
        item.title = "note " + std::to_string(row % 7);
        out.text.push_back(std::move(item));
    }
    return out;
}

// Stripes and checks of three pixels that begin anywhere, in noise: no pixel by itself tells them
// apart.
inline training::Examples pictures(
    std::size_t rows,
    std::uint64_t seed,
    std::size_t width = 12,
    std::size_t height = 12,
    std::size_t channels = 1
) {
    const base::CounterRandom random(seed, 4);
    training::Examples out;
    out.rows = rows;
    out.class_names = {"stripes", "checks"};
    out.pixel_width = width;
    out.pixel_channels = channels;
    out.pixel_count = width * height * channels;
    for (std::size_t row = 0; row < rows; ++row) {
        const auto at = row * 100'000;
        const auto label = static_cast<int>(random.below(at, 2));
        out.classes.push_back(label);
        const auto right = random.below(at + 1, 6), down = random.below(at + 2, 6);
        for (std::size_t i = 0; i < out.pixel_count; ++i) {
            const auto x = i / channels % width + right, y = i / channels / width + down;
            const bool bright = label == 0 ? y / 3 % 2 == 0 : (x / 3 + y / 3) % 2 == 0;
            out.pixels.push_back(static_cast<std::uint8_t>(
                (bright ? 130 : 60) + static_cast<int>(random.below(at + 3 + i, 60))
            ));
        }
    }
    return out;
}

}  // namespace made
