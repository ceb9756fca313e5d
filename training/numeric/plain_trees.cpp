// Trees as the library's JSON has them (its doc/model.schema). What it adds to their sums is found
// by asking it: the meaning of its base_score differs by objective and version.
#include <boost/json.hpp>

#include <limits>

#include "training/numeric/booster.hpp"
#include "training/numeric/trees.hpp"

namespace training {

namespace {

namespace json = boost::json;

template <typename T>
std::vector<T> list_of(const json::object& tree, const char* name) {
    std::vector<T> out;
    for (const auto& value : tree.at(name).as_array())
        out.push_back(
            value.is_bool() ? static_cast<T>(value.get_bool())
                            : static_cast<T>(value.to_number<double>())
        );
    return out;
}

PlainTree tree_of(const json::object& tree, std::size_t margin) {
    PlainTree out;
    out.left = list_of<int>(tree, "left_children");
    out.right = list_of<int>(tree, "right_children");
    out.feature = list_of<int>(tree, "split_indices");
    out.threshold = list_of<float>(tree, "split_conditions");
    for (int left : list_of<int>(tree, "default_left")) out.missing_left.push_back(left != 0);
    out.margin = margin;
    return out;
}

// Of a row that has nothing.
float leaf_of_nothing(const PlainTree& tree) {
    std::size_t at = 0;
    while (tree.left[at] >= 0)
        at = static_cast<std::size_t>(tree.missing_left[at] ? tree.left[at] : tree.right[at]);
    return tree.threshold[at];
}

}  // namespace

PlainTrees Trees::plain() const {
    const auto document = json::parse(booster_->json()).as_object();
    const auto& model = document.at("learner").at("gradient_booster").at("model").as_object();
    const auto& margins = model.at("tree_info").as_array();
    PlainTrees out;
    out.outputs = outputs_;
    out.forest = forest_;
    out.counts = loss_ == Loss::poisson && forest_ == 0 && outputs_ == 0;
    out.mean = mean_;
    out.scale = scale_;
    std::vector<double> sums(outputs_ > 2 ? outputs_ : 1);
    std::size_t number = 0;
    for (const auto& tree : model.at("trees").as_array()) {
        const auto margin = margins.at(number++).to_number<std::size_t>();
        out.trees.push_back(tree_of(tree.as_object(), margin));
        sums.at(margin) += static_cast<double>(leaf_of_nothing(out.trees.back()));
    }
    Design nothing;
    nothing.rows = 1;
    nothing.columns = columns_;
    nothing.values.assign(columns_, std::numeric_limits<float>::quiet_NaN());
    const TreeRows row(nothing);
    std::scoped_lock lock(mutex_);
    const auto whole = booster_->margins(row.get());
    for (std::size_t i = 0; i < sums.size(); ++i)
        out.base.push_back(static_cast<float>(static_cast<double>(whole.at(i)) - sums[i]));
    return out;
}

}  // namespace training
