#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace crawler {

// What words in names and in short texts say of a block, a bit each; the lists are signals.words.
inline constexpr std::size_t name_signals = 32;
inline constexpr std::size_t text_signals = 16;
extern const std::array<std::string_view, name_signals> name_signal_names;
extern const std::array<std::string_view, text_signals> text_signal_names;
inline constexpr std::size_t address_signals = 7;
extern const std::array<std::string_view, address_signals> address_signal_names;

// Of an element's class or id.
std::uint32_t signals_of_name(std::string_view class_or_id);
// Of a page's address.
std::uint32_t signals_of_address(std::string_view host_and_path);
// Of a text.
std::uint32_t signals_of_text(std::string_view text);

}  // namespace crawler
