#include "training/snapshots/text_column.hpp"

#include <limits>

#include "base/error.hpp"

namespace training {

std::string TextView::joined() const {
    std::string out;
    out.reserve(title.size() + 1 + body.size());
    out += title;
    out += '\n';
    out += body;
    return out;
}

void TextColumn::set(std::size_t row, TextView text) {
    rows_[row] = written(text);
}

void TextColumn::push_back(TextView text) {
    have_arena();
    rows_.push_back(written(text));
}

void TextColumn::resize(std::size_t rows) {
    have_arena();
    rows_.resize(rows);
}

void TextColumn::append(const TextColumn& other) {
    rows_.reserve(rows_.size() + other.size());
    for (const auto& text : other) push_back(text);
}

TextColumn TextColumn::take(const std::vector<std::size_t>& chosen) const {
    TextColumn out;
    if (empty()) return out;
    out.arena_ = arena_;
    out.rows_.reserve(chosen.size());
    for (auto row : chosen) out.rows_.push_back(rows_[row]);
    return out;
}

TextColumn::Place TextColumn::written(TextView text) {
    if (text.title.size() + text.body.size() > std::numeric_limits<std::uint32_t>::max())
        throw base::Error("a text", "has 4 GB or more", "leave the record out with --where");
    return {
        arena_->add(text.title, text.body),
        static_cast<std::uint32_t>(text.title.size()),
        static_cast<std::uint32_t>(text.body.size())};
}

void TextColumn::have_arena() {
    if (!arena_) arena_ = std::make_shared<base::SpillingArena>();
}

}  // namespace training
