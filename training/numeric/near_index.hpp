#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <vector>

#include "training/numeric/bytes.hpp"
#include "training/numeric/design.hpp"

namespace training {

struct NearRow {
    float distance = 0;  // squared, or of angles 1 less the cosine
    std::uint32_t row = 0;

    bool operator<(const NearRow& other) const {
        return distance != other.distance ? distance < other.distance : row < other.row;
    }
};

// Nearly all of the nearest among many rows: a hierarchical navigable small world (Malkov and
// Yashunin 2018), by hnswlib. Dense rows are near by distance, sparse ones by angle; one without
// anything is near none. Built by one thread in the order of the rows, so that equal rows give an
// equal index.
class NearIndex {
public:
    // `rows` has to live as long, where it is. Takes about 200 bytes a row. Throws
    // base::Interrupted within a row of a stop.
    explicit NearIndex(const Design& rows, std::stop_token stop = {});
    // What save() wrote, of the same rows. Throws base::Error where it does not fit them.
    NearIndex(const Design& rows, Reader& in);
    ~NearIndex();
    NearIndex(const NearIndex&) = delete;

    // Of row `at` of `asked`: k, or as many as there are, the nearest first. From any thread.
    std::vector<NearRow> nearest(const Design& asked, std::size_t at, std::size_t k) const;

    void save(Writer& out) const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

// Rows up to which those who ask for neighbours look at each of them.
inline constexpr std::size_t exact_neighbours = 50'000;

}  // namespace training
