#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/fwd.hpp>

// What a type looks like to JSON, to settings and to people: a table of functions over `void*`, so
// that whatever reads, writes or describes values is compiled once and no header of ours needs
// Boost.JSON. base/json/shape_of.hpp makes the table of a C++ type.
namespace base {

// Any JSON, kept as its text; empty is null.
struct JsonText {
    std::string text;
    bool operator==(const JsonText&) const = default;
};

// What is wrong with a value: "'size' must be even; take 2 or 4".
struct Fault {
    std::string reason;
    std::string mend = {};
    std::string at = {};  // path below what was checked: "class[2].hotkey"; empty: that itself
};

// How a setting may be, beyond its type. Of lists and tables low, high, choices and check are about
// each element.
struct SettingOptions {
    std::optional<double> low = {}, high = {};  // of numbers; of spans in seconds
    std::vector<std::string> choices = {};      // of texts
    bool required = false;   // a text, list, table or optional must be filled, others be there
    std::string alias = {};  // an older name, which is still read
    bool secret = false;     // a reference, env:NAME or file:PATH, never the secret itself
    bool scalars = false;    // numbers, true and false are taken as texts
    std::chrono::microseconds unit = std::chrono::seconds(1);  // of a span given as a number
    std::string flag = {};                                     // without "--"; empty: by its name
    std::optional<Fault> (*check)(const std::string& text) = nullptr;  // base::Error counts as well
};

struct Record;

struct Shape {
    enum class Kind : std::uint8_t {
        truth,
        whole,
        number,
        text,
        span,  // of time
        time,  // RFC 3339
        word,  // one of an enum's
        free,  // any JSON
        free_table,
        free_list,
        optional,
        list,
        table,  // any names, values of one shape
        record,
        either,
    };
    using Of = const Shape& (*)();
    struct Term {
        std::string_view name, meaning;
    };
    using Visit = std::function<void(std::string_view key, const void* value)>;

    Kind kind = Kind::free;

    // truth, whole, word (its index among `terms`), span (microseconds), time (microseconds since
    // 1970).
    std::int64_t (*whole)(const void*) = nullptr;
    void (*set_whole)(void*, std::int64_t) = nullptr;
    std::int64_t low = std::numeric_limits<std::int64_t>::min();
    std::int64_t high = std::numeric_limits<std::int64_t>::max();
    bool beyond = false;    // whole: up to 2^64, as the bits of std::uint64_t
    std::int64_t tick = 1;  // span: microseconds that it can tell apart
    std::span<const Term> terms = {};

    double (*number)(const void*) = nullptr;
    void (*set_number)(void*, double) = nullptr;

    // text. False if the type cannot be spelled so.
    std::string (*text)(const void*) = nullptr;
    bool (*set_text)(void*, std::string_view) = nullptr;
    std::string_view wanted = {};  // empty: any text

    // free, free_table, free_list
    void (*json)(const void*, boost::json::value&) = nullptr;
    void (*set_json)(void*, const boost::json::value&) = nullptr;

    // optional, list, table: `each` visits what is there, `add` makes one more and returns it.
    // Likewise of either, whose `add` takes the number of an alternative.
    Of inner = nullptr;
    void (*each)(const void*, const Visit&) = nullptr;
    void* (*add)(void*, std::string_view key) = nullptr;
    void (*clear)(void*) = nullptr;

    // either
    std::span<const Of> alternatives = {};
    std::size_t (*index)(const void*) = nullptr;
    void* (*choose)(void*, std::size_t) = nullptr;

    const Record* (*record)() = nullptr;
};

struct Member {
    std::string name;  // empty: the members of its record stand among those of this one
    std::size_t offset = 0;
    Shape::Of shape = nullptr;
    std::string words = {};
    SettingOptions options = {};

    const void* in(const void* record) const { return static_cast<const char*>(record) + offset; }
    void* in(void* record) const { return static_cast<char*>(record) + offset; }
};

struct Record {
    std::vector<Member> members;
    const void* defaults = nullptr;
    std::function<std::optional<Fault>(void*)> check = {};  // of the whole; may mend what it gets
    bool always_whole = false;  // what is written has every member, and so does its schema
};

}  // namespace base
