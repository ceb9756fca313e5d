#pragma once

#include <array>
#include <chrono>
#include <concepts>
#include <map>
#include <type_traits>
#include <utility>
#include <variant>

#include <boost/describe/members.hpp>
#include <boost/mp11/algorithm.hpp>

#include "base/json/shape.hpp"
#include "base/words.hpp"

// The shape of a C++ type. It may be: bool, whole numbers, double, std::string,
// std::filesystem::path, durations, points of the system clock, enums with words (base/words.hpp),
// types with a Spelling, JSON (boost::json's value, object and array; JsonText), std::optional,
// std::vector, std::map<std::string, V>, std::vector<std::pair<std::string, V>> (a table that keeps
// its order), std::variant of types that JSON tells apart, and structs: those with a static member
// `settings` (base/settings/settings.hpp), and those described with BOOST_DESCRIBE_STRUCT.
namespace base {

// A type of ours that is written as one text. Specialise:
//
//     template <>
//     struct Spelling<Rate> {
//         static constexpr std::string_view wanted = "a rate such as 10/s, 600/m or 5000/h";
//         static std::optional<Rate> read(std::string_view text);
//         static std::string write(const Rate& rate);
//     };
template <typename T>
struct Spelling;

template <typename T>
concept Spelled = requires {
    Spelling<T>::wanted;
};

template <typename T>
const Shape& shape_of();

template <>
const Shape& shape_of<bool>();
template <>
const Shape& shape_of<int>();
template <>
const Shape& shape_of<std::int64_t>();
template <>
const Shape& shape_of<std::uint64_t>();
template <>
const Shape& shape_of<double>();
template <>
const Shape& shape_of<std::string>();
template <>
const Shape& shape_of<JsonText>();
template <>
const Shape& shape_of<boost::json::value>();
template <>
const Shape& shape_of<boost::json::object>();
template <>
const Shape& shape_of<boost::json::array>();

template <typename T>
concept Declared = requires {
    T::settings.record();
};

template <typename T>
concept Described = boost::describe::has_describe_members<T>::value && !std::is_union_v<T>;

// A value of T with its default members, which offsets are measured in.
template <typename T>
const T& default_of() {
    static const T value{};
    return value;
}

template <typename T, typename M, typename C>
std::size_t offset_of(M C::*member) {
    const T& value = default_of<T>();
    return static_cast<std::size_t>(
        reinterpret_cast<const char*>(&(value.*member)) - reinterpret_cast<const char*>(&value)
    );
}

// How the shapes are made; not to be called.
namespace shapes {

template <typename T>
constexpr bool is_optional = false;
template <typename T>
constexpr bool is_optional<std::optional<T>> = true;
template <typename T>
constexpr bool is_list = false;
template <typename T>
constexpr bool is_list<std::vector<T>> = true;
template <typename T>
constexpr bool is_table = false;
template <typename V, typename L>
constexpr bool is_table<std::map<std::string, V, L>> = true;
template <typename V>
constexpr bool is_table<std::vector<std::pair<std::string, V>>> = true;
template <typename T>
constexpr bool is_either = false;
template <typename... A>
constexpr bool is_either<std::variant<A...>> = true;
template <typename T>
constexpr bool is_span = false;
template <typename R, typename P>
constexpr bool is_span<std::chrono::duration<R, P>> = true;
template <typename T>
constexpr bool is_time = false;
template <typename D>
constexpr bool is_time<std::chrono::time_point<std::chrono::system_clock, D>> = true;
template <typename T>
concept Path = requires(const T& path) {
    path.lexically_normal().native();
};

template <typename T>
Shape whole_shape() {
    Shape shape{.kind = Shape::Kind::whole};
    shape.whole = [](const void* from) {
        return static_cast<std::int64_t>(*static_cast<const T*>(from));
    };
    shape.set_whole = [](void* to, std::int64_t value) {
        *static_cast<T*>(to) = static_cast<T>(value);
    };
    shape.beyond = std::is_unsigned_v<T> && sizeof(T) == sizeof(std::int64_t);
    shape.low =
        std::is_unsigned_v<T> ? 0 : static_cast<std::int64_t>(std::numeric_limits<T>::min());
    if (!shape.beyond) shape.high = static_cast<std::int64_t>(std::numeric_limits<T>::max());
    return shape;
}

template <typename T>
Shape word_shape() {
    static constexpr auto terms = [] {
        std::array<Shape::Term, words<T>.size()> all{};
        for (std::size_t i = 0; i < all.size(); ++i)
            all[i] = {words<T>[i].name, words<T>[i].meaning};
        return all;
    }();
    Shape shape{.kind = Shape::Kind::word};
    shape.whole = [](const void* from) {
        std::int64_t index = 0;
        for (const auto& word : words<T>) {
            if (word.value == *static_cast<const T*>(from)) return index;
            ++index;
        }
        return std::int64_t{-1};
    };
    shape.set_whole = [](void* to, std::int64_t index) {
        *static_cast<T*>(to) = words<T>[static_cast<std::size_t>(index)].value;
    };
    shape.terms = terms;
    return shape;
}

template <typename T>
Shape span_shape() {
    using std::chrono::duration_cast;
    using std::chrono::microseconds;
    static_assert(std::is_integral_v<typename T::rep>, "spans are counted in whole ticks");
    Shape shape{.kind = Shape::Kind::span};
    shape.whole = [](const void* from) {
        return static_cast<std::int64_t>(
            duration_cast<microseconds>(*static_cast<const T*>(from)).count()
        );
    };
    shape.set_whole = [](void* to, std::int64_t value) {
        *static_cast<T*>(to) = duration_cast<T>(microseconds(value));
    };
    shape.tick = duration_cast<microseconds>(T(1)).count();
    return shape;
}

template <typename T>
Shape time_shape() {
    using std::chrono::duration_cast;
    using std::chrono::microseconds;
    Shape shape{.kind = Shape::Kind::time};
    shape.whole = [](const void* from) {
        auto since = static_cast<const T*>(from)->time_since_epoch();
        return static_cast<std::int64_t>(duration_cast<microseconds>(since).count());
    };
    shape.set_whole = [](void* to, std::int64_t value) {
        *static_cast<T*>(to) = T(duration_cast<typename T::duration>(microseconds(value)));
    };
    return shape;
}

template <typename T>
Shape text_shape() {
    Shape shape{.kind = Shape::Kind::text};
    if constexpr (Spelled<T>) {
        shape.text = [](const void* from) {
            return std::string(Spelling<T>::write(*static_cast<const T*>(from)));
        };
        shape.set_text = [](void* to, std::string_view text) {
            std::optional<T> value = Spelling<T>::read(text);
            if (value) *static_cast<T*>(to) = std::move(*value);
            return value.has_value();
        };
        shape.wanted = Spelling<T>::wanted;
    } else {
        shape.text = [](const void* from) { return static_cast<const T*>(from)->string(); };
        shape.set_text = [](void* to, std::string_view text) {
            *static_cast<T*>(to) = text;
            return true;
        };
    }
    return shape;
}

template <typename T>
Shape optional_shape() {
    Shape shape{.kind = Shape::Kind::optional};
    shape.inner = &shape_of<typename T::value_type>;
    shape.each = [](const void* from, const Shape::Visit& visit) {
        if (const auto& held = *static_cast<const T*>(from)) visit({}, &*held);
    };
    shape.add = [](void* to, std::string_view) -> void* { return &static_cast<T*>(to)->emplace(); };
    shape.clear = [](void* to) { static_cast<T*>(to)->reset(); };
    return shape;
}

template <typename T>
Shape list_shape() {
    static_assert(!std::same_as<typename T::value_type, bool>, "its elements have no address");
    Shape shape{.kind = Shape::Kind::list};
    shape.inner = &shape_of<typename T::value_type>;
    shape.each = [](const void* from, const Shape::Visit& visit) {
        for (const auto& item : *static_cast<const T*>(from)) visit({}, &item);
    };
    shape.add = [](void* to, std::string_view) -> void* {
        return &static_cast<T*>(to)->emplace_back();
    };
    shape.clear = [](void* to) { static_cast<T*>(to)->clear(); };
    return shape;
}

template <typename T>
Shape table_shape() {
    Shape shape{.kind = Shape::Kind::table};
    shape.inner = &shape_of<typename T::value_type::second_type>;
    shape.each = [](const void* from, const Shape::Visit& visit) {
        for (const auto& [key, value] : *static_cast<const T*>(from)) visit(key, &value);
    };
    shape.add = [](void* to, std::string_view key) -> void* {
        auto& table = *static_cast<T*>(to);
        for (auto& [name, value] : table)
            if (name == key) return &value;
        typename T::value_type fresh(std::string(key), {});
        return &table.insert(table.end(), std::move(fresh))->second;
    };
    shape.clear = [](void* to) { static_cast<T*>(to)->clear(); };
    return shape;
}

template <typename... A>
Shape either_shape(std::type_identity<std::variant<A...>>) {
    using T = std::variant<A...>;
    static constexpr Shape::Of alternatives[] = {&shape_of<A>...};
    static constexpr void* (*makers[]
    )(T&) = {[](T& to) -> void* { return &to.template emplace<A>(); }...};
    Shape shape{.kind = Shape::Kind::either};
    shape.alternatives = alternatives;
    shape.index = [](const void* from) { return static_cast<const T*>(from)->index(); };
    shape.each = [](const void* from, const Shape::Visit& visit) {
        std::visit([&](const auto& held) { visit({}, &held); }, *static_cast<const T*>(from));
    };
    shape.choose = [](void* to, std::size_t which) { return makers[which](*static_cast<T*>(to)); };
    return shape;
}

template <typename T>
const Record* described_record() {
    static const Record record = [] {
        Record made;
        using Members = boost::describe::
            describe_members<T, boost::describe::mod_public | boost::describe::mod_inherited>;
        boost::mp11::mp_for_each<Members>([&](auto member) {
            using M = std::remove_cvref_t<decltype(std::declval<T>().*member.pointer)>;
            made.members.push_back({member.name, offset_of<T>(member.pointer), &shape_of<M>});
        });
        made.defaults = &default_of<T>();
        made.always_whole = true;
        return made;
    }();
    return &record;
}

template <typename T>
Shape make_shape() {
    if constexpr (std::is_integral_v<T>) {
        return whole_shape<T>();
    } else if constexpr (Worded<T>) {
        return word_shape<T>();
    } else if constexpr (is_span<T>) {
        return span_shape<T>();
    } else if constexpr (is_time<T>) {
        return time_shape<T>();
    } else if constexpr (Spelled<T> || Path<T>) {
        return text_shape<T>();
    } else if constexpr (is_optional<T>) {
        return optional_shape<T>();
    } else if constexpr (is_table<T>) {
        return table_shape<T>();
    } else if constexpr (is_list<T>) {
        return list_shape<T>();
    } else if constexpr (is_either<T>) {
        return either_shape(std::type_identity<T>());
    } else if constexpr (Declared<T>) {
        return {.kind = Shape::Kind::record, .record = [] { return &T::settings.record(); }};
    } else {
        static_assert(Described<T>, "this type has no shape; see base/json/shape.hpp");
        return {.kind = Shape::Kind::record, .record = &described_record<T>};
    }
}

}  // namespace shapes

template <typename T>
const Shape& shape_of() {
    static const Shape shape = shapes::make_shape<T>();
    return shape;
}

}  // namespace base
