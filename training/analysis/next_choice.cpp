#include "training/analysis/next_choice.hpp"

#include "schema/records/record.hpp"

namespace training {

namespace {

Doubt doubt_by(Order order) {
    switch (order) {
        case Order::uncertain:
            return Doubt::uncertain;
        case Order::entropy:
            return Doubt::entropy;
        case Order::drawn:
        case Order::margin:
        case Order::diverse:
        case Order::weakest:
            break;
    }
    return Doubt::margin;
}

// How strongly a row's doubt counts where rows are drawn.
double sharpness_of(Order order) {
    constexpr double sharpness = 1;
    return order == Order::drawn || order == Order::weakest ? sharpness : 0;
}

}  // namespace

std::vector<NextItem> choose_rows(
    const NextRequest& request,
    std::span<const double> probabilities,
    std::size_t classes,
    const Examples& examples,
    std::vector<std::uint8_t> weak
) {
    NextSpec spec;
    spec.count = request.count;
    spec.by = doubt_by(request.order);
    spec.random_share = request.random_share;
    spec.seed = request.seed;
    spec.first = std::move(weak);
    spec.sharpness = sharpness_of(request.order);
    if (request.order == Order::diverse || classes == 0) {
        const auto places = places_of(examples);
        // A value says nothing of how sure it is: all rows are as doubtful as each other.
        const std::vector<double> even(classes == 0 ? examples.rows : 0, 1);
        return spread_items(
            classes == 0 ? even : probabilities,
            classes == 0 ? 1 : classes,
            places.numbers,
            places.width,
            spec
        );
    }
    std::vector<std::uint64_t> hashes;
    if (!request.all)
        for (const auto& text : examples.text) hashes.push_back(schema::simhash(text.joined()));
    return next_items(probabilities, classes, hashes, spec);
}

}  // namespace training
