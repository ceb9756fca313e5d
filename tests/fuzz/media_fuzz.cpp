#include "formats/media/media.hpp"

#include "tests/fuzz/input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Input input(data, size);
    const auto bytes = input.rest();
    const auto found = formats::examine_media(bytes);
    if (const auto* media = std::get_if<formats::Media>(&found)) {
        must(!formats::media_signature(bytes).empty());
        must(!media->type.empty());
        must(!media->seconds || (*media->seconds > 0 && *media->seconds < 1e9));
        for (const auto& number :
             {media->pages, media->width, media->height, media->channels, media->sample_rate})
            must(!number || *number > 0);
    } else {
        must(!std::get<std::string>(found).empty());
    }
    return 0;
}
