#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "labeling/agreement/agreement.hpp"

// Where raters agree and where not.
namespace labeling {

struct AgreementPart {
    std::string name;
    Agreement agreement;  // no value where the part has no unit with two ratings
};

// Of each class against all others, as it would be if that were the only question.
std::vector<AgreementPart> agreement_by_class(
    const Judgements& ratings,
    Metric metric,
    std::size_t replicates = 1000,
    const std::stop_token& stop = {}
);

// Of each two raters who share a unit, by their names: "ann, bob".
std::vector<AgreementPart> agreement_by_pair(
    const Judgements& ratings,
    Metric metric,
    std::size_t replicates = 1000,
    const std::stop_token& stop = {}
);

// Of each part of the units; `part` is one of `parts` by unit. Parts without a unit are there too.
std::vector<AgreementPart> agreement_by(
    const Judgements& ratings,
    Metric metric,
    const std::vector<std::uint32_t>& part,
    const std::vector<std::string>& parts,
    std::size_t replicates = 1000,
    const std::stop_token& stop = {}
);

// Of each `size` units in the order of their first rating: "1-100", "101-200".
std::vector<AgreementPart> agreement_by_units(
    const Judgements& ratings,
    Metric metric,
    std::size_t size,
    std::size_t replicates = 1000,
    const std::stop_token& stop = {}
);

}  // namespace labeling
