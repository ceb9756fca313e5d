#pragma once

#include <cstddef>
#include <functional>
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

// Of several marks that an answer may bear, each as a question of its own: `bears` says whether the
// answer of that place in the ratings bears the mark of that place.
std::vector<AgreementPart> agreement_by_mark(
    const Judgements& ratings,
    Metric metric,
    const std::vector<std::string>& marks,
    const std::function<bool(std::size_t answer, std::size_t mark)>& bears,
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
