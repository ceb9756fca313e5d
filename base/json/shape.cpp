// The shapes of the types that nearly every struct has. They are made here once, so that the files
// that declare settings and answers need not instantiate them, nor see Boost.JSON.
#include "base/json/shape.hpp"

#include <boost/json.hpp>

#include "base/json/shape_of.hpp"

namespace base {

namespace {

template <typename J>
Shape json_shape(Shape::Kind kind) {
    Shape shape{.kind = kind};
    shape.json = [](const void* from, boost::json::value& to) {
        to = *static_cast<const J*>(from);
    };
    shape.set_json = [](void* to, const boost::json::value& from) {
        if constexpr (std::same_as<J, boost::json::object>) {
            *static_cast<J*>(to) = from.as_object();
        } else if constexpr (std::same_as<J, boost::json::array>) {
            *static_cast<J*>(to) = from.as_array();
        } else {
            *static_cast<J*>(to) = from;
        }
    };
    return shape;
}

}  // namespace

template <>
const Shape& shape_of<bool>() {
    static const Shape shape = [] {
        auto made = shapes::whole_shape<bool>();
        made.kind = Shape::Kind::truth;
        return made;
    }();
    return shape;
}

template <>
const Shape& shape_of<int>() {
    static const Shape shape = shapes::whole_shape<int>();
    return shape;
}

template <>
const Shape& shape_of<std::int64_t>() {
    static const Shape shape = shapes::whole_shape<std::int64_t>();
    return shape;
}

template <>
const Shape& shape_of<std::uint64_t>() {
    static const Shape shape = shapes::whole_shape<std::uint64_t>();
    return shape;
}

template <>
const Shape& shape_of<double>() {
    static const Shape shape{
        .kind = Shape::Kind::number,
        .number = [](const void* from) { return *static_cast<const double*>(from); },
        .set_number = [](void* to, double value) { *static_cast<double*>(to) = value; }};
    return shape;
}

template <>
const Shape& shape_of<std::string>() {
    static const Shape shape{
        .kind = Shape::Kind::text,
        .text = [](const void* from) { return *static_cast<const std::string*>(from); },
        .set_text =
            [](void* to, std::string_view text) {
                *static_cast<std::string*>(to) = text;
                return true;
            }};
    return shape;
}

template <>
const Shape& shape_of<JsonText>() {
    static const Shape shape{
        .kind = Shape::Kind::free,
        .json =
            [](const void* from, boost::json::value& to) {
                const auto& text = static_cast<const JsonText*>(from)->text;
                to = text.empty() ? boost::json::value() : boost::json::parse(text);
            },
        .set_json =
            [](void* to, const boost::json::value& from) {
                static_cast<JsonText*>(to)->text =
                    from.is_null() ? "" : boost::json::serialize(from);
            }};
    return shape;
}

template <>
const Shape& shape_of<boost::json::value>() {
    static const Shape shape = json_shape<boost::json::value>(Shape::Kind::free);
    return shape;
}

template <>
const Shape& shape_of<boost::json::object>() {
    static const Shape shape = json_shape<boost::json::object>(Shape::Kind::free_table);
    return shape;
}

template <>
const Shape& shape_of<boost::json::array>() {
    static const Shape shape = json_shape<boost::json::array>(Shape::Kind::free_list);
    return shape;
}

}  // namespace base
