#pragma once

#include <memory>
#include <span>
#include <vector>

#include "training/models/model.hpp"

namespace training {

// Each kind is declared in the file of its name; model.cpp lists them.
const ModelKind& majority_kind();
const ModelKind& rule_kind();
const ModelKind& softmax_kind();
const ModelKind& logistic_kind();
const ModelKind& svm_kind();
const ModelKind& nbsvm_kind();
const ModelKind& multinomial_kind();
const ModelKind& complement_kind();
const ModelKind& bernoulli_kind();
const ModelKind& gaussian_kind();
const ModelKind& ridge_kind();
const ModelKind& lasso_kind();
const ModelKind& elastic_net_kind();
const ModelKind& neighbours_kind();
const ModelKind& forest_kind();
const ModelKind& boosting_kind();
const ModelKind& mlp_kind();
const ModelKind& cnn_kind();
const ModelKind& crf_kind();
const ModelKind& bradley_terry_kind();
const ModelKind& by_length_kind();
const ModelKind& by_field_kind();
// In training/models/unsupervised/.
const ModelKind& kmeans_kind();
const ModelKind& mini_batch_kind();
const ModelKind& mixture_kind();
const ModelKind& dbscan_kind();
const ModelKind& hdbscan_kind();
const ModelKind& pca_kind();
const ModelKind& svd_kind();
const ModelKind& nmf_kind();
const ModelKind& lda_kind();
const ModelKind& isolation_kind();

// The weight of each row times that of its class: n / (classes * weight of the class) for `balance`
// 1, 1 for 0, between by interpolation. Empty where each is 1.
// `company`: its members have a stretch of the rows each.
std::vector<float>
row_weights(const View& rows, std::size_t classes, double balance, Company* company = nullptr);
inline float weight_at(std::span<const float> weights, std::size_t row) {
    return weights.empty() ? 1.0F : weights[row];
}
// The hyper-parameter of that name, the same in every kind that learns classes.
const Hyperparameter& balance_parameter();

// What is left of an unsure label for each of the other classes.
inline float rest_of(float sure, std::size_t classes) {
    if (classes < 2) return 0;
    return static_cast<float>((1 - static_cast<double>(sure)) / static_cast<double>(classes - 1));
}

// Calls `see(class, share)` for the classes of a row: its one class with share 1, or each that is
// possible with its probability where the labels are soft.
template <typename See>
void for_each_class(const View& rows, std::size_t row, std::size_t classes, const See& see) {
    if (rows.soft.empty()) {
        see(static_cast<std::size_t>(rows.classes[row]), 1.0F);
        return;
    }
    if (rows.soft.size() == rows.size()) {
        const auto own = static_cast<std::size_t>(rows.classes[row]);
        const float sure = rows.soft[row];
        const float rest = rest_of(sure, classes);
        if (rest > 0)
            for (std::size_t c = 0; c < own; ++c) see(c, rest);
        if (sure > 0) see(own, sure);
        if (rest > 0)
            for (std::size_t c = own + 1; c < classes; ++c) see(c, rest);
        return;
    }
    for (std::size_t c = 0; c < classes; ++c)
        if (const float share = rows.soft[row * classes + c]; share > 0) see(c, share);
}

// What values are measured from and by, so that rates mean the same whatever their unit: mean and
// deviation; of losses that far values do not move, the quantile and a deviation that they do not
// move either; of counts 0 and 1. Throws base::Error if a count is negative.
struct Centre {
    double middle = 0;
    double scale = 1;  // values are multiplied by it
};
Centre centre_of(const View& rows, Loss loss, double quantile);
// The weighted mean of the targets.
double mean_target(const View& rows);

// Every loss, for kinds that can lower each.
std::vector<Loss> all_losses();

// In place: exp(x) over their sum, without overflow. Returns the logarithm of the sum of
// exponentials.
double softmax(std::span<double> scores);

}  // namespace training
