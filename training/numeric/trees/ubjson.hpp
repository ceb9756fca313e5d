#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace training {

// A value of Universal Binary JSON (ubjson.org, draft 12). Arrays whose type is named once are
// lists of that type, as wide as they are written, so that a model takes no more room than its
// file.
struct Ubjson {
    using Array = std::vector<Ubjson>;
    using Object = std::map<std::string, Ubjson, std::less<>>;
    std::variant<
        std::monostate,
        bool,
        std::int64_t,
        double,
        std::string,
        Array,
        Object,
        std::vector<std::uint8_t>,
        std::vector<std::int32_t>,
        std::vector<std::int64_t>,
        std::vector<float>,
        std::vector<double>>
        value;

    // Of an object. Throws base::Error, as read_ubjson() does, where it is none or has no such
    // member.
    const Ubjson& at(std::string_view name) const;
    // Of an array of objects.
    const Array& array() const;
    // Of an array of numbers or truth values in whatever form.
    template <typename T>
    std::vector<T> numbers() const;
};

// Throws base::Error in one line if it is cut short or no such JSON, or deeper than 64.
Ubjson read_ubjson(std::string_view bytes);

}  // namespace training
