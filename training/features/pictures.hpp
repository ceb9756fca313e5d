#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/settings/fwd.hpp"
#include "base/words.hpp"
#include "training/numeric/bytes.hpp"
#include "training/numeric/design.hpp"
#include "training/numeric/team.hpp"
#include "training/snapshots/examples.hpp"

namespace training {

enum class PictureColour { automatic, grey, colour };

constexpr auto words_of(PictureColour) {
    using enum PictureColour;
    return std::to_array<base::Word<PictureColour>>({
        {automatic, "auto", "colour if one of the pictures has it"},
        {grey, "grey", "grey"},
        {colour, "colour", "red, green and blue"},
    });
}

enum class PictureFeatures { pixels, hog, patches };

constexpr auto words_of(PictureFeatures) {
    using enum PictureFeatures;
    return std::to_array<base::Word<PictureFeatures>>({
        {pixels, "pixels", "the values, less the training mean of their place"},
        {hog, "hog", "histograms of oriented gradients"},
        {patches, "patches", "how much there is of patches that training pictures have"},
    });
}

struct PictureSpec {
    int size = 0;  // of width and height; 0: as they are if all are alike and small, or else 32
    PictureColour colour = PictureColour::automatic;
    PictureFeatures features = PictureFeatures::pixels;
    int patches = 256;  // so many are learnt
    int patch = 6;      // width and height of one

    static const base::Settings<PictureSpec> settings;
};

// What the spec says of the shape; what it leaves open is 0.
formats::PictureShape wanted_shape(const PictureSpec& spec);

// Pictures of one shape as rows of numbers.
//
// pixels: x / 255 less the training mean of that place. hog: histograms of oriented gradients
// (Dalal and Triggs 2005) of grey: 9 unsigned orientations, cells of about an eighth of the width,
// 2 x 2 cells a block, L2-Hys. patches: whitened patches of the training pictures are clustered,
// and each picture is told by its patches' nearness to the centres ("triangle"), summed over the
// fields of a grid (Coates, Lee and Ng 2011). Of the latter two each number is standardised by the
// training rows.
class PictureFeaturizer {
public:
    // Learns from the pictures, and gives their rows. The seed decides which patches are looked at.
    Design fit(const Examples& train, const PictureSpec& spec, std::uint64_t seed, Team& team);
    // Throws base::Error if the pictures do not have the shape of those of fit().
    Design apply(const Examples& examples, Team& team) const;

    std::size_t width() const { return width_; }
    PictureFeatures kind() const { return kind_; }
    // How its rows lie as pictures; none where they are no pixels, or the width is not known.
    PictureForm form() const;
    // Of each number over the training rows.
    const std::vector<float>& means() const { return mean_; }
    // "pixel 3,5", "gradient 12", "patch 7 in field 4"
    std::string name(std::size_t output) const;

    void save(Writer& out) const;
    static PictureFeaturizer load(Reader& in);
    // As artefacts before version 3 have it: pixels.
    static PictureFeaturizer load_pixels(Reader& in);

private:
    struct Shape {
        std::size_t width = 0, height = 0, channels = 1;
    };
    void describe(const std::uint8_t* picture, float* out, std::vector<float>& room) const;
    void learn_means(const Examples& train, Team& team);
    void
    learn_patches(const Examples& train, const PictureSpec& spec, std::uint64_t seed, Team& team);
    void gradients(const std::uint8_t* picture, float* out, std::vector<float>& room) const;
    void nearness(const std::uint8_t* picture, float* out, std::vector<float>& room) const;
    Design described(const Examples& examples, Team& team) const;
    void standardise(Design& rows, Team& team) const;

    PictureFeatures kind_ = PictureFeatures::pixels;
    Shape shape_;
    std::size_t values_ = 0;  // of a picture
    std::size_t width_ = 0;   // of a row
    std::vector<float> mean_, scale_;
    // Patches: side, filters (values x centres, whitening within them), what whitening takes off.
    std::size_t side_ = 0;
    std::vector<float> whiten_, filters_, patch_mean_;
};

}  // namespace training
