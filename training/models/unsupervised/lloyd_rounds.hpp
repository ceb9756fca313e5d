#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "training/models/unsupervised/first_centres.hpp"
#include "training/numeric/design.hpp"
#include "training/numeric/products.hpp"
#include "training/numeric/team.hpp"

namespace training {

// The rounds of Lloyd's algorithm on all rows, from centres to labels and back. Bounds on the
// distances to the nearest centre and to the next (Hamerly 2010) let rows be passed over that
// cannot have another nearest than before; what they leave open is multiplied with the centres
// block by block. What is given has to live as long.
class LloydRounds {
public:
    // `squares`: of the lengths of the rows. Members of a company have a stretch of the rows each;
    // what is returned but labels is of all.
    LloydRounds(
        const Design& rows,
        const std::vector<float>& squares,
        std::size_t k,
        Team& team,
        Company* company = nullptr
    );

    // Gives each row to the nearest centre; returns how many went to another than before. With
    // `exactly` every row is measured, and inertia() is right.
    std::size_t assign(const Points& centres, bool exactly);

    // The means, k x columns; clusters without rows take the farthest rows of others, which asks
    // for a round with `exactly` before: see has_empty().
    std::vector<float> centres();
    bool has_empty() const;

    double inertia() const { return inertia_; }
    std::vector<std::uint32_t> labels() && { return std::move(labels_); }

private:
    // Sums and counts of the rows of each cluster.
    struct Sums {
        std::vector<double> values;  // k x columns
        std::vector<std::int64_t> counts;
    };
    struct Part {
        Sums moved;
        std::size_t changed = 0;
        double inertia = 0;
    };

    void start(Sums& sums) const;
    void shift_bounds(const Points& centres);
    bool settled(std::size_t row) const;
    void look(const Points& centres, bool exactly, std::size_t begin, std::size_t end, Part& part);
    void see(const Points& centres, std::size_t row, const float* products, Part& part);
    void move(Sums& sums, std::size_t row, std::uint32_t from, std::uint32_t to) const;
    void add_parts();
    // The row of all that lies farthest from its centre.
    struct Farthest {
        double away = 0;
        double row = 0;
        double label = 0;
    };
    Farthest farthest() const;
    void fill_empty();

    const Design& rows_;
    const std::vector<float>& squares_;
    Team& team_;
    Stretch stretch_;
    std::size_t k_;
    RowParts parts_;
    std::vector<Part> of_parts_;
    std::vector<float> distance_;  // squared, as it was when the row was last measured
    std::vector<float> upper_;     // at least as far as the row's centre is
    std::vector<float> lower_;     // at most as far as any other centre is
    std::vector<float> apart_;     // half of how far the nearest other centre is from each
    std::vector<float> before_;    // the centres of the round before
    std::vector<std::uint32_t> labels_;
    Sums sums_;
    std::size_t changed_ = 0;
    double inertia_ = 0;
};

}  // namespace training
