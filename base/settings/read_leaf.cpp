// Single values out of JSON: their types, bounds, choices and checks.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/error.hpp"
#include "base/numbers/parse.hpp"
#include "base/settings/read.hpp"
#include "base/settings/reader.hpp"
#include "base/time/duration.hpp"
#include "base/time/parse.hpp"

namespace base {

namespace json = boost::json;
using Kind = Shape::Kind;

Spot Spot::below(std::string_view name) const {
    auto whole = path.empty() ? std::string(name) : fmt::format("{}.{}", path, name);
    return {document, options, std::move(whole)};
}

Spot Spot::item(std::size_t number) const {
    return {document, options, fmt::format("{}[{}]", path, number)};
}

void Spot::wrong(const Shape& shape) const {
    fail("must be " + wanted(shape, options));
}

void Spot::fail(const std::string& reason, const std::string& mend) const {
    document.fail(path, reason, mend);
}

void Spot::unknown_word(const std::string& text, const std::vector<std::string>& known) const {
    fail(fmt::format("'{}' is unknown", text), mend_of_unknown(text, known));
}

void Spot::check(const std::function<std::optional<Fault>()>& work) const {
    std::optional<Fault> fault;
    try {
        fault = work();
    } catch (const Error& error) {
        fault = Fault{.reason = error.what()};
    }
    if (!fault) return;
    const auto& at = fault->at;
    auto whole = at.empty() || at.front() == '[' ? path + at : below(at).path;
    document.fail(whole, fault->reason, fault->mend);
}

namespace {

void read_whole(const Shape& shape, void* to, const json::value& value, const Spot& spot) {
    const auto& options = spot.options;
    bool large = value.is_uint64();
    if (!value.is_int64() && !(large && shape.beyond)) spot.wrong(shape);
    auto number = large ? static_cast<std::int64_t>(value.get_uint64()) : value.get_int64();
    auto size = value.to_number<double>();
    if (!large && number < shape.low) spot.wrong(shape);
    if ((options.low && size < *options.low) || (options.high && size > *options.high))
        spot.wrong(shape);
    if (!large && number > shape.high && shape.high <= 65535) spot.wrong(shape);
    if (!large && number > shape.high) spot.fail(fmt::format("must be at most {}", shape.high));
    shape.set_whole(to, number);
}

void read_number(const Shape& shape, void* to, const json::value& value, const Spot& spot) {
    const auto& options = spot.options;
    if (!value.is_number()) spot.wrong(shape);
    auto number = value.to_number<double>();
    bool outside =
        (options.low && number < *options.low) || (options.high && number > *options.high);
    if (!std::isfinite(number) || outside) spot.wrong(shape);
    shape.set_number(to, number);
}

void read_text(const Shape& shape, void* to, const json::value& value, const Spot& spot) {
    const auto& options = spot.options;
    bool plain = options.scalars && (value.is_number() || value.is_bool());
    if (!value.is_string() && !plain) spot.wrong(shape);
    auto text = value.is_string() ? std::string(value.get_string()) : json::serialize(value);
    if (text.find('\0') != text.npos) spot.fail("holds a NUL character");
    const auto& choices = options.choices;
    if (!choices.empty() && std::find(choices.begin(), choices.end(), text) == choices.end())
        spot.unknown_word(text, choices);
    if (options.secret && !text.empty() && !is_secret_reference(text))
        spot.fail("is written out instead of referred to", "write env:NAME or file:PATH");
    if (options.check) spot.check([&] { return options.check(text); });
    if (!shape.set_text(to, text))
        spot.fail(
            fmt::format("'{}' is unknown", text), fmt::format("give it {}", wanted(shape, options))
        );
}

void read_span(const Shape& shape, void* to, const json::value& value, const Spot& spot) {
    const auto& options = spot.options;
    std::optional<double> number;
    if (value.is_number()) number = value.to_number<double>();
    if (value.is_string()) number = parse_number(value.get_string());
    std::optional<std::chrono::microseconds> span;
    if (number) {
        auto given = *number * static_cast<double>(options.unit.count());
        if (given >= 0 && given < 9.2e18) span = std::chrono::microseconds(std::llround(given));
    } else if (value.is_string()) {
        span = parse_duration(value.get_string());
    }
    if (!span) spot.wrong(shape);
    auto seconds = static_cast<double>(span->count()) / 1e6;
    if ((options.low && seconds < *options.low) || (options.high && seconds > *options.high))
        spot.wrong(shape);
    if (span->count() % shape.tick != 0) {
        auto tick = duration_text(std::chrono::microseconds(shape.tick));
        spot.fail("is finer than " + tick + ", which would be lost");
    }
    shape.set_whole(to, span->count());
}

void read_word(const Shape& shape, void* to, const json::value& value, const Spot& spot) {
    if (!value.is_string()) spot.wrong(shape);
    auto text = std::string(value.get_string());
    std::vector<std::string> names;
    for (const auto& term : shape.terms) {
        if (term.name == text) return shape.set_whole(to, static_cast<std::int64_t>(names.size()));
        names.emplace_back(term.name);
    }
    spot.unknown_word(text, names);
}

}  // namespace

bool is_secret_reference(std::string_view text) {
    return (text.starts_with("env:") && text.size() > 4) ||
           (text.starts_with("file:") && text.size() > 5);
}

void read_leaf(const Shape& shape, void* to, const json::value& value, const Spot& spot) {
    switch (shape.kind) {
        case Kind::truth:
            if (!value.is_bool()) spot.wrong(shape);
            return shape.set_whole(to, value.get_bool() ? 1 : 0);
        case Kind::whole:
            return read_whole(shape, to, value, spot);
        case Kind::number:
            return read_number(shape, to, value, spot);
        case Kind::text:
            return read_text(shape, to, value, spot);
        case Kind::span:
            return read_span(shape, to, value, spot);
        case Kind::time: {
            auto time = value.is_string() ? parse_iso_time(value.get_string()) : std::nullopt;
            if (!time) spot.wrong(shape);
            auto since = std::chrono::floor<std::chrono::microseconds>(time->time_since_epoch());
            return shape.set_whole(to, since.count());
        }
        case Kind::word:
            return read_word(shape, to, value, spot);
        default:
            if (!suits(shape, value)) spot.wrong(shape);
            return shape.set_json(to, value);
    }
}

}  // namespace base
