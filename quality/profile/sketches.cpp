// Each sketch is a value with add, merge and JSON. Merging must not depend on the order, so there
// are sums and maxima only: registers by maximum, buckets by addition, moments by the pairwise
// formulas of Pébay (2008), for which a single value is a sketch of one that is merged.
#include "quality/profile/sketches.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include <boost/json.hpp>

#include "base/json/finite.hpp"

namespace quality {

namespace json = boost::json;

namespace {

constexpr double accuracy = 0.01;
constexpr double growth = (1 + accuracy) / (1 - accuracy);
constexpr std::size_t kept_values = 256;
constexpr std::size_t longest_value = 200;
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

json::array buckets_of(const std::map<int, std::uint64_t>& counts) {
    json::array all;
    for (const auto& [bucket, count] : counts) {
        all.emplace_back(bucket);
        all.emplace_back(count);
    }
    return all;
}

std::map<int, std::uint64_t> buckets_from(const json::value& given) {
    std::map<int, std::uint64_t> counts;
    const auto& all = given.as_array();
    for (std::size_t i = 0; i + 1 < all.size(); i += 2)
        counts[all[i].to_number<int>()] = all[i + 1].to_number<std::uint64_t>();
    return counts;
}

}  // namespace

// Twelve bits of the hash choose a register; the rank is the place of the first one in the rest.
void Distinct::add(std::uint64_t hash) {
    auto place = hash >> 52U;
    auto rank = static_cast<std::uint8_t>(std::countl_zero(hash << 12U | 0x800U) + 1);
    registers_[place] = std::max(registers_[place], rank);
}

void Distinct::merge(const Distinct& other) {
    for (std::size_t i = 0; i < registers_.size(); ++i)
        registers_[i] = std::max(registers_[i], other.registers_[i]);
}

// Flajolet et al. 2007, figure 3; linear counting below 2.5 m. No correction for large counts is
// needed with a 64-bit hash.
double Distinct::estimate() const {
    constexpr double m = 4096;
    double sum = 0, empty = 0;
    for (auto rank : registers_) {
        sum += std::ldexp(1.0, -rank);
        empty += rank == 0;
    }
    double raw = 0.7213 / (1 + 1.079 / m) * m * m / sum;
    return raw <= 2.5 * m && empty > 0 ? m * std::log(m / empty) : raw;
}

json::value Distinct::to_json() const {
    std::string text;  // runs of a rank: letter by letter, '0' + rank
    for (auto rank : registers_) text.push_back(static_cast<char>('0' + rank));
    return json::value(text);
}

Distinct Distinct::from_json(const json::value& given) {
    Distinct made;
    const auto& text = given.as_string();
    for (std::size_t i = 0; i < std::min(text.size(), made.registers_.size()); ++i)
        made.registers_[i] = static_cast<std::uint8_t>(text[i] - '0');
    return made;
}

int Quantiles::bucket_of(double magnitude) {
    return static_cast<int>(std::ceil(std::log(magnitude) / std::log(growth)));
}

double Quantiles::middle_of(int bucket) {
    return 2 * std::pow(growth, bucket) / (growth + 1);
}

void Quantiles::add(double value) {
    constexpr double least = 1e-12;
    ++count_;
    if (std::abs(value) < least) {
        ++zeros_;
    } else {
        ++(value < 0 ? negative_ : positive_)[bucket_of(std::abs(value))];
    }
}

void Quantiles::merge(const Quantiles& other) {
    for (const auto& [bucket, count] : other.negative_) negative_[bucket] += count;
    for (const auto& [bucket, count] : other.positive_) positive_[bucket] += count;
    zeros_ += other.zeros_;
    count_ += other.count_;
}

double Quantiles::at(double q) const {
    if (count_ == 0) return nan;
    auto rank =
        static_cast<std::uint64_t>(std::clamp(q, 0.0, 1.0) * static_cast<double>(count_ - 1));
    std::uint64_t before = 0;
    for (auto it = negative_.rbegin(); it != negative_.rend(); ++it)
        if ((before += it->second) > rank) return -middle_of(it->first);
    if ((before += zeros_) > rank) return 0;
    for (const auto& [bucket, count] : positive_)
        if ((before += count) > rank) return middle_of(bucket);
    return nan;
}

double Quantiles::share_up_to(double value) const {
    if (count_ == 0) return nan;
    std::uint64_t below = 0;
    for (const auto& [bucket, count] : negative_)
        if (-middle_of(bucket) <= value) below += count;
    if (value >= 0) below += zeros_;
    for (const auto& [bucket, count] : positive_)
        if (middle_of(bucket) <= value) below += count;
    return static_cast<double>(below) / static_cast<double>(count_);
}

json::value Quantiles::to_json() const {
    return json::object{
        {"negative", buckets_of(negative_)},
        {"positive", buckets_of(positive_)},
        {"zeros", zeros_},
        {"count", count_}};
}

Quantiles Quantiles::from_json(const json::value& given) {
    Quantiles made;
    made.negative_ = buckets_from(given.at("negative"));
    made.positive_ = buckets_from(given.at("positive"));
    made.zeros_ = given.at("zeros").to_number<std::uint64_t>();
    made.count_ = given.at("count").to_number<std::uint64_t>();
    return made;
}

void Frequent::add(std::string_view value) {
    ++count_;
    value = value.substr(0, longest_value);
    auto found = counts_.find(std::string(value));
    if (found != counts_.end()) {
        ++found->second;
        return;
    }
    counts_.emplace(value, 1);
    if (counts_.size() > 2 * kept_values) shrink();
}

// Takes the count of the first value beyond the kept ones from all.
void Frequent::shrink() {
    std::vector<std::uint64_t> counts;
    counts.reserve(counts_.size());
    for (const auto& [value, count] : counts_) counts.push_back(count);
    std::nth_element(counts.begin(), counts.begin() + kept_values, counts.end(), std::greater<>());
    auto cut = counts[kept_values];
    lost_ += cut;
    std::erase_if(counts_, [&](const auto& one) { return one.second <= cut; });
    for (auto& [value, count] : counts_) count -= cut;
}

void Frequent::merge(const Frequent& other) {
    for (const auto& [value, count] : other.counts_) counts_[value] += count;
    count_ += other.count_;
    lost_ += other.lost_;
    if (counts_.size() > 2 * kept_values) shrink();
}

std::vector<std::pair<std::string, std::uint64_t>> Frequent::top(std::size_t at_most) const {
    std::vector<std::pair<std::string, std::uint64_t>> all(counts_.begin(), counts_.end());
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
        return std::tie(b.second, a.first) < std::tie(a.second, b.first);
    });
    if (all.size() > at_most) all.resize(at_most);
    return all;
}

json::value Frequent::to_json() const {
    json::array values;
    for (const auto& [value, count] : top(counts_.size()))
        values.push_back(json::array{value, count});
    return json::object{{"values", values}, {"count", count_}, {"lost", lost_}};
}

Frequent Frequent::from_json(const json::value& given) {
    Frequent made;
    for (const auto& one : given.at("values").as_array())
        made.counts_[std::string(one.at(0).as_string())] = one.at(1).to_number<std::uint64_t>();
    made.count_ = given.at("count").to_number<std::uint64_t>();
    made.lost_ = given.at("lost").to_number<std::uint64_t>();
    return made;
}

void Moments::add(double value) {
    Moments one;
    one.n_ = 1;
    one.mean_ = one.minimum_ = one.maximum_ = value;
    merge(one);
}

void Moments::merge(const Moments& other) {
    if (other.n_ == 0) return;
    if (n_ == 0) {
        *this = other;
        return;
    }
    double a = n_, b = other.n_, n = a + b, d = other.mean_ - mean_;
    double m4 = m4_ + other.m4_ + d * d * d * d * a * b * (a * a - a * b + b * b) / (n * n * n) +
                6 * d * d * (a * a * other.m2_ + b * b * m2_) / (n * n) +
                4 * d * (a * other.m3_ - b * m3_) / n;
    double m3 = m3_ + other.m3_ + d * d * d * a * b * (a - b) / (n * n) +
                3 * d * (a * other.m2_ - b * m2_) / n;
    m2_ += other.m2_ + d * d * a * b / n;
    m3_ = m3;
    m4_ = m4;
    mean_ += d * b / n;
    n_ = n;
    minimum_ = std::min(minimum_, other.minimum_);
    maximum_ = std::max(maximum_, other.maximum_);
}

double Moments::variance() const {
    return n_ > 1 ? m2_ / (n_ - 1) : nan;
}
double Moments::skewness() const {
    return m2_ > 0 ? std::sqrt(n_) * m3_ / std::pow(m2_, 1.5) : nan;
}
double Moments::kurtosis() const {
    return m2_ > 0 ? n_ * m4_ / (m2_ * m2_) - 3 : nan;
}

json::value Moments::to_json() const {
    json::array parts;
    for (double part : {n_, mean_, m2_, m3_, m4_, minimum_, maximum_})
        parts.push_back(base::finite_or_null(part));
    return parts;
}

Moments Moments::from_json(const json::value& given) {
    Moments made;
    double* parts[] = {
        &made.n_, &made.mean_, &made.m2_, &made.m3_, &made.m4_, &made.minimum_, &made.maximum_};
    for (std::size_t i = 0; i < std::size(parts); ++i) *parts[i] = base::number_or_nan(given.at(i));
    return made;
}

}  // namespace quality
