// XGBoost saves its models as Universal Binary JSON, which no library of Debian's reads into lists
// of numbers without a value for each. Files come from an artefact, which may be broken: every
// length is held against what is left, and depth is bounded.
#include "training/numeric/trees/ubjson.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <type_traits>

#include "training/numeric/bytes.hpp"

namespace training {

namespace {

constexpr int deepest_ubjson = 64;

class UbjsonReader {
public:
    explicit UbjsonReader(std::string_view bytes) : rest_(bytes) {}

    Ubjson value(char marker, int depth = 0) {
        if (depth > deepest_ubjson) Reader::broken();
        switch (marker) {
            case 'Z':
                return {};
            case 'T':
                return {true};
            case 'F':
                return {false};
            case 'd':
                return {static_cast<double>(number<float>())};
            case 'D':
                return {number<double>()};
            case 'S':
                return {text()};
            case '[':
                return array(depth);
            case '{':
                return object(depth);
            default:
                return {whole(marker)};
        }
    }

    char marker() {
        char next = 'N';
        while (next == 'N') next = take(1)[0];  // which means nothing
        return next;
    }

private:
    std::string_view take(std::size_t size) {
        if (size > rest_.size()) Reader::broken();
        const auto head = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return head;
    }

    // Big-endian.
    template <typename T>
    T number() {
        std::array<char, sizeof(T)> bytes;
        const auto from = take(sizeof(T));
        std::reverse_copy(from.begin(), from.end(), bytes.begin());
        return std::bit_cast<T>(bytes);
    }

    std::int64_t whole(char marker) {
        switch (marker) {
            case 'i':
                return number<std::int8_t>();
            case 'U':
                return number<std::uint8_t>();
            case 'I':
                return number<std::int16_t>();
            case 'l':
                return number<std::int32_t>();
            case 'L':
                return number<std::int64_t>();
            default:
                Reader::broken();
        }
    }

    std::size_t count() {
        const auto size = whole(marker());
        if (size < 0) Reader::broken();
        return static_cast<std::size_t>(size);
    }

    std::string text() { return std::string(take(count())); }

    template <typename T>
    Ubjson list(std::size_t size) {
        if (size > rest_.size() / sizeof(T)) Reader::broken();
        std::vector<T> out(size);
        for (auto& one : out) one = number<T>();
        return {std::move(out)};
    }

    Ubjson array(int depth) {
        char next = marker();
        if (next == '$') {
            const char type = take(1)[0];
            if (take(1)[0] != '#') Reader::broken();
            const auto size = count();
            switch (type) {
                case 'U':
                    return list<std::uint8_t>(size);
                case 'l':
                    return list<std::int32_t>(size);
                case 'L':
                    return list<std::int64_t>(size);
                case 'd':
                    return list<float>(size);
                case 'D':
                    return list<double>(size);
                default:
                    Reader::broken();
            }
        }
        Ubjson::Array out;
        if (next == '#') {
            for (auto left = count(); left > 0; --left) out.push_back(value(marker(), depth + 1));
            return {std::move(out)};
        }
        for (; next != ']'; next = marker()) out.push_back(value(next, depth + 1));
        return {std::move(out)};
    }

    Ubjson object(int depth) {
        Ubjson::Object out;
        char next = marker();
        const bool counted = next == '#';
        auto left = counted ? count() : 0;
        if (counted && left > 0) next = marker();
        while (counted ? left > 0 : next != '}') {
            const auto size = whole(next);
            if (size < 0) Reader::broken();
            auto name = std::string(take(static_cast<std::size_t>(size)));
            out.insert_or_assign(std::move(name), value(marker(), depth + 1));
            if (counted && --left == 0) break;
            next = marker();
        }
        return {std::move(out)};
    }

    std::string_view rest_;
};

}  // namespace

Ubjson read_ubjson(std::string_view bytes) {
    UbjsonReader in(bytes);
    return in.value(in.marker());
}

const Ubjson& Ubjson::at(std::string_view name) const {
    const auto* members = std::get_if<Object>(&value);
    if (!members) Reader::broken();
    const auto found = members->find(name);
    if (found == members->end()) Reader::broken();
    return found->second;
}

const Ubjson::Array& Ubjson::array() const {
    const auto* items = std::get_if<Array>(&value);
    if (!items) Reader::broken();
    return *items;
}

template <typename T>
std::vector<T> Ubjson::numbers() const {
    return std::visit(
        [](const auto& held) -> std::vector<T> {
            using Held = std::decay_t<decltype(held)>;
            std::vector<T> out;
            if constexpr (std::is_same_v<Held, Array>) {
                for (const auto& one : held) {
                    if (const auto* yes = std::get_if<bool>(&one.value)) {
                        out.push_back(static_cast<T>(*yes));
                    } else if (const auto* whole = std::get_if<std::int64_t>(&one.value)) {
                        out.push_back(static_cast<T>(*whole));
                    } else if (const auto* real = std::get_if<double>(&one.value)) {
                        out.push_back(static_cast<T>(*real));
                    } else {
                        Reader::broken();
                    }
                }
            } else if constexpr (requires { held.data(); } && !std::is_same_v<Held, std::string>) {
                out.reserve(held.size());
                for (auto one : held) out.push_back(static_cast<T>(one));
            } else {
                Reader::broken();
            }
            return out;
        },
        value
    );
}

template std::vector<std::int32_t> Ubjson::numbers() const;
template std::vector<std::uint32_t> Ubjson::numbers() const;
template std::vector<float> Ubjson::numbers() const;

}  // namespace training
