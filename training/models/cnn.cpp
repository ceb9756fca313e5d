// The convolutional network as a kind of model: sizes and parameters here, the arithmetic in
// training/numeric/network/convnet.cpp.
//
// It takes pixels and nothing else, as only these have a form that a convolution can follow. The
// hidden layer has a weight for each number that the last block gives, which grows with the square
// of the pictures' size: what learning would take is estimated before, and refused beyond 2 GB.
#include <algorithm>

#include <fmt/format.h>

#include "base/error.hpp"
#include "training/models/models.hpp"
#include "training/numeric/network/convnet.hpp"

namespace training {

namespace {

constexpr double most_bytes = 2e9;

ConvSizes conv_sizes(const Params& params, const PictureForm& form, std::size_t outputs) {
    const auto whole = [&](const char* name) { return static_cast<std::size_t>(params.at(name)); };
    ConvSizes sizes{form.height, form.width, form.channels, {}, whole("hidden"), outputs};
    for (std::size_t b = 0; b < whole("blocks"); ++b)
        sizes.blocks.push_back(whole("channels") << b);
    return sizes;
}

// Passes over few pictures are quick, and many are needed for a number of steps.
std::size_t epochs_of(std::size_t rows, std::size_t batch) {
    return std::clamp<std::size_t>(1000 * batch / std::max<std::size_t>(1, rows), 12, 40);
}

Descent descent_of(const Params& params, std::size_t rows) {
    Descent how;
    how.rate = params.at("rate");
    how.l2 = params.at("l2");
    how.batch = static_cast<std::size_t>(params.at("batch"));
    how.epochs = epochs_of(rows, how.rows_of_step(rows));
    if (params.at("epochs") > 0) how.epochs = static_cast<std::size_t>(params.at("epochs"));
    how.patience =
        std::max<std::size_t>({1, static_cast<std::size_t>(params.at("patience")), how.epochs / 8});
    how.balance = params.at("balance");
    return how;
}

double seconds_of(const PictureForm& form, std::size_t rows, std::size_t outputs) {
    constexpr double of_a_second = 3e10;  // multiplications and additions
    const auto params = complete("cnn", {});
    const auto sizes = conv_sizes(params, form, outputs);
    const auto passes = static_cast<double>(descent_of(params, rows).epochs * rows);
    return passes * sizes.work() / of_a_second;
}

class Cnn final : public Model {
public:
    explicit Cnn(const Params& params) : params_(params) {}

    std::vector<double> predict(const Design& rows, Team& team) const override {
        return network_.predict(rows, team);
    }
    PlainModel plain() const override { return network_.plain(); }
    void save(Writer& out) const override { network_.save(out); }
    void load(Reader& in) override { network_.load(in); }

private:
    void learn(
        const View& train,
        const View& validation,
        std::size_t outputs,
        const FitContext& context
    ) override {
        const auto& form = train.rows->picture;
        const auto sizes = conv_sizes(params_, form, outputs);
        ConvNetwork::Learning how{descent_of(params_, train.size()), params_.at("dropout"), {}};
        const auto bytes = sizes.bytes_to_learn(how.descent.rows_of_step(train.size()));
        if (bytes > most_bytes)
            throw base::Error(
                "cnn",
                fmt::format(
                    "pictures of {} x {} would take {:.1f} GB to learn from, and {:.0f} are "
                    "allowed",
                    form.width,
                    form.height,
                    bytes / 1e9,
                    most_bytes / 1e9
                ),
                "set a smaller size in [features.pictures], more blocks, or fewer hidden units"
            );
        how.augmentation.shift = std::min(
            static_cast<std::size_t>(params_.at("shift")), std::min(form.width, form.height) / 8
        );
        how.augmentation.mirrored = params_.at("mirror") > 0;
        network_.start(sizes, context.seed);
        network_.lower(context.loss, context.quantile);
        network_.descend(train, validation, how, context);
    }

    Params params_;
    ConvNetwork network_;
};

std::vector<Hyperparameter> shape_parameters() {
    return {
        {.name = "channels",
         .words = "of the first block; each that follows has twice as many",
         .usual = 32,
         .low = 8,
         .high = 64,
         .logarithmic = true,
         .whole = true,
         .at_least = 1,
         .at_most = 512,
         .grid = {16, 32}},
        {.name = "blocks",
         .words = "of convolution and pooling",
         .usual = 2,
         .whole = true,
         .at_least = 1,
         .at_most = 6},
        {.name = "hidden",
         .words = "units of the hidden layer",
         .usual = 128,
         .whole = true,
         .at_least = 1,
         .at_most = 8192},
    };
}

std::vector<Hyperparameter> learning_parameters() {
    return {
        {.name = "dropout",
         .words = "share of the units before and behind the hidden layer that a step does not see",
         .usual = 0.3,
         .low = 0,
         .high = 0.6,
         .at_most = 0.9,
         .grid = {0.2, 0.4}},
        {.name = "rate",
         .words = "of the first steps",
         .usual = 0.002,
         .low = 5e-4,
         .high = 4e-3,
         .logarithmic = true,
         .grid = {1e-3, 2e-3}},
        {.name = "l2", .words = "how far weights are drawn to 0", .usual = 1e-4},
        {.name = "shift",
         .words =
             "pixels that a training picture is moved at most, each time it is seen; an eighth "
             "of its size at most",
         .usual = 1,
         .low = 0,
         .high = 4,
         .whole = true,
         .at_most = 64,
         .grid = {0, 2}},
        {.name = "mirror",
         .words = "1: half of the training pictures are seen left for right; not for letters",
         .usual = 0,
         .low = 0,
         .high = 1,
         .whole = true,
         .at_most = 1,
         .grid = {0, 1}},
        {.name = "epochs", .words = "at most; 0 by the number of pictures", .whole = true},
        {.name = "batch",
         .words = "pictures of one step; an eighth of them all at most",
         .usual = 128,
         .whole = true,
         .at_least = 1},
        {.name = "patience",
         .words = "epochs without gain before the end; an eighth of them all at least",
         .usual = 4,
         .whole = true},
        balance_parameter(),
    };
}

std::vector<Hyperparameter> cnn_parameters() {
    auto all = shape_parameters();
    for (auto& parameter : learning_parameters()) all.push_back(std::move(parameter));
    return all;
}

}  // namespace

const ModelKind& cnn_kind() {
    static const ModelKind kind{
        .name = "cnn",
        .words = "convolutional network",
        .hyperparameters = cnn_parameters(),
        .takes = Takes::pictures,
        .soft_labels = true,
        .losses = all_losses(),
        .seconds = seconds_of,
        .make = [](const Params& params) -> std::unique_ptr<Model> {
            return std::make_unique<Cnn>(params);
        },
        .shares = [](const Design&, std::size_t) { return Sharing::work; }};
    return kind;
}

}  // namespace training
