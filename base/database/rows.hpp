#pragma once

#include <chrono>
#include <concepts>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include <boost/describe/class.hpp>
#include <boost/describe/members.hpp>
#include <boost/mp11/algorithm.hpp>
#include <pqxx/pqxx>

#include "base/database/batch.hpp"
#include "base/json/shape.hpp"
#include "base/time/parse.hpp"
#include "base/words.hpp"

// Rows of a result by the names of their columns, as structs that are described:
//
//     struct Job {
//         std::int64_t id = 0;
//         std::optional<base::Time> due;
//     };
//     BOOST_DESCRIBE_STRUCT(Job, (), (id, due))
//
//     auto jobs = base::rows_as<Job>(tx.exec(sql::file["list_jobs"]));
//
// Each member takes the column of its name; a member that is itself described takes its own
// members' columns from the same row; an enum reads its word (base/words.hpp), and throws
// std::logic_error of another; a duration reads a count of its unit. A NULL leaves an optional
// empty and any other member as the struct initialises it. Names are looked up once a result, not
// once a row.
namespace base {

// The bytes of a bytea column; in rows that came in binary form (Batch::add_binary) of any column.
struct Binary {
    std::string bytes;
};

namespace rows_detail {

template <typename T>
concept Described = boost::describe::has_describe_members<T>::value && std::is_class_v<T>;

template <typename T>
using Members = boost::describe::
    describe_members<T, boost::describe::mod_public | boost::describe::mod_inherited>;

using Places = std::vector<pqxx::row_size_type>;

template <typename T, typename Found>
void find_columns(const Found& rows, Places& places) {
    boost::mp11::mp_for_each<Members<T>>([&](auto member) {
        using Member = std::remove_cvref_t<decltype(std::declval<T&>().*member.pointer)>;
        if constexpr (Described<Member>) {
            find_columns<Member>(rows, places);
        } else {
            places.push_back(static_cast<Places::value_type>(rows.column_number(member.name)));
        }
    });
}

template <typename Field, typename T>
void read(const Field& field, T& into) {
    if (!field.is_null()) into = field.template as<T>();
}
template <typename Field>
void read(const Field& field, Time& into) {
    if (field.is_null()) return;
    auto time = parse_iso_time({field.c_str(), field.size()});
    if (!time) throw std::logic_error(std::string("column ") + field.name() + " is not a time");
    into = *time;
}
template <typename Field>
void read(const Field& field, JsonText& into) {
    if (!field.is_null()) into.text.assign(field.c_str(), field.size());
}
inline void read(const pqxx::field& field, Binary& into) {
    if (field.is_null()) return;
    pqxx::binarystring data(field);
    into.bytes.assign(data.get(), data.get() + data.size());
}
inline void read(const Rows::Field& field, Binary& into) {
    if (field.is_null()) return;
    if (!field.is_binary())
        throw std::logic_error(std::string("column ") + field.name() + " did not come as bytes");
    into.bytes.assign(field.c_str(), field.size());
}
// A count of the duration's unit.
template <typename Field, typename Rep, typename Period>
void read(const Field& field, std::chrono::duration<Rep, Period>& into) {
    if (!field.is_null()) into = std::chrono::duration<Rep, Period>(field.template as<Rep>());
}
template <typename Field, Worded E>
void read(const Field& field, E& into) {
    if (field.is_null()) return;
    auto value = parse<E>(std::string_view(field.c_str(), field.size()));
    if (!value)
        throw std::logic_error(
            std::string("column ") + field.name() + " holds '" + field.c_str() + "', not " +
            one_of<E>()
        );
    into = *value;
}
template <typename Field, typename T>
void read(const Field& field, std::optional<T>& into) {
    if (!field.is_null()) read(field, into.emplace());
}

template <typename Row, typename T>
void fill(const Row& row, Places::const_iterator& place, T& into) {
    boost::mp11::mp_for_each<Members<T>>([&](auto member) {
        auto& value = into.*member.pointer;
        if constexpr (Described<std::remove_cvref_t<decltype(value)>>) {
            fill(row, place, value);
        } else {
            read(row[static_cast<int>(*place++)], value);
        }
    });
}

template <Described T, typename Found>
std::vector<T> rows_in(const Found& rows) {
    Places places;
    find_columns<T>(rows, places);
    std::vector<T> all(static_cast<std::size_t>(rows.size()));
    std::size_t i = 0;
    for (auto& one : all) {
        auto place = places.cbegin();
        fill(rows[static_cast<decltype(rows.size())>(i++)], place, one);
    }
    return all;
}
template <Described T, typename Found>
std::optional<T> first_in(const Found& rows) {
    if (rows.empty()) return std::nullopt;
    Places places;
    find_columns<T>(rows, places);
    auto place = places.cbegin();
    std::optional<T> found(std::in_place);
    fill(rows[0], place, *found);
    return found;
}

}  // namespace rows_detail

// Throws pqxx::argument_error if a member has no column, which is a fault of the query.
template <rows_detail::Described T>
std::vector<T> rows_as(const pqxx::result& rows) {
    return rows_detail::rows_in<T>(rows);
}
template <rows_detail::Described T>
std::vector<T> rows_as(const Rows& rows) {
    return rows_detail::rows_in<T>(rows);
}

// The first row, or nothing if there is none.
template <rows_detail::Described T>
std::optional<T> first_as(const pqxx::result& rows) {
    return rows_detail::first_in<T>(rows);
}
template <rows_detail::Described T>
std::optional<T> first_as(const Rows& rows) {
    return rows_detail::first_in<T>(rows);
}

}  // namespace base
