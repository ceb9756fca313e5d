#pragma once

#include <cstdint>
#include <span>
#include <vector>

// How many labels are wrong, from a sample of them that was asked again. All pure.
namespace labeling {

// Labels of one class, or all: how many there are, how many of these were asked again and answered,
// and how many of those are wrong.
struct AuditCounts {
    std::int64_t labels = 0, answered = 0, wrong = 0;
};

// The share of wrong labels with its 95 % interval.
struct ErrorRate {
    double rate = 0;
    double low = 0, high = 1;
};

// Of labels that were drawn by chance from all of them: the share found, with Wilson's interval for
// the size that the sample is worth in a finite population, n (N - 1) / (N - n), within what is
// known from the sample itself. Nothing answered: 0 to 1. All answered: the rate itself.
ErrorRate error_rate(const AuditCounts& counts);

// Of labels that were drawn class by class: the mean of the classes' shares by their sizes (Cochran
// 1977, 5.3), with Wilson's interval for the size of a sample of all that has the same variance
// (the design effect of Kish 1965), which has the finite population correction of each class. A
// class without an answer is taken to be as all others. Without any error found the upper end is
// the largest rate that lets the sample be free of errors with a probability of 2.5 %, however the
// errors lie in the classes; that is Clopper and Pearson's where there is one class.
ErrorRate error_rate_by_class(std::span<const AuditCounts> classes);

// How a sample is dealt out to classes of these sizes: by their sizes, but at least five to each,
// or all that it has, as far as the sample goes. At most all labels.
std::vector<std::int64_t> dealt_out(std::span<const std::int64_t> labels, std::int64_t sample);

}  // namespace labeling
