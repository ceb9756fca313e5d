// A profile is a set of mergeable sketches a column, and merging is all that profile_store.cpp
// needs to keep one per run. Types are counted and not decided: a column is a number if most values
// are.
//
// to_json() keeps everything for a later merge, summary() is for people. Version 2 added patterns
// and characters; profiles of version 1 are read with these empty.
#include "quality/profile/profile.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <boost/json.hpp>

#include "base/bytes/hash.hpp"
#include "base/json/finite.hpp"
#include "base/text/ascii.hpp"
#include "quality/errors/forms.hpp"
#include "quality/table.hpp"

namespace quality {

namespace json = boost::json;

namespace {

std::optional<double> number_of(std::string_view text) {
    double value = 0;
    auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (code != std::errc() || end != text.data() + text.size() || !std::isfinite(value))
        return std::nullopt;
    return value;
}

}  // namespace

void ColumnProfile::add(const formats::Field& given) {
    formats::Field field = given;
    field.value = base::trim(field.value);
    if (field.kind == formats::Field::Kind::null || field.value.empty()) return;
    ++present;
    distinct.add(base::hash_64(field.value));
    frequent.add(field.value);
    lengths.add(static_cast<double>(field.value.size()));
    ++written[static_cast<std::size_t>(charset_of(field.value))];
    constexpr std::size_t short_text = 48;
    if (field.value.size() <= short_text) patterns.add(shape(field.value));
    if (field.kind == formats::Field::Kind::boolean) {
        ++booleans;
    } else if (field.kind == formats::Field::Kind::json) {
        ++objects;
    } else if (auto number = number_of(field.value)) {
        ++numbers;
        quantiles.add(*number);
        moments.add(*number);
    } else if (field.value.size() <= 20 && is_missing(normalised(field.value))) {
        ++spelled_missing;
    }
}

bool ColumnProfile::whole() const {
    auto shapes = patterns.top(4);
    return !shapes.empty() && std::all_of(shapes.begin(), shapes.end(), [](const auto& one) {
        return one.first == "9" || one.first == "-9";
    });
}

double ColumnProfile::distinct_values() const {
    if (frequent.exact()) return static_cast<double>(frequent.top(frequent.count()).size());
    return std::min(std::round(distinct.estimate()), static_cast<double>(present));
}

double ColumnProfile::quantile(double share) const {
    if (!frequent.exact() || numbers == 0) {
        auto value = std::clamp(quantiles.at(share), moments.minimum(), moments.maximum());
        return whole() ? std::round(value) : value;
    }
    std::vector<std::pair<double, std::uint64_t>> values;
    for (const auto& [text, count] : frequent.top(frequent.count()))
        if (auto number = number_of(text)) values.emplace_back(*number, count);
    std::sort(values.begin(), values.end());
    auto at_rank = [&](std::uint64_t rank) {
        for (const auto& [value, count] : values) {
            if (rank < count) return value;
            rank -= count;
        }
        return moments.maximum();
    };
    auto place = share * static_cast<double>(numbers - 1);
    auto below = static_cast<std::uint64_t>(place);
    auto low = at_rank(below);
    return low + (place - static_cast<double>(below)) * (at_rank(below + 1) - low);
}

void ColumnProfile::merge(const ColumnProfile& other) {
    present += other.present;
    spelled_missing += other.spelled_missing;
    numbers += other.numbers;
    booleans += other.booleans;
    objects += other.objects;
    distinct.merge(other.distinct);
    frequent.merge(other.frequent);
    quantiles.merge(other.quantiles);
    moments.merge(other.moments);
    lengths.merge(other.lengths);
    patterns.merge(other.patterns);
    for (std::size_t i = 0; i < charsets; ++i) written[i] += other.written[i];
}

void ImageProfile::add(int wide, int high, int with_channels, std::string_view format) {
    ++images;
    formats.add(format);
    channels.add(std::to_string(with_channels));
    widths.add(wide);
    heights.add(high);
    width.add(wide);
    height.add(high);
}

void ImageProfile::merge(const ImageProfile& other) {
    images += other.images;
    formats.merge(other.formats);
    channels.merge(other.channels);
    widths.merge(other.widths);
    heights.merge(other.heights);
    width.merge(other.width);
    height.merge(other.height);
}

std::string_view name_of(Charset charset) {
    constexpr std::array<std::string_view, charsets> names{
        "ascii", "latin", "other", "control", "broken"};
    return names[static_cast<std::size_t>(charset)];
}

Charset charset_of(std::string_view utf8) {
    auto widest = Charset::ascii;
    for (std::size_t i = 0; i < utf8.size(); ++i) {
        auto c = static_cast<unsigned char>(utf8[i]);
        if (c >= 0x20 && c < 0x7f) continue;
        auto one = Charset::other;
        if (c < 0x80) {
            if (c == '\t' || c == '\n' || c == '\r') continue;
            one = Charset::control;
        } else if (c < 0xc0) {
            continue;  // inside a character
        } else if (c < 0xca) {
            one = Charset::latin;
        } else if (utf8.substr(i, 3) == "\xef\xbf\xbd") {
            one = Charset::broken;
        }
        widest = std::max(widest, one);
    }
    return widest;
}

void Profile::add(std::span<const formats::Field> fields) {
    ++records;
    for (const auto& field : fields) {
        auto column = columns.find(field.name);
        if (column == columns.end())
            column = columns.emplace(std::string(field.name), ColumnProfile()).first;
        column->second.add(field);
    }
}

void Profile::merge(const Profile& other) {
    records += other.records;
    for (const auto& [name, column] : other.columns) columns[name].merge(column);
    images.merge(other.images);
}

std::string Profile::to_json() const {
    json::object all;
    for (const auto& [name, c] : columns)
        all[name] = json::object{
            {"counts", json::array{c.present, c.spelled_missing, c.numbers, c.booleans, c.objects}},
            {"distinct", c.distinct.to_json()},
            {"frequent", c.frequent.to_json()},
            {"quantiles", c.quantiles.to_json()},
            {"moments", c.moments.to_json()},
            {"lengths", c.lengths.to_json()},
            {"patterns", c.patterns.to_json()},
            {"written", json::array(c.written.begin(), c.written.end())}};
    json::object whole{{"version", 2}, {"records", records}, {"columns", all}};
    if (images.images > 0)
        whole["images"] = json::object{
            {"count", images.images},
            {"formats", images.formats.to_json()},
            {"channels", images.channels.to_json()},
            {"widths", images.widths.to_json()},
            {"heights", images.heights.to_json()},
            {"width", images.width.to_json()},
            {"height", images.height.to_json()}};
    return json::serialize(whole);
}

Profile Profile::from_json(std::string_view text) {
    auto given = json::parse(json::string_view(text.data(), text.size()));
    Profile profile;
    profile.records = given.at("records").to_number<std::uint64_t>();
    for (const auto& [name, c] : given.at("columns").as_object()) {
        ColumnProfile column;
        std::uint64_t* counts[] = {
            &column.present,
            &column.spelled_missing,
            &column.numbers,
            &column.booleans,
            &column.objects};
        for (std::size_t i = 0; i < std::size(counts); ++i)
            *counts[i] = c.at("counts").at(i).to_number<std::uint64_t>();
        column.distinct = Distinct::from_json(c.at("distinct"));
        column.frequent = Frequent::from_json(c.at("frequent"));
        column.quantiles = Quantiles::from_json(c.at("quantiles"));
        column.moments = Moments::from_json(c.at("moments"));
        column.lengths = Moments::from_json(c.at("lengths"));
        // Of the first version there are none.
        if (const auto* patterns = c.as_object().if_contains("patterns"))
            column.patterns = Frequent::from_json(*patterns);
        if (const auto* written = c.as_object().if_contains("written"))
            for (std::size_t i = 0; i < charsets; ++i)
                column.written[i] = written->at(i).to_number<std::uint64_t>();
        profile.columns.emplace(std::string(name), std::move(column));
    }
    if (const auto* images = given.as_object().if_contains("images")) {
        auto& to = profile.images;
        to.images = images->at("count").to_number<std::uint64_t>();
        to.formats = Frequent::from_json(images->at("formats"));
        to.channels = Frequent::from_json(images->at("channels"));
        to.widths = Quantiles::from_json(images->at("widths"));
        to.heights = Quantiles::from_json(images->at("heights"));
        to.width = Moments::from_json(images->at("width"));
        to.height = Moments::from_json(images->at("height"));
    }
    return profile;
}

std::string Profile::summary() const {
    json::object all;
    for (const auto& [name, c] : columns) {
        json::object one{
            {"type",
             c.numeric()                  ? "number"
             : c.booleans * 2 > c.present ? "boolean"
             : c.objects * 2 > c.present  ? "json"
                                          : "text"},
            {"present", c.present},
            {"missing", records - c.present},
            {"spelled_missing", c.spelled_missing},
            {"distinct", static_cast<std::uint64_t>(c.distinct_values())},
            {"length",
             json::object{
                 {"min", c.lengths.minimum()},
                 {"mean", c.lengths.mean()},
                 {"max", c.lengths.maximum()}}}};
        if (c.numbers > 0) {
            json::object quantiles;
            for (auto [label, q] :
                 {std::pair("0.01", 0.01),
                  {"0.25", 0.25},
                  {"0.5", 0.5},
                  {"0.75", 0.75},
                  {"0.99", 0.99}})
                quantiles[label] = base::finite_or_null(c.quantile(q));
            one["numbers"] = json::object{
                {"count", c.numbers},
                {"min", c.moments.minimum()},
                {"max", c.moments.maximum()},
                {"mean", base::finite_or_null(c.moments.mean())},
                {"deviation", base::finite_or_null(std::sqrt(c.moments.variance()))},
                {"skewness", base::finite_or_null(c.moments.skewness())},
                {"kurtosis", base::finite_or_null(c.moments.kurtosis())},
                {"quantiles", quantiles}};
        }
        json::array top;
        for (const auto& [value, count] : c.frequent.top(10))
            top.push_back(json::object{{"value", value}, {"count", count}});
        one["top"] = top;
        json::array patterns;
        for (const auto& [shape, count] : c.patterns.top(5))
            patterns.push_back(json::object{{"pattern", shape}, {"count", count}});
        one["patterns"] = patterns;
        json::object written;
        for (std::size_t i = 0; i < charsets; ++i)
            if (c.written[i] > 0) written[name_of(static_cast<Charset>(i))] = c.written[i];
        one["characters"] = written;
        all[name] = one;
    }
    json::object whole{{"records", records}, {"columns", all}};
    if (images.images > 0) {
        auto counts = [](const Frequent& of) {
            json::object object;
            for (const auto& [value, count] : of.top(20)) object[value] = count;
            return object;
        };
        auto sizes = [](const Quantiles& quantiles, const Moments& moments) {
            return json::object{
                {"min", moments.minimum()},
                {"median", base::finite_or_null(quantiles.at(0.5))},
                {"mean", moments.mean()},
                {"max", moments.maximum()}};
        };
        whole["images"] = json::object{
            {"count", images.images},
            {"formats", counts(images.formats)},
            {"channels", counts(images.channels)},
            {"width", sizes(images.widths, images.width)},
            {"height", sizes(images.heights, images.height)}};
    }
    return json::serialize(whole);
}

}  // namespace quality
