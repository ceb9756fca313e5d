#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <boost/json/fwd.hpp>

// Summaries of a stream of values in little memory. Each can be merged with one of other values, in
// any order, as if it had seen both streams; to_json and from_json keep all of it.
namespace quality {

// How many distinct values: HyperLogLog (Flajolet et al. 2007) with 4,096 registers and linear
// counting for few; standard error 1.6 %.
class Distinct {
public:
    void add(std::uint64_t hash);
    void merge(const Distinct& other);
    double estimate() const;

    boost::json::value to_json() const;
    static Distinct from_json(const boost::json::value& json);

private:
    std::array<std::uint8_t, 4096> registers_{};
};

// Quantiles within 1 % of their value: DDSketch (Masson, Rim and Lee 2019). Counts of values in
// buckets whose bounds grow by a factor; memory grows with the logarithm of the range.
class Quantiles {
public:
    void add(double value);  // not NaN or infinite
    void merge(const Quantiles& other);
    std::uint64_t count() const { return count_; }
    // q from 0 to 1; NaN if there are no values.
    double at(double q) const;
    // The share of values that are at most `value`, within the bucket it is in.
    double share_up_to(double value) const;

    boost::json::value to_json() const;
    static Quantiles from_json(const boost::json::value& json);

private:
    static int bucket_of(double magnitude);
    static double middle_of(int bucket);
    std::map<int, std::uint64_t> negative_, positive_;
    std::uint64_t zeros_ = 0, count_ = 0;
};

// The most frequent values: Misra and Gries (1982), merged as by Agarwal et al. (2012). A value's
// count is at most n / 256 too low, and every value more frequent than that is there. Values longer
// than 200 bytes are counted by their first 200.
class Frequent {
public:
    void add(std::string_view value);
    void merge(const Frequent& other);
    std::vector<std::pair<std::string, std::uint64_t>> top(std::size_t at_most) const;
    std::uint64_t count() const { return count_; }
    // No value was ever dropped: the counts are exact and the values all there are.
    bool exact() const { return lost_ == 0; }

    boost::json::value to_json() const;
    static Frequent from_json(const boost::json::value& json);

private:
    void shrink();
    std::unordered_map<std::string, std::uint64_t> counts_;
    std::uint64_t count_ = 0, lost_ = 0;
};

// Count, mean and central moments up to the fourth, minimum and maximum; numerically stable in one
// pass and under merging (Pébay 2008). What is beyond the range of double, as the fourth moment of
// numbers over 1e77, is NaN once it was kept as JSON.
class Moments {
public:
    void add(double value);
    void merge(const Moments& other);
    double count() const { return n_; }
    double mean() const { return mean_; }
    double variance() const;  // of the sample; NaN below two values
    double skewness() const;  // of the population; NaN if there is no variance
    double kurtosis() const;  // excess
    double minimum() const { return minimum_; }
    double maximum() const { return maximum_; }

    boost::json::value to_json() const;
    static Moments from_json(const boost::json::value& json);

private:
    double n_ = 0, mean_ = 0, m2_ = 0, m3_ = 0, m4_ = 0;
    double minimum_ = 0, maximum_ = 0;
};

}  // namespace quality
