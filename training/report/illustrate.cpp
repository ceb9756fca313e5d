#include "training/report/illustrate.hpp"

#include <cmath>

#include "base/text/utf8.hpp"

namespace training {

void illustrate(
    const ExampleStore& store,
    const std::vector<Item>& items,
    std::vector<Finding>& findings
) {
    if (items.empty()) return;
    auto examples = store.load(items, {});
    auto side = static_cast<int>(std::lround(std::sqrt(static_cast<double>(examples.pixel_count))));
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (!examples.text.empty()) {
            const auto& text = examples.text[i];
            const std::string body(base::cut_at_character(text.body, 300));
            findings[i].snippet = text.title.empty() ? body : text.title + ": " + body;
        }
        if (examples.pixel_count > 0 &&
            static_cast<std::size_t>(side) * static_cast<std::size_t>(side) ==
                examples.pixel_count) {
            auto from =
                examples.pixels.begin() + static_cast<std::ptrdiff_t>(i * examples.pixel_count);
            findings[i].picture = Thumbnail{
                side, side, 1, {from, from + static_cast<std::ptrdiff_t>(examples.pixel_count)}};
        }
        if (items[i].id.key.starts_with("http")) findings[i].url = items[i].id.key;
    }
}

}  // namespace training
