// Operations on pictures. Where rows know what size a picture was stored in, they hold it stretched
// to one shape; its sides are as they were then.
#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "base/error.hpp"
#include "training/preparation/step.hpp"

namespace training {

namespace {

using formats::PictureShape;

enum class How { fit, fill, stretch };

std::string_view pixels_of(const Examples& rows, std::size_t row) {
    return {
        reinterpret_cast<const char*>(rows.pixels.data()) + row * rows.pixel_count,
        rows.pixel_count};
}

std::string scaled(std::string_view pixels, PictureShape from, PictureShape to) {
    auto made = formats::scale_pixels(pixels, from, to);
    if (const auto* why = std::get_if<std::string>(&made))
        throw base::Error("a picture", *why, "leave 'resize' out");
    return std::move(std::get<formats::Picture>(made).pixels);
}

// The pixels of `part` in the middle of a picture of `whole`.
std::string middle(std::string_view whole_pixels, PictureShape whole, PictureShape part) {
    std::string out;
    const auto channels = static_cast<std::size_t>(whole.channels);
    const auto line = static_cast<std::size_t>(whole.width) * channels;
    const auto left = static_cast<std::size_t>((whole.width - part.width) / 2) * channels;
    const auto top = (whole.height - part.height) / 2;
    for (int y = top; y < top + part.height; ++y)
        out += whole_pixels.substr(
            static_cast<std::size_t>(y) * line + left,
            static_cast<std::size_t>(part.width) * channels
        );
    return out;
}

std::string on_black(const std::string& pixels, PictureShape part, PictureShape whole) {
    std::string out(whole.values(), '\0');
    const auto channels = static_cast<std::size_t>(whole.channels);
    const auto line = static_cast<std::size_t>(part.width) * channels;
    const auto left = static_cast<std::size_t>((whole.width - part.width) / 2) * channels;
    for (int y = 0; y < part.height; ++y) {
        const auto to = static_cast<std::size_t>(y + (whole.height - part.height) / 2) *
                        static_cast<std::size_t>(whole.width) * channels;
        out.replace(to + left, line, pixels, static_cast<std::size_t>(y) * line, line);
    }
    return out;
}

int share_of(double share, int all) {
    return std::clamp(static_cast<int>(std::lround(share * all)), 1, all);
}

class Resize : public Step {
public:
    explicit Resize(Settings& settings)
        : width_(side(settings, "width")), height_(side(settings, "height")) {
        const auto how = settings.text("how", "fit");
        if (how != "fit" && how != "fill" && how != "stretch")
            settings.fail(fmt::format("'how' is '{}'", how), "use fit, fill or stretch");
        how_ = how == "fit" ? How::fit : how == "fill" ? How::fill : How::stretch;
    }
    PictureShape pictures() const override { return {width_, height_, 0}; }
    void fit(const Examples& train) override {
        if (train.rows > 0 && train.pixel_width == 0)
            throw base::Error(
                "preparation",
                "'resize' works on pictures whose width is known, and theirs is not",
                "leave it out"
            );
    }
    std::size_t apply(Examples& rows) const override {
        if (rows.pixel_count == 0) return 0;
        const auto from = shape_of(rows);
        const PictureShape to{width_, height_, from.channels};
        std::vector<std::uint8_t> made(rows.rows * to.values());
        std::size_t changed = 0;
        for (std::size_t row = 0; row < rows.rows; ++row) {
            auto aspect = static_cast<double>(from.width) / from.height;
            if (!rows.sizes.empty()) {
                auto& [wide, high] = rows.sizes[row];
                if (wide <= 0 || high <= 0) continue;  // there is no picture
                aspect = static_cast<double>(wide) / high;
                if (how_ != How::stretch) rows.sizes[row] = {width_, height_};
            }
            const auto pixels = drawn(pixels_of(rows, row), from, to, aspect);
            std::copy(
                pixels.begin(),
                pixels.end(),
                made.begin() + static_cast<std::ptrdiff_t>(row * to.values())
            );
            ++changed;
        }
        rows.pixels = std::move(made);
        rows.pixel_count = to.values();
        rows.pixel_width = static_cast<std::size_t>(width_);
        return changed;
    }

private:
    static int side(Settings& settings, const char* name) {
        const auto pixels = settings.number(name, 0);
        if (!(pixels >= 1 && pixels <= 1024) || pixels != std::floor(pixels))
            settings.fail(fmt::format("'{}' is not 1 to 1024", name), "give it in pixels");
        return static_cast<int>(pixels);
    }
    // `aspect`: width by height, of what the pixels show.
    std::string drawn(std::string_view pixels, PictureShape from, PictureShape to, double aspect)
        const {
        const double wanted = static_cast<double>(to.width) / to.height;
        const double wider = aspect / wanted;
        if (how_ == How::fit) {
            auto part = to;
            (wider > 1 ? part.height : part.width) =
                wider > 1 ? share_of(1 / wider, to.height) : share_of(wider, to.width);
            return on_black(scaled(pixels, from, part), part, to);
        }
        auto part = from;
        if (how_ == How::fill)
            (wider > 1 ? part.width : part.height) =
                wider > 1 ? share_of(1 / wider, from.width) : share_of(wider, from.height);
        return scaled(middle(pixels, from, part), part, to);
    }

    int width_, height_;
    How how_ = How::fit;
};

constexpr std::array picture_kinds{
    StepKind{
        "resize",
        "width, height, how",
        "pictures of this size: whole, on black where theirs are other sides (fit), their middle "
        "(fill), or stretch",
        made<Resize>,
        StepNeeds::pictures},
};

}  // namespace

std::span<const StepKind> picture_steps() {
    return picture_kinds;
}

}  // namespace training
