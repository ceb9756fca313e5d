#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "training/numeric/bytes.hpp"
#include "training/numeric/design.hpp"
#include "training/numeric/team.hpp"

namespace training {

// Hyper-parameters by name. A name that a model does not declare is refused.
using Params = std::map<std::string, double>;

// One hyper-parameter of a model: what it does, its default, and the values that a search may try.
struct Hyperparameter {
    std::string name;
    std::string words;  // for people
    double usual = 0;
    double low = 0;
    double high = 0;
    bool logarithmic = false;
    bool whole = false;
    std::vector<double> grid =
        {};  // the values of a grid search; empty: it stays as it is in every search
};

// How far a fit is: epoch `done` of at most `total`.
struct Progress {
    std::string stage;  // "features", "fit", "tune"
    std::size_t done = 0;
    std::size_t total = 0;
    double loss = 0;                   // mean training loss of the epoch
    std::optional<double> validation;  // loss on validation, where there is one
};
using OnProgress = std::function<void(const Progress&)>;

// Rows with what is to be learnt: classes 0 .. outputs - 1, or values when `classes` is empty.
struct View {
    const detail::Design* rows = nullptr;
    std::span<const int> classes;
    std::span<const double> targets;

    std::size_t size() const { return rows ? rows->rows : 0; }
};

struct FitContext {
    std::uint64_t seed = 1;
    std::stop_token stop;
    OnProgress progress;
    detail::Team* team = nullptr;
};

// A model that learns classes (predicting probabilities) or values. Same data, parameters and seed
// give the same bits, whatever the number of threads.
class Model {
public:
    virtual ~Model() = default;

    // Learns from `train`; `validation` may be empty, else it decides when to stop. `outputs` is
    // the number of classes, 0 for values. Throws base::Interrupted when a stop is requested,
    // base::Error if the data cannot be learnt from.
    virtual void
    fit(const View& train, const View& validation, std::size_t outputs, const FitContext& context
    ) = 0;

    // Row-major, rows x classes probabilities, or one value per row.
    virtual std::vector<double> predict(const detail::Design& rows, detail::Team& team) const = 0;

    virtual void save(detail::Writer& out) const = 0;
    virtual void load(detail::Reader& in) = 0;
};

// A kind of model, as its file in training/models/ declares it. Whoever wants to know something of
// a kind asks here; none is known by its name elsewhere.
struct ModelKind {
    std::string name;
    std::string words;  // for people
    std::vector<Hyperparameter> hyperparameters = {};
    bool baseline = false;    // looks at no feature: others are measured by it; one class is enough
    bool dense_text = false;  // takes every feature of every row: texts become fewer columns
    std::unique_ptr<Model> (*make)(const Params& params) = nullptr;
};

// Throws base::UsageError for an unknown name.
const ModelKind& model_kind(std::string_view name);
// The names of all kinds, baselines first.
const std::vector<std::string>& model_kinds();
// `params` over the defaults; throws base::UsageError for an unknown name or a value that is not
// finite.
Params complete(std::string_view kind, const Params& params);
std::unique_ptr<Model> make_model(std::string_view kind, const Params& params);

}  // namespace training
