// Features of pictures. A part of the work is one picture, so that the rows do not depend on the
// number of threads; the clusters' sums are taken over chunks of patches in their order.
//
// Distances are |x|^2 - 2 x c + |c|^2, and what is used of them is how much nearer than the mean a
// centre is.
#include "training/features/pictures.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/numbers/random.hpp"
#include "base/settings/settings.hpp"
#include "training/features/patches.hpp"
#include "training/numeric/large.hpp"
#include "training/numeric/products.hpp"

namespace training {

const base::Settings<PictureSpec> PictureSpec::settings{
    {"size",
     &PictureSpec::size,
     "width and height that pictures are brought to; 0: as they are if all are alike and small, "
     "else 32",
     {.low = 0, .high = 512}},
    {"colour", &PictureSpec::colour, "what is kept of colours"},
    {"features", &PictureSpec::features, "what a model is given of them"},
    {"patches", &PictureSpec::patches, "how many patches are learnt", {.low = 2, .high = 4096}},
    {"patch", &PictureSpec::patch, "width and height of a patch", {.low = 2, .high = 16}},
};

formats::PictureShape wanted_shape(const PictureSpec& spec) {
    const int channels = spec.colour == PictureColour::grey     ? 1
                         : spec.colour == PictureColour::colour ? 3
                                                                : 0;
    return {spec.size, spec.size, channels};
}

namespace {

constexpr std::size_t orientations = 9;
constexpr std::size_t grid = 3;  // fields of a picture in each direction, of patches
constexpr std::size_t sampled_patches = 60'000;

std::size_t cell_of(std::size_t width) {
    return std::max<std::size_t>(4, width / 8);
}

// Mean and standard deviation of each column.
struct Moments {
    std::vector<double> mean, spread;
};

Moments moments_of(const Design& rows, Team& team) {
    const auto width = rows.columns;
    const auto parts = parts_of(rows.rows, 2 * width * sizeof(double));
    std::vector<Moments> sums(parts.count);
    team.run(parts.count, [&](std::size_t part) {
        std::vector<double> sum(width), square(width);
        for (auto row = parts.begin(part); row < parts.end(part); ++row)
            for (std::size_t i = 0; i < width; ++i) {
                const double value = rows.values[row * width + i];
                sum[i] += value;
                square[i] += value * value;
            }
        sums[part] = {std::move(sum), std::move(square)};
    });
    auto out = std::move(sums.front());
    const auto n = static_cast<double>(std::max<std::size_t>(1, rows.rows));
    for (std::size_t i = 0; i < width; ++i) {
        for (std::size_t part = 1; part < parts.count; ++part) {
            out.mean[i] += sums[part].mean[i];
            out.spread[i] += sums[part].spread[i];
        }
        out.mean[i] /= n;
        out.spread[i] = std::sqrt(std::max(0.0, out.spread[i] / n - out.mean[i] * out.mean[i]));
    }
    return out;
}

}  // namespace

// Sums of bytes are exact, whatever their order.
void PictureFeaturizer::learn_means(const Examples& train, Team& team) {
    const auto parts = parts_of(train.rows, values_ * sizeof(std::uint64_t));
    std::vector<std::vector<std::uint64_t>> sums(parts.count);
    team.run(parts.count, [&](std::size_t part) {
        std::vector<std::uint64_t> sum(values_);
        for (auto row = parts.begin(part); row < parts.end(part); ++row) {
            const auto* picture = train.pixels.data() + row * values_;
            for (std::size_t i = 0; i < values_; ++i) sum[i] += picture[i];
        }
        sums[part] = std::move(sum);
    });
    const auto all = 255 * static_cast<double>(std::max<std::size_t>(1, train.rows));
    mean_.resize(values_);
    for (std::size_t i = 0; i < values_; ++i) {
        std::uint64_t sum = 0;
        for (const auto& of_part : sums) sum += of_part[i];
        mean_[i] = static_cast<float>(static_cast<double>(sum) / all);
    }
}

void PictureFeaturizer::learn_patches(
    const Examples& train,
    const PictureSpec& spec,
    std::uint64_t seed,
    Team& team
) {
    side_ = std::min({static_cast<std::size_t>(spec.patch), shape_.width, shape_.height});
    const auto n = side_ * side_ * shape_.channels;
    const auto across = shape_.width - side_ + 1, down = shape_.height - side_ + 1;
    const base::CounterRandom random(seed, 17);
    std::vector<float> patches(sampled_patches * n);
    for (std::size_t i = 0; i < sampled_patches; ++i) {
        const auto* picture = train.pixels.data() + random.below(3 * i, train.rows) * values_;
        take_patch(
            picture,
            shape_.width,
            shape_.channels,
            side_,
            random.below(3 * i + 1, across),
            random.below(3 * i + 2, down),
            patches.data() + i * n
        );
    }
    whiten_ = whitening(patches, n, patch_mean_);
    for (std::size_t i = 0; i < patches.size(); ++i) patches[i] -= patch_mean_[i % n];
    std::vector<float> white(patches.size());
    product(sampled_patches, n, n, patches.data(), whiten_.data(), white.data());
    const auto k = static_cast<std::size_t>(spec.patches);
    const auto centres = cluster(white, n, k, base::CounterRandom(seed, 18), team);
    filters_.resize(n * k);
    for (std::size_t c = 0; c < k; ++c)
        for (std::size_t i = 0; i < n; ++i) filters_[i * k + c] = centres[c * n + i];
    width_ = k * grid * grid;
}

void PictureFeaturizer::nearness(const std::uint8_t* picture, float* out, std::vector<float>& room)
    const {
    const auto n = side_ * side_ * shape_.channels;
    const auto k = filters_.size() / n;
    const auto across = shape_.width - side_ + 1, down = shape_.height - side_ + 1;
    room.resize(across * (2 * n + k));
    auto* patches = room.data();
    auto* white = patches + across * n;
    auto* near = white + across * n;
    std::fill_n(out, width_, 0.0F);
    for (std::size_t y = 0; y < down; ++y) {
        for (std::size_t x = 0; x < across; ++x) {
            take_patch(picture, shape_.width, shape_.channels, side_, x, y, patches + x * n);
            for (std::size_t i = 0; i < n; ++i) patches[x * n + i] -= patch_mean_[i];
        }
        product(across, n, n, patches, whiten_.data(), white);
        product(across, k, n, white, filters_.data(), near);
        for (std::size_t x = 0; x < across; ++x) {
            float square = 1, sum = 0;  // the centres have length 1
            for (std::size_t i = 0; i < n; ++i) square += white[x * n + i] * white[x * n + i];
            auto* line = near + x * k;
            for (std::size_t c = 0; c < k; ++c) {
                line[c] = std::sqrt(std::max(0.0F, square - 2 * line[c]));
                sum += line[c];
            }
            const float mean = sum / static_cast<float>(k);
            auto* field = out + (y * grid / down * grid + x * grid / across) * k;
            for (std::size_t c = 0; c < k; ++c) field[c] += std::max(0.0F, mean - line[c]);
        }
    }
}

void PictureFeaturizer::gradients(const std::uint8_t* picture, float* out, std::vector<float>& room)
    const {
    const auto w = shape_.width, h = shape_.height;
    const auto cell = cell_of(w);
    const auto cells_x = w / cell, cells_y = h / cell;
    room.assign(w * h + cells_x * cells_y * orientations, 0);
    auto* grey = room.data();
    auto* bins = grey + w * h;
    for (std::size_t i = 0; i < w * h; ++i) {
        for (std::size_t c = 0; c < shape_.channels; ++c)
            grey[i] += static_cast<float>(picture[i * shape_.channels + c]);
        grey[i] /= static_cast<float>(255 * shape_.channels);
    }
    for (std::size_t y = 0; y < cells_y * cell; ++y)
        for (std::size_t x = 0; x < cells_x * cell; ++x) {
            const float dx =
                grey[y * w + std::min(x + 1, w - 1)] - grey[y * w + (x > 0 ? x - 1 : 0)];
            const float dy =
                grey[std::min(y + 1, h - 1) * w + x] - grey[(y > 0 ? y - 1 : 0) * w + x];
            const float size = std::sqrt(dx * dx + dy * dy);
            if (size == 0) continue;
            float turn = std::atan2(dy, dx) / std::numbers::pi_v<float>;  // -1 to 1
            if (turn < 0) turn += 1;
            const float place = turn * static_cast<float>(orientations);
            const auto low = static_cast<std::size_t>(place) % orientations;
            const float part = place - std::floor(place);
            auto* here = bins + (y / cell * cells_x + x / cell) * orientations;
            here[low] += size * (1 - part);
            here[(low + 1) % orientations] += size * part;
        }
    for (std::size_t y = 0; y + 1 < cells_y; ++y)
        for (std::size_t x = 0; x + 1 < cells_x; ++x) {
            auto* block = out;
            for (std::size_t i = 0; i < 4; ++i)
                out = std::copy_n(
                    bins + ((y + i / 2) * cells_x + x + i % 2) * orientations, orientations, out
                );
            for (int pass = 0; pass < 2; ++pass) {
                float square = 1e-6F;
                for (auto* v = block; v < out; ++v) square += *v * *v;
                for (auto* v = block; v < out; ++v) *v /= std::sqrt(square);
                if (pass == 0)
                    for (auto* v = block; v < out; ++v) *v = std::min(*v, 0.2F);
            }
        }
}

void PictureFeaturizer::describe(const std::uint8_t* picture, float* out, std::vector<float>& room)
    const {
    if (kind_ == PictureFeatures::patches) return nearness(picture, out, room);
    if (kind_ == PictureFeatures::hog) return gradients(picture, out, room);
    const float* mean = mean_.data();
#pragma GCC ivdep
    for (std::size_t i = 0; i < values_; ++i)
        out[i] = static_cast<float>(picture[i]) / 255.0F - mean[i];
}

Design PictureFeaturizer::described(const Examples& examples, Team& team) const {
    Design design;
    design.rows = examples.rows;
    design.columns = width_;
    resize_large(design.values, design.rows * width_, team);
    constexpr std::size_t at_once = 64;
    team.run((design.rows + at_once - 1) / at_once, [&](std::size_t part) {
        std::vector<float> room;
        const auto end = std::min(design.rows, (part + 1) * at_once);
        for (auto row = part * at_once; row < end; ++row)
            describe(
                examples.pixels.data() + row * values_, design.values.data() + row * width_, room
            );
    });
    return design;
}

Design PictureFeaturizer::fit(
    const Examples& train,
    const PictureSpec& spec,
    std::uint64_t seed,
    Team& team
) {
    kind_ = spec.features;
    values_ = train.pixel_count;
    width_ = values_;
    shape_ = {train.pixel_width, 0, std::max<std::size_t>(1, train.pixel_channels)};
    if (shape_.width > 0) shape_.height = values_ / shape_.width / shape_.channels;
    if (kind_ != PictureFeatures::pixels && (shape_.width < 12 || shape_.height < 12))
        throw base::Error(
            "pictures",
            fmt::format("of {} x {} pixels have no room for patches", shape_.width, shape_.height),
            "take features = \"pixels\", or a size of 12 at least"
        );
    if (kind_ == PictureFeatures::patches) learn_patches(train, spec, seed, team);
    if (kind_ == PictureFeatures::hog) {
        const auto cell = cell_of(shape_.width);
        width_ = (shape_.width / cell - 1) * (shape_.height / cell - 1) * 4 * orientations;
    }
    scale_.assign(width_, 1);
    if (kind_ == PictureFeatures::pixels) learn_means(train, team);
    auto rows = described(train, team);
    if (kind_ != PictureFeatures::pixels) {
        const auto moments = moments_of(rows, team);
        mean_.resize(width_);
        for (std::size_t i = 0; i < width_; ++i) {
            mean_[i] = static_cast<float>(moments.mean[i]);
            const double spread = moments.spread[i];
            scale_[i] = spread > 1e-6 ? static_cast<float>(1 / spread) : 0.0F;
        }
        standardise(rows, team);
    }
    rows.picture = form();
    return rows;
}

void PictureFeaturizer::standardise(Design& rows, Team& team) const {
    const auto parts = parts_of(rows.rows, 0);
    team.run(parts.count, [&](std::size_t part) {
        for (auto row = parts.begin(part); row < parts.end(part); ++row) {
            auto* line = rows.values.data() + row * width_;
            for (std::size_t i = 0; i < width_; ++i) line[i] = (line[i] - mean_[i]) * scale_[i];
        }
    });
}

Design PictureFeaturizer::apply(const Examples& examples, Team& team) const {
    if (examples.pixel_count != values_)
        throw base::Error(
            "images",
            fmt::format(
                "{} values each, but the model was trained on {}", examples.pixel_count, values_
            ),
            "scale the images to the training size"
        );
    auto design = described(examples, team);
    if (kind_ != PictureFeatures::pixels) standardise(design, team);
    design.picture = form();
    return design;
}

PictureForm PictureFeaturizer::form() const {
    PictureForm out{shape_.width, shape_.height, shape_.channels};
    if (kind_ != PictureFeatures::pixels || shape_.width == 0 || out.values() != values_) return {};
    out.means = mean_;
    return out;
}

std::string PictureFeaturizer::name(std::size_t output) const {
    if (kind_ == PictureFeatures::patches) {
        const auto k = width_ / (grid * grid);
        return fmt::format("patch {} in field {}", output % k, output / k);
    }
    if (kind_ == PictureFeatures::hog) return fmt::format("gradient {}", output);
    if (shape_.width == 0) return fmt::format("pixel {}", output);
    const auto place = output / shape_.channels;
    return fmt::format("pixel {},{}", place % shape_.width, place / shape_.width);
}

void PictureFeaturizer::save(Writer& out) const {
    out.put(static_cast<std::uint8_t>(kind_));
    for (auto size : {shape_.width, shape_.height, shape_.channels, values_, width_, side_})
        out.put<std::uint64_t>(size);
    for (const auto* list : {&mean_, &scale_, &whiten_, &filters_, &patch_mean_}) out.list(*list);
}

PictureFeaturizer PictureFeaturizer::load(Reader& in) {
    PictureFeaturizer out;
    const auto kind = in.get<std::uint8_t>();
    if (kind > static_cast<std::uint8_t>(PictureFeatures::patches)) Reader::broken();
    out.kind_ = static_cast<PictureFeatures>(kind);
    for (auto* size :
         {&out.shape_.width,
          &out.shape_.height,
          &out.shape_.channels,
          &out.values_,
          &out.width_,
          &out.side_})
        *size = in.get<std::uint64_t>();
    for (auto* list : {&out.mean_, &out.scale_, &out.whiten_, &out.filters_, &out.patch_mean_})
        *list = in.list<float>();
    const auto n = out.side_ * out.side_ * out.shape_.channels;
    const bool patches = out.kind_ == PictureFeatures::patches;
    if (out.mean_.size() != out.width_ || out.scale_.size() != out.width_ ||
        (patches && (n == 0 || out.whiten_.size() != n * n || out.patch_mean_.size() != n ||
                     out.filters_.size() * grid * grid != n * out.width_)))
        Reader::broken();
    return out;
}

PictureFeaturizer PictureFeaturizer::load_pixels(Reader& in) {
    PictureFeaturizer out;
    out.mean_ = in.list<float>();
    out.values_ = out.width_ = out.mean_.size();
    out.scale_.assign(out.width_, 1);
    return out;
}

}  // namespace training
