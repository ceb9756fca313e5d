#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "training/models/model.hpp"

namespace training {

struct Descent {
    double rate = 1e-3;  // of Adam; falls to zero in a straight line
    double l2 = 0;  // decoupled weight decay (Loshchilov and Hutter 2019), relative to the rate
    std::size_t epochs = 10;
    std::size_t batch = 256;
    std::size_t patience = 3;  // epochs without a better validation loss
    double balance = 0;

    // Of so many rows: an eighth of them at most.
    std::size_t rows_of_step(std::size_t rows) const;
};

// What descend() lowers: the loss of rows by some parameters.
class Descending {
public:
    virtual ~Descending() = default;
    virtual std::vector<float>& parameters() = 0;
    // The loss of these rows, summed. Its gradient is the sum of `gradients`, in their order; each
    // is as long as the parameters, and lives until the next call.
    virtual double learn(
        std::span<const std::uint32_t> chosen,
        std::size_t epoch,
        std::vector<float*>& gradients
    ) = 0;
    // The mean loss on validation.
    virtual double validation_loss() = 0;
};

// Of shards that processes have learnt by is_own(): their gradients and losses become what each
// has.
void share_shards(
    Company* company,
    std::span<float* const> gradients,
    std::size_t parameters,
    std::span<double> losses
);

// Adam with a rate that falls to zero in a straight line, over `rows` rows in an order that the
// seed decides, epoch by epoch. With `validated` it ends when the loss on validation has not fallen
// for some epochs, and leaves the parameters of the epoch where it was least. Throws
// base::Interrupted at a stop, base::Error if the loss is no longer finite.
void descend(
    Descending& what,
    std::size_t rows,
    bool validated,
    const Descent& how,
    const FitContext& context
);

}  // namespace training
