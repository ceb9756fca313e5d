// Altered copies of training rows: words dropped and swapped as in EDA (Wei and Zou 2019), noise on
// numbers and pixels.
#include <algorithm>
#include <array>
#include <cmath>

#include "training/preparation/step.hpp"

namespace training {

namespace {

class Augmentation : public Step {
public:
    explicit Augmentation(Settings& settings) {
        auto copies = settings.number("copies", 1);
        if (copies < 1 || copies > 20 || copies != std::floor(copies))
            settings.fail("'copies' is not 1 to 20", "give how many copies each training row gets");
        copies_ = static_cast<std::size_t>(copies);
    }
    std::size_t copies() const override { return copies_; }

protected:
    static double share(Settings& settings, double otherwise) {
        auto value = settings.number("share", otherwise);
        if (value <= 0 || value >= 1)
            settings.fail("'share' is not between 0 and 1", "write share = 0.1");
        return value;
    }

private:
    std::size_t copies_ = 1;
};

std::vector<std::string> words_of(const std::string& text) {
    std::vector<std::string> words;
    for (std::size_t at = 0; at < text.size();) {
        auto begin = text.find_first_not_of(" \t\r\n", at);
        if (begin == text.npos) break;
        at = std::min(text.find_first_of(" \t\r\n", begin), text.size());
        words.push_back(text.substr(begin, at - begin));
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
        if (examples.text.empty()) return;
        auto& body = examples.text[row].body;
        auto words = words_of(body);
        std::vector<std::string> kept;
        for (std::size_t i = 0; i < words.size(); ++i)
            if (random.unit(i) >= share_) kept.push_back(words[i]);
        if (!kept.empty()) body = joined(kept);
    }

private:
    double share_;
};

class WordSwap : public Augmentation {
public:
    explicit WordSwap(Settings& settings) : Augmentation(settings), share_(share(settings, 0.1)) {}
    void alter(Examples& examples, std::size_t row, const base::CounterRandom& random)
        const override {
        if (examples.text.empty()) return;
        auto& body = examples.text[row].body;
        auto words = words_of(body);
        if (words.size() < 2) return;
        auto swaps =
            static_cast<std::size_t>(std::ceil(share_ * static_cast<double>(words.size()) / 2));
        for (std::size_t i = 0; i < swaps; ++i)
            std::swap(
                words[random.below(2 * i, words.size())],
                words[random.below(2 * i + 1, words.size())]
            );
        body = joined(words);
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

template <typename S>
std::unique_ptr<Step> step(Settings& settings) {
    return std::make_unique<S>(settings);
}

template <bool flip>
std::unique_ptr<Step> move(Settings& settings) {
    return std::make_unique<PixelMove>(flip, settings);
}

constexpr std::array kinds{
    StepKind{"word_dropout", "share, copies", "leaves words of the body out", step<WordDropout>},
    StepKind{"word_swap", "share, copies", "swaps words of the body", step<WordSwap>},
    StepKind{"pixel_noise", "deviation, copies", "makes an image noisy", step<PixelNoise>},
    StepKind{"flip", "copies", "turns an image left to right", move<true>},
    StepKind{"shift", "pixels, copies", "moves an image by up to so many pixels", move<false>},
};

}  // namespace

std::span<const StepKind> augment_steps() {
    return kinds;
}

}  // namespace training
