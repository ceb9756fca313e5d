#pragma once

#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

#include <zlib.h>

#include "training/snapshots/examples.hpp"

namespace bench {

// Fashion-MNIST as Debian's dataset-fashion-mnist installs it.
inline std::vector<unsigned char> unzip(const std::string& path) {
    gzFile file = gzopen(path.c_str(), "rb");
    if (!file)
        throw std::runtime_error(path + ": cannot be read; apt-get install dataset-fashion-mnist");
    std::vector<unsigned char> out;
    std::vector<unsigned char> block(1 << 20);
    for (int got = 0;
         (got = gzread(file, block.data(), static_cast<unsigned>(block.size()))) > 0;) {
        out.insert(out.end(), block.begin(), block.begin() + got);
    }
    gzclose(file);
    return out;
}

inline training::Examples fashion(const std::string& part) {
    const std::string folder = "/usr/share/datasets/fashion-mnist/";
    const auto images = unzip(folder + part + "-images-idx3-ubyte.gz");
    const auto labels = unzip(folder + part + "-labels-idx1-ubyte.gz");
    training::Examples out;
    out.pixel_count = 784;
    out.pixel_width = 28;
    out.pixel_channels = 1;
    out.pixels.assign(images.begin() + 16, images.end());
    out.classes.assign(labels.begin() + 8, labels.end());
    out.rows = out.classes.size();
    out.class_names = {
        "T-shirt",
        "Trouser",
        "Pullover",
        "Dress",
        "Coat",
        "Sandal",
        "Shirt",
        "Sneaker",
        "Bag",
        "Ankle boot"};
    return out;
}

}  // namespace bench
