// Whether an image can be decoded, its measures, its difference hash and its pixels in another
// shape, by libvips.
//
// Images of strangers are opened with the loaders alone that libvips does not call untrusted, and
// without its threads and caches: each is seen once, and whoever calls has threads of their own.
#include "formats/image/image.hpp"

#include <array>
#include <memory>
#include <mutex>

#include <vips/vips.h>

namespace formats {

namespace {

void start_vips() {
    static std::once_flag once;
    std::call_once(once, [] {
        vips_init("tilth");
        vips_block_untrusted_set(TRUE);
        vips_cache_set_max(0);  // each image is seen once
        vips_concurrency_set(1);
        vips_leak_set(FALSE);
        g_log_set_handler(
            "VIPS",
            G_LOG_LEVEL_WARNING,
            [](const gchar*, GLogLevelFlags, const gchar*, gpointer) {},
            nullptr
        );
    });
}

struct Unref {
    void operator()(VipsImage* image) const { g_object_unref(image); }
};
using Handle = std::unique_ptr<VipsImage, Unref>;

std::string take_error() {
    std::string text = vips_error_buffer();
    vips_error_clear();
    for (char& c : text) {
        if (c == '\n') c = ';';
    }
    while (!text.empty() && (text.back() == ';' || text.back() == ' ')) text.pop_back();
    return text.empty() ? "cannot be decoded" : text;
}

std::string format_of(VipsImage* image) {
    const char* loader = nullptr;
    if (vips_image_get_string(image, VIPS_META_LOADER, &loader) != 0 || !loader) return "unknown";
    std::string name(loader);
    name = name.substr(0, name.find("load"));
    return name == "ppm" || name.empty() ? "pnm" : name;
}

// Takes the place of what it was made of. False with the error in libvips' buffer.
template <typename Operation>
bool replace(Handle& image, Operation operation) {
    VipsImage* made = nullptr;
    if (operation(image.get(), &made) != 0) return false;
    image.reset(made);
    return true;
}

bool to_shape(Handle& image, PictureShape wanted) {
    if (vips_image_hasalpha(image.get())) {
        const bool flat = replace(image, [](VipsImage* in, VipsImage** out) {
            VipsArrayDouble* white = vips_array_double_newv(1, 255.0);
            const int failed = vips_flatten(in, out, "background", white, nullptr);
            vips_area_unref(VIPS_AREA(white));
            return failed;
        });
        if (!flat) return false;
    }
    const auto space = wanted.channels == 1 ? VIPS_INTERPRETATION_B_W : VIPS_INTERPRETATION_sRGB;
    if (!replace(image, [&](VipsImage* in, VipsImage** out) {
            return vips_colourspace(in, out, space, nullptr);
        }))
        return false;
    const double across = static_cast<double>(wanted.width) / vips_image_get_width(image.get());
    const double down = static_cast<double>(wanted.height) / vips_image_get_height(image.get());
    if (across != 1 || down != 1) {
        if (!replace(image, [&](VipsImage* in, VipsImage** out) {
                return vips_resize(in, out, across, "vscale", down, nullptr);
            }))
            return false;
    }
    return replace(image, [](VipsImage* in, VipsImage** out) {
        return vips_cast_uchar(in, out, nullptr);
    });
}

std::variant<Picture, std::string> shaped(Handle image, PictureShape wanted) {
    if (!to_shape(image, wanted)) return take_error();
    std::size_t size = 0;
    const std::unique_ptr<void, decltype(&g_free)> pixels(
        vips_image_write_to_memory(image.get(), &size), &g_free
    );
    if (!pixels) return take_error();
    if (size != wanted.values()) return "its pixels have another shape than was asked for";
    vips_error_clear();
    return Picture{std::string(static_cast<const char*>(pixels.get()), size)};
}

constexpr std::size_t small_image = std::size_t{256} << 10U;
constexpr std::int64_t most_pixels = std::int64_t{1} << 28;

}  // namespace

std::variant<formats::Image, std::string> examine_image(std::string_view encoded) {
    start_vips();
    if (encoded.empty()) return "empty file";
    Handle image(vips_image_new_from_buffer(
        encoded.data(),
        encoded.size(),
        "",
        "access",
        // Small ones are decoded whole at the first look, without threads and windows.
        encoded.size() < small_image ? VIPS_ACCESS_RANDOM : VIPS_ACCESS_SEQUENTIAL,
        "fail_on",
        VIPS_FAIL_ON_ERROR,
        nullptr
    ));
    if (!image) return take_error();
    formats::Image result;
    result.width = vips_image_get_width(image.get());
    result.height = vips_image_get_height(image.get());
    result.channels = vips_image_get_bands(image.get());
    result.format = format_of(image.get());
    if (std::int64_t{result.width} * result.height > most_pixels) return "more than 2^28 pixels";

    VipsImage* step = nullptr;
    if (vips_image_hasalpha(image.get())) {
        if (vips_flatten(image.get(), &step, nullptr) != 0) return take_error();
        image.reset(step);
    }
    bool grey = vips_image_get_bands(image.get()) == 1 &&
                vips_image_get_format(image.get()) == VIPS_FORMAT_UCHAR &&
                vips_image_get_interpretation(image.get()) == VIPS_INTERPRETATION_B_W;
    if (!grey) {
        if (vips_colourspace(image.get(), &step, VIPS_INTERPRETATION_B_W, nullptr) != 0)
            return take_error();
        image.reset(step);
        if (vips_cast_uchar(image.get(), &step, nullptr) != 0) return take_error();
        image.reset(step);
    }
    if (vips_image_wio_input(image.get()) != 0) return take_error();
    if (VIPS_IMAGE_SIZEOF_IMAGE(image.get()) <
        static_cast<std::size_t>(result.width) * static_cast<std::size_t>(result.height))
        return "not all pixels are there";
    result.phash = difference_hash(VIPS_IMAGE_ADDR(image.get(), 0, 0), result.width, result.height);
    vips_error_clear();
    return result;
}

std::variant<Picture, std::string> decode_image(std::string_view encoded, PictureShape wanted) {
    start_vips();
    if (encoded.empty()) return "empty file";
    Handle image(vips_image_new_from_buffer(
        encoded.data(), encoded.size(), "", "fail_on", VIPS_FAIL_ON_ERROR, nullptr
    ));
    if (!image) return take_error();
    if (std::int64_t{vips_image_get_width(image.get())} * vips_image_get_height(image.get()) >
        most_pixels)
        return "more than 2^28 pixels";
    return shaped(std::move(image), wanted);
}

std::variant<Picture, std::string>
scale_pixels(std::string_view pixels, PictureShape from, PictureShape wanted) {
    if (pixels.size() != from.values()) return "not all pixels are there";
    if (from == wanted) return Picture{std::string(pixels)};
    start_vips();
    Handle image(vips_image_new_from_memory(
        pixels.data(), pixels.size(), from.width, from.height, from.channels, VIPS_FORMAT_UCHAR
    ));
    if (!image) return take_error();
    const auto space = from.channels < 3 ? VIPS_INTERPRETATION_B_W : VIPS_INTERPRETATION_sRGB;
    if (!replace(image, [&](VipsImage* in, VipsImage** out) {
            return vips_copy(in, out, "interpretation", space, nullptr);
        }))
        return take_error();
    return shaped(std::move(image), wanted);
}

std::uint64_t difference_hash(const std::uint8_t* grey, int width, int height) {
    if (width <= 0 || height <= 0) return 0;
    std::uint64_t hash = 0;
    for (int row = 0; row < 8; ++row) {
        int top = row * height / 8;
        int bottom = std::max(top + 1, (row + 1) * height / 8);
        std::array<double, 9> cells{};
        for (int column = 0; column < 9; ++column) {
            int left = column * width / 9;
            int right = std::max(left + 1, (column + 1) * width / 9);
            std::uint64_t sum = 0;
            for (int y = top; y < bottom; ++y) {
                const auto* line = grey + static_cast<std::ptrdiff_t>(y) * width;
                for (int x = left; x < right; ++x) sum += line[x];
            }
            cells[static_cast<std::size_t>(column)] =
                static_cast<double>(sum) / ((bottom - top) * (right - left));
        }
        for (std::size_t i = 0; i < 8; ++i) hash = hash << 1 | (cells[i] < cells[i + 1] ? 1U : 0U);
    }
    return hash;
}

std::string media_type_of_format(std::string_view format) {
    if (format == "raw" || format == "unknown") return "application/octet-stream";
    if (format == "pnm") return "image/x-portable-anymap";
    return "image/" + std::string(format);
}

}  // namespace formats
