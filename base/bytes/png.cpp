#include "base/bytes/png.hpp"

#include <cstdint>

#include <png.h>

#include "base/bytes/base64.hpp"
#include "base/error.hpp"

namespace base {

bool Pixels::fit() const {
    auto size = static_cast<std::uint64_t>(width) * static_cast<std::uint64_t>(height);
    return width > 0 && height > 0 && channels > 0 && channels <= 4 &&
           size * static_cast<std::uint64_t>(channels) == bytes.size();
}

std::string png(const Pixels& pixels) {
    constexpr png_uint_32 formats[] = {
        PNG_FORMAT_GRAY, PNG_FORMAT_GA, PNG_FORMAT_RGB, PNG_FORMAT_RGBA};
    if (!pixels.fit()) throw Error("image", "its width, height and channels do not fit its bytes");
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    image.width = static_cast<png_uint_32>(pixels.width);
    image.height = static_cast<png_uint_32>(pixels.height);
    image.format = formats[pixels.channels - 1];
    std::string file(PNG_IMAGE_PNG_SIZE_MAX(image), '\0');
    png_alloc_size_t size = file.size();
    if (!png_image_write_to_memory(&image, file.data(), &size, 0, pixels.bytes.data(), 0, nullptr))
        throw Error("image", std::string("cannot be written as PNG: ") + image.message);
    file.resize(size);
    return file;
}

std::string png_data_uri(const Pixels& pixels) {
    return "data:image/png;base64," + base64(png(pixels));
}

}  // namespace base
