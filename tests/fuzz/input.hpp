#pragma once

#include <cstdint>
#include <string>
#include <string_view>

// A fuzzer's bytes, taken part by part.
class Input {
public:
    Input(const std::uint8_t* data, std::size_t size)
        : rest_(reinterpret_cast<const char*>(data), size) {}

    // Up to the next line end, or all that is left.
    std::string_view line() {
        auto end = rest_.find('\n');
        auto text = rest_.substr(0, end);
        rest_.remove_prefix(end == rest_.npos ? rest_.size() : end + 1);
        return text;
    }
    std::string_view rest() const { return rest_; }

private:
    std::string_view rest_;
};

// What must hold; libFuzzer keeps the input for which it does not.
inline void must(bool holds) {
    if (!holds) __builtin_trap();
}
