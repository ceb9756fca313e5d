#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/words.hpp"
#include "training/company/company.hpp"
#include "training/models/plain_model.hpp"
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
    double at_least = 0;  // what is given must lie between these; what is searched does
    double at_most = std::numeric_limits<double>::infinity();
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

// That one row is to come before another.
struct RowPair {
    std::uint32_t better = 0, worse = 0;
    float weight = 1;
};

// Rows with what is to be learnt: classes 0 .. outputs - 1, or values when `classes` is empty, or
// nothing when both are.
struct View {
    const Design* rows = nullptr;
    std::span<const int> classes = {};
    std::span<const double> targets = {};
    std::span<const float> weights = {};  // how much each row counts, at least 0; empty: each 1
    // Row-major, rows x outputs: how sure each class is, as truth inference says it; a row sums to
    // 1. Or one a row: how sure its class is, what is left evenly the others'. Empty: `classes` are
    // certain. Kinds without `soft_labels` refuse them. Read by for_each_class (models.hpp).
    std::span<const float> soft = {};
    // Row-major, rows x outputs, 0 or 1: the classes of each row, of which it may have any number.
    // Read by LabelSets (label_sets.hpp) in the place of `classes`.
    std::span<const std::uint8_t> marks = {};
    // In the place of labels of rows.
    std::span<const RowPair> pairs = {};

    std::size_t size() const { return rows ? rows->rows : 0; }
};

// What is lowered where values are learnt.
enum class Loss { squared, absolute, huber, quantile, poisson };

constexpr auto words_of(Loss) {
    return std::to_array<base::Word<Loss>>({
        {Loss::squared, "squared", "squared error: the mean"},
        {Loss::absolute, "absolute", "absolute error: the median"},
        {Loss::huber, "huber", "squared up to a deviation, absolute beyond"},
        {Loss::quantile, "quantile", "the value that a share `quantile` of the rows lies below"},
        {Loss::poisson, "poisson", "counts, with a logarithm as link"},
    });
}

struct FitContext {
    std::uint64_t seed = 1;
    std::stop_token stop;
    OnProgress progress;
    Team* team = nullptr;
    Loss loss = Loss::squared;  // of values; one of the kind's losses
    double quantile = 0.5;      // for Loss::quantile, between 0 and 1
    // The processes that fit together, if there are several. Model::fit() gives it to learn() of
    // those kinds alone that share their fits (ModelKind::shares).
    Company* company = nullptr;
    // Of the company's first member where rows are shared: all rows, of which it learns a stretch.
    const View* whole = nullptr;
};

struct ModelKind;

// A model that learns classes (predicting probabilities) or values. Same data, parameters and seed
// give the same bits, whatever the number of threads.
class Model {
public:
    virtual ~Model() = default;

    // Learns from `train`; `validation` may be empty, else it decides when to stop. `outputs` is
    // the number of classes, 0 for values. Throws base::Interrupted when a stop is requested,
    // base::Error in one line if the kind does not learn such data, or cannot learn from these.
    void
    fit(const View& train, const View& validation, std::size_t outputs, const FitContext& context);

    // The same of a member of a company that is not the first, with what that has sent it, see
    // training/company/shared_fit.hpp. The model is of no use afterwards.
    void take_part(
        const View& train,
        const View& validation,
        std::size_t outputs,
        const FitContext& context
    ) {
        learn(train, validation, outputs, context);
    }

    // Row-major, rows x classes probabilities, or one value per row.
    virtual std::vector<double> predict(const Design& rows, Team& team) const = 0;

    // Of trees: what all splits by a column of the rows gained, by column.
    virtual std::vector<std::pair<std::size_t, double>> gains() const { return {}; }

    // What it computes, where the kind lays that open.
    virtual PlainModel plain() const { return {}; }

    virtual void save(Writer& out) const = 0;
    virtual void load(Reader& in) = 0;

private:
    friend std::unique_ptr<Model> make_model(std::string_view kind, const Params& params);
    friend std::unique_ptr<Model> make_set_model(std::string_view kind, const Params& params);
    // As fit(), with what the kind declares checked.
    virtual void learn(
        const View& train,
        const View& validation,
        std::size_t outputs,
        const FitContext& context
    ) = 0;

    // learn(), by the company where there is one and the kind shares its fits.
    void learn_or_share(
        const View& train,
        const View& validation,
        std::size_t outputs,
        const FitContext& context
    );

    const ModelKind* kind_ = nullptr;
    std::optional<Params> params_;  // of one model; a set has several, each of which is fitted
};

// What a kind learns. What it does not learn is refused in one line.
enum class Learns { classes, values, both, nothing, spans, order };

constexpr auto words_of(Learns) {
    return std::to_array<base::Word<Learns>>({
        {Learns::classes, "classes", "probabilities of classes"},
        {Learns::values, "values", "a number"},
        {Learns::both, "classes or values", "either"},
        {Learns::spans, "spans", "labelled parts of texts"},
        {Learns::order, "order", "which of several candidates is better"},
        {Learns::nothing, "nothing", "it looks for structure and needs no labels"},
    });
}

// What a kind that learns nothing says of a row; see Finder for the numbers.
enum class Finds { nothing, clusters, memberships, components, scores };

constexpr auto words_of(Finds) {
    return std::to_array<base::Word<Finds>>({
        {Finds::nothing, "nothing", "it predicts what it learnt"},
        {Finds::clusters, "clusters", "the cluster of each record, or that it is in none"},
        {Finds::memberships, "memberships", "how much each record belongs to each group"},
        {Finds::components, "components", "coordinates in fewer dimensions"},
        {Finds::scores, "scores", "how odd each record is, between 0 and 1"},
    });
}

// Which rows a kind takes: with texts they are sparse.
enum class Takes { all, texts, numbers, pictures, sequences };

constexpr auto words_of(Takes) {
    return std::to_array<base::Word<Takes>>({
        {Takes::all, "all", "texts, numbers and pictures"},
        {Takes::texts, "texts", "records with a text"},
        {Takes::numbers, "numbers", "numbers or pictures without a text"},
        {Takes::pictures, "pictures", "the pixels of pictures and nothing else"},
        {Takes::sequences, "sequences", "the words of texts with spans"},
    });
}

// What the processes of a company share of a fit. Each then runs the kind's learn(), which adds up
// what they found; what they come to is what one process comes to.
enum class Sharing {
    nothing,
    rows,  // each has a stretch of the rows, and sums over rows are added: equal within 1e-6
    work,  // each has all rows, and does a part of each step: equal to the bit
};

// A kind of model, as its file in training/models/ declares it. Whoever wants to know something of
// a kind asks here; none is known by its name elsewhere.
struct ModelKind {
    std::string name;
    std::string words;  // for people
    std::vector<Hyperparameter> hyperparameters = {};
    bool baseline = false;    // looks at no feature: others are measured by it; one class is enough
    bool dense_text = false;  // takes every feature of every row: texts become fewer columns
    Learns learns = Learns::both;
    Takes takes = Takes::all;
    Finds finds = Finds::nothing;                // only, and always, of kinds that learn nothing
    bool counts = false;                         // its words are counts, not weights
    bool soft_labels = false;                    // learns from how sure a label is (View::soft)
    std::vector<Loss> losses = {Loss::squared};  // of values
    // What a fit with the defaults takes of one thread of a usual processor, about; nullptr: so
    // little that nobody asks.
    double (*seconds)(const PictureForm& form, std::size_t rows, std::size_t outputs) = nullptr;
    std::unique_ptr<Model> (*make)(const Params& params) = nullptr;
    Sharing (*shares)(const Design& rows, std::size_t outputs) = nullptr;  // nullptr: nothing
};
// Of a fit of such rows; of few it is nothing, which are sooner learnt than sent.
Sharing shares_of(const ModelKind& kind, const View& train, std::size_t outputs);

// The name that stands for the kind that suits the data best.
inline constexpr std::string_view automatic_model = "auto";
// model_kinds() and `automatic_model`.
const std::vector<std::string>& model_choices();
// Throws base::UsageError for a kind or parameters that there are not.
void check_model(std::string_view kind, const Params& params);

// Whether a kind looks for structure and needs no labels; `automatic_model` does not.
bool finds_structure(std::string_view kind);
// Throws base::UsageError for an unknown name.
const ModelKind& model_kind(std::string_view name);
// The names of all kinds, baselines first.
const std::vector<std::string>& model_kinds();
// `params` over the defaults; throws base::UsageError for an unknown name or a value that is not
// finite.
// "1 to 30", for people.
std::string allowed_values(const Hyperparameter& parameter);
Params complete(std::string_view kind, const Params& params);
std::unique_ptr<Model> make_model(std::string_view kind, const Params& params);
// A model of that kind for each class of sets: LabelSets.
std::unique_ptr<Model> make_set_model(std::string_view kind, const Params& params);
// Whether a kind learns `wanted`; those of both learn classes and values.
bool learns(const ModelKind& kind, Learns wanted);
// Throws base::Error in one line if the kind does not learn `wanted`.
void check_learns(const ModelKind& kind, Learns wanted);
// Throws base::UsageError in one line if the kind does not learn from soft labels.
void check_soft(const ModelKind& kind);
// The kinds with their hyper-parameters: docs/reference/models.md.
std::string models_reference();

}  // namespace training
