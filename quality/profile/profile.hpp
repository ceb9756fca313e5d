#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "formats/field.hpp"
#include "quality/profile/sketches.hpp"

namespace quality {

// The widest kind of characters in a text.
enum class Charset : std::uint8_t {
    ascii,
    latin,    // up to U+024F
    other,    // other scripts and signs
    control,  // control characters but tab and line ends
    broken    // U+FFFD, which stands for bytes that could not be read
};
inline constexpr std::size_t charsets = 5;
std::string_view name_of(Charset charset);
Charset charset_of(std::string_view utf8);

// What the images of records are like.
struct ImageProfile {
    std::uint64_t images = 0;
    Frequent formats, channels;
    Quantiles widths, heights;
    Moments width, height;

    void add(int wide, int high, int with_channels, std::string_view format);
    void merge(const ImageProfile& other);
};

// What the values of one field are like. Text forms of values count: numbers as spelled, blanks at
// the ends left out.
struct ColumnProfile {
    std::uint64_t present = 0;          // records that have the field with a value
    std::uint64_t spelled_missing = 0;  // of these, values that say there is none: "n/a", "-"
    std::uint64_t numbers = 0, booleans = 0, objects = 0;  // of these
    Distinct distinct;
    Frequent frequent;
    Quantiles quantiles;  // of the numbers
    Moments moments;      // of the numbers
    Moments lengths;      // of the texts, in bytes
    Frequent patterns;    // "a9-a9": runs of letters and of digits by one sign each; short texts
    std::array<std::uint64_t, charsets> written{};  // values by Charset

    void add(const formats::Field& given);
    void merge(const ColumnProfile& other);
    bool numeric() const {
        return present > 0 && numbers * 10 >= (present - spelled_missing) * 9 && numbers > 0;
    }
    // Whether its numbers have no fractions.
    bool whole() const;
    // Never more than there are values; exact while there are few, else within 1.6 %.
    double distinct_values() const;
    // Of the numbers, between neighbours by straight lines; exact while there are few values, else
    // within 1 %, and whole where the numbers are. NaN if there are none.
    double quantile(double share) const;
};

// What the records of a source are like, in memory that does not grow with their number. A profile
// of all is the merge of profiles of the parts.
struct Profile {
    std::uint64_t records = 0;
    std::map<std::string, ColumnProfile, std::less<>> columns;
    ImageProfile images;

    void add(std::span<const formats::Field> fields);
    void merge(const Profile& other);

    std::string to_json() const;  // all of it
    static Profile from_json(std::string_view json);
    std::string summary() const;  // for people and machines: JSON with the figures
};

}  // namespace quality
