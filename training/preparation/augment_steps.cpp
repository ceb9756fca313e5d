// Altered copies of training rows: words dropped and swapped as in EDA (Wei and Zou 2019), pictures
// moved, turned, cut, made noisy and partly erased (Zhong and others 2020); and rows of rare
// classes again, as they are or between their neighbours (SMOTE: Chawla and others 2002).
#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "training/preparation/augmentation.hpp"

namespace training {

namespace {

std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words;
    for (std::size_t at = 0; at < text.size();) {
        auto begin = text.find_first_not_of(" \t\r\n", at);
        if (begin == text.npos) break;
        at = std::min(text.find_first_of(" \t\r\n", begin), text.size());
        words.emplace_back(text.substr(begin, at - begin));
    }
    return words;
}

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const auto& word : words) text += (text.empty() ? "" : " ") + word;
    return text;
}

class WordDropout : public Augmentation {
public:
    explicit WordDropout(Settings& settings)
        : Augmentation(settings), share_(share(settings, 0.1)) {}
    void alter(Examples& examples, std::size_t row, const base::CounterRandom& random)
        const override {
        const auto text = examples.text[row];
        auto words = words_of(text.body);
        std::vector<std::string> kept;
        for (std::size_t i = 0; i < words.size(); ++i)
            if (random.unit(i) >= share_) kept.push_back(words[i]);
        if (!kept.empty()) examples.text.set(row, {text.title, joined(kept)});
    }

private:
    double share_;
};

class WordSwap : public Augmentation {
public:
    explicit WordSwap(Settings& settings) : Augmentation(settings), share_(share(settings, 0.1)) {}
    void alter(Examples& examples, std::size_t row, const base::CounterRandom& random)
        const override {
        const auto text = examples.text[row];
        auto words = words_of(text.body);
        if (words.size() < 2) return;
        auto swaps =
            static_cast<std::size_t>(std::ceil(share_ * static_cast<double>(words.size()) / 2));
        for (std::size_t i = 0; i < swaps; ++i)
            std::swap(
                words[random.below(2 * i, words.size())],
                words[random.below(2 * i + 1, words.size())]
            );
        examples.text.set(row, {text.title, joined(words)});
    }

private:
    double share_;
};

class PixelNoise : public Augmentation {
public:
    explicit PixelNoise(Settings& settings)
        : Augmentation(settings), deviation_(settings.number("deviation", 8)) {
        if (deviation_ <= 0 || deviation_ > 128)
            settings.fail("'deviation' is not 0 to 128", "give levels of 255");
    }
    void alter(Examples& examples, std::size_t row, const base::CounterRandom& random)
        const override {
        for (std::size_t i = 0; i < examples.pixel_count; ++i) {
            auto& pixel = examples.pixels[row * examples.pixel_count + i];
            pixel = static_cast<std::uint8_t>(
                std::clamp(std::round(pixel + deviation_ * random.normal(i)), 0.0, 255.0)
            );
        }
    }

private:
    double deviation_;
};

// The image moved by up to so many pixels, or with left and right exchanged.
class PixelMove : public Augmentation {
public:
    PixelMove(bool flip, Settings& settings) : Augmentation(settings), flip_(flip) {
        if (flip) return;
        auto most = settings.number("pixels", 2);
        if (most < 1 || most > 1000)
            settings.fail("'pixels' is not 1 to 1000", "give how far it may be moved");
        most_ = static_cast<std::ptrdiff_t>(most);
    }
    void alter(Examples& examples, std::size_t row, const base::CounterRandom& random)
        const override {
        if (examples.pixel_count == 0 || examples.pixel_width == 0) return;
        auto width = static_cast<std::ptrdiff_t>(examples.pixel_width);
        auto channels =
            static_cast<std::ptrdiff_t>(std::max<std::size_t>(1, examples.pixel_channels));
        auto height = static_cast<std::ptrdiff_t>(examples.pixel_count) / width / channels;
        auto span = static_cast<std::size_t>(2 * most_ + 1);
        auto right = flip_ ? 0 : static_cast<std::ptrdiff_t>(random.below(0, span)) - most_;
        auto down = flip_ ? 0 : static_cast<std::ptrdiff_t>(random.below(1, span)) - most_;
        auto* image = examples.pixels.data() + row * examples.pixel_count;
        std::vector<std::uint8_t> from(image, image + examples.pixel_count);
        for (std::ptrdiff_t y = 0; y < height; ++y)
            for (std::ptrdiff_t x = 0; x < width; ++x) {
                auto from_x =
                    flip_ ? width - 1 - x : std::clamp<std::ptrdiff_t>(x - right, 0, width - 1);
                auto from_y = std::clamp<std::ptrdiff_t>(y - down, 0, height - 1);
                for (std::ptrdiff_t c = 0; c < channels; ++c)
                    image[(y * width + x) * channels + c] =
                        from[static_cast<std::size_t>((from_y * width + from_x) * channels + c)];
            }
    }

private:
    bool flip_;
    std::ptrdiff_t most_ = 0;
};

// A picture as pixels with places; `width` 0: it has none.
struct Picture {
    std::ptrdiff_t width = 0, height = 0, channels = 1;
    std::uint8_t* pixels = nullptr;

    static Picture of(Examples& examples, std::size_t row) {
        Picture out;
        if (examples.pixel_count == 0 || examples.pixel_width == 0) return out;
        out.channels =
            static_cast<std::ptrdiff_t>(std::max<std::size_t>(1, examples.pixel_channels));
        out.width = static_cast<std::ptrdiff_t>(examples.pixel_width);
        out.height = static_cast<std::ptrdiff_t>(examples.pixel_count) / out.width / out.channels;
        out.pixels = examples.pixels.data() + row * examples.pixel_count;
        return out;
    }
    // Each pixel from where `from` (x and y, of the middle of a pixel) says that it was, between
    // four of them; beyond the edge is what lies at it.
    template <typename From>
    void draw(const From& from) const {
        const std::vector<std::uint8_t> was(pixels, pixels + width * height * channels);
        const auto at = [&](std::ptrdiff_t x, std::ptrdiff_t y, std::ptrdiff_t c) {
            x = std::clamp<std::ptrdiff_t>(x, 0, width - 1);
            y = std::clamp<std::ptrdiff_t>(y, 0, height - 1);
            return static_cast<double>(was[static_cast<std::size_t>((y * width + x) * channels + c)]
            );
        };
        for (std::ptrdiff_t y = 0; y < height; ++y)
            for (std::ptrdiff_t x = 0; x < width; ++x) {
                const auto [fx, fy] = from(static_cast<double>(x), static_cast<double>(y));
                const auto left = static_cast<std::ptrdiff_t>(std::floor(fx)),
                           top = static_cast<std::ptrdiff_t>(std::floor(fy));
                const double right = fx - std::floor(fx), down = fy - std::floor(fy);
                for (std::ptrdiff_t c = 0; c < channels; ++c)
                    pixels[(y * width + x) * channels + c] = static_cast<std::uint8_t>(std::lround(
                        (1 - down) *
                            ((1 - right) * at(left, top, c) + right * at(left + 1, top, c)) +
                        down *
                            ((1 - right) * at(left, top + 1, c) + right * at(left + 1, top + 1, c))
                    ));
            }
    }
};

// Turned around its middle by up to so many degrees.
class PixelTurn : public Augmentation {
public:
    explicit PixelTurn(Settings& settings)
        : Augmentation(settings), degrees_(settings.number("degrees", 10)) {
        if (!(degrees_ > 0 && degrees_ <= 180))
            settings.fail("'degrees' is not between 0 and 180", "give how far it may be turned");
    }
    void alter(Examples& examples, std::size_t row, const base::CounterRandom& random)
        const override {
        const auto picture = Picture::of(examples, row);
        if (picture.width == 0) return;
        const double angle = (2 * random.unit(0) - 1) * degrees_ * std::numbers::pi / 180;
        const double cx = static_cast<double>(picture.width - 1) / 2,
                     cy = static_cast<double>(picture.height - 1) / 2;
        const double c = std::cos(angle), s = std::sin(angle);
        picture.draw([&](double x, double y) {
            return std::pair(cx + c * (x - cx) - s * (y - cy), cy + s * (x - cx) + c * (y - cy));
        });
    }

private:
    double degrees_;
};

// A part of it, whose sides are by up to such a share smaller, as large as it was.
class PixelCrop : public Augmentation {
public:
    explicit PixelCrop(Settings& settings) : Augmentation(settings), share_(share(settings, 0.2)) {}
    void alter(Examples& examples, std::size_t row, const base::CounterRandom& random)
        const override {
        const auto picture = Picture::of(examples, row);
        if (picture.width == 0) return;
        const double kept = 1 - share_ * random.unit(0);
        const double w = static_cast<double>(picture.width),
                     h = static_cast<double>(picture.height);
        const double left = random.unit(1) * (1 - kept) * w, top = random.unit(2) * (1 - kept) * h;
        picture.draw([&](double x, double y) {
            return std::pair(left + (x + 0.5) * kept - 0.5, top + (y + 0.5) * kept - 0.5);
        });
    }

private:
    double share_;
};

// A rectangle of up to such a share of it becomes noise.
class PixelErase : public Augmentation {
public:
    explicit PixelErase(Settings& settings)
        : Augmentation(settings), share_(share(settings, 0.2)) {}
    void alter(Examples& examples, std::size_t row, const base::CounterRandom& random)
        const override {
        const auto picture = Picture::of(examples, row);
        if (picture.width == 0) return;
        const double area = share_ * random.unit(0), aspect = std::exp(random.unit(1) * 2 - 1);
        const auto side = [](double of, std::ptrdiff_t all) {
            const auto pixels =
                static_cast<std::ptrdiff_t>(std::lround(std::sqrt(of) * static_cast<double>(all)));
            return std::clamp<std::ptrdiff_t>(pixels, 1, all);
        };
        const auto w = side(area * aspect, picture.width), h = side(area / aspect, picture.height);
        const auto place = [&](std::uint64_t at, std::ptrdiff_t room) {
            return static_cast<std::ptrdiff_t>(random.below(at, static_cast<std::size_t>(room + 1))
            );
        };
        const auto left = place(2, picture.width - w), top = place(3, picture.height - h);
        std::uint64_t at = 4;
        for (auto y = top; y < top + h; ++y)
            for (auto i = (y * picture.width + left) * picture.channels;
                 i < (y * picture.width + left + w) * picture.channels;
                 ++i)
                picture.pixels[i] = static_cast<std::uint8_t>(random.below(at++, 256));
    }

private:
    double share_;
};

template <bool flip>
std::unique_ptr<Step> move(Settings& settings) {
    return std::make_unique<PixelMove>(flip, settings);
}

constexpr std::array kinds{
    StepKind{
        "word_dropout",
        "share, copies",
        "leaves words of the body out",
        made<WordDropout>,
        StepNeeds::texts},
    StepKind{
        "word_swap",
        "share, copies",
        "swaps words of the body",
        made<WordSwap>,
        StepNeeds::texts},
    StepKind{
        "pixel_noise",
        "deviation, copies",
        "makes an image noisy",
        made<PixelNoise>,
        StepNeeds::pictures},
    StepKind{"flip", "copies", "turns an image left to right", move<true>, StepNeeds::pictures},
    StepKind{
        "shift",
        "pixels, copies",
        "moves an image by up to so many pixels",
        move<false>,
        StepNeeds::pictures},
    StepKind{
        "rotate",
        "degrees, copies",
        "turns an image by up to so many degrees",
        made<PixelTurn>,
        StepNeeds::pictures},
    StepKind{
        "crop",
        "share, copies",
        "cuts up to such a share off its sides",
        made<PixelCrop>,
        StepNeeds::pictures},
    StepKind{
        "erase",
        "share, copies",
        "makes up to such a share of an image noise",
        made<PixelErase>,
        StepNeeds::pictures},
};

}  // namespace

std::span<const StepKind> augment_steps() {
    return kinds;
}

}  // namespace training
