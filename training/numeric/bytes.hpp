#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/error.hpp"

namespace training {

static_assert(
    std::endian::native == std::endian::little,
    "artefacts are little-endian; swap here for other machines"
);

// Values one after the other in little-endian order, without padding.
class Writer {
public:
    template <typename T>
    requires std::is_arithmetic_v<T>
    void put(T value) { append(&value, sizeof value); }
    void text(std::string_view value) {
        put<std::uint64_t>(value.size());
        append(value.data(), value.size());
    }
    template <typename T>
    requires std::is_arithmetic_v<T>
    void list(const std::vector<T>& values) {
        put<std::uint64_t>(values.size());
        append(values.data(), values.size() * sizeof(T));
    }
    std::string take() { return std::move(bytes_); }

private:
    void append(const void* data, std::size_t size) {
        if (size > 0) bytes_.append(static_cast<const char*>(data), size);
    }
    std::string bytes_;
};

// Reads what Writer wrote. Throws base::Error at the first value that is not there.
class Reader {
public:
    explicit Reader(std::string_view bytes) : rest_(bytes) {}

    template <typename T>
    requires std::is_arithmetic_v<T> T get() {
        T value;
        std::memcpy(&value, bytes(sizeof value).data(), sizeof value);
        return value;
    }
    std::string text() { return std::string(bytes(get<std::uint64_t>())); }
    template <typename T>
    requires std::is_arithmetic_v<T> std::vector<T> list() {
        const auto count = get<std::uint64_t>();
        if (count > rest_.size() / sizeof(T)) broken();
        const auto from = bytes(count * sizeof(T));
        std::vector<T> values(count);
        if (count > 0) std::memcpy(values.data(), from.data(), from.size());
        return values;
    }
    bool done() const { return rest_.empty(); }
    std::string_view rest() const { return rest_; }
    [[noreturn]] static void broken() {
        throw base::Error(
            "model artefact",
            "its content is cut short or contradicts itself",
            "train the model again or restore the artefact"
        );
    }

private:
    std::string_view bytes(std::uint64_t size) {
        if (size > rest_.size()) broken();
        const auto head = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return head;
    }
    std::string_view rest_;
};

}  // namespace training
