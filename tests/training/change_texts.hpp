#pragma once

#include "training/snapshots/text_column.hpp"

namespace made {

// Calls change(item, row) for each text, and sets what it makes of it.
template <typename Change>
void change_texts(training::TextColumn& texts, const Change& change) {
    for (std::size_t row = 0; row < texts.size(); ++row) {
        const auto text = texts[row];
        training::TextItem item{std::string(text.title), std::string(text.body)};
        change(item, row);
        texts.set(row, item);
    }
}

}  // namespace made
