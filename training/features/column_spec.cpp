#include "training/features/column_spec.hpp"

#include <algorithm>

#include "base/settings/settings.hpp"
#include "training/features/feature_spec.hpp"

namespace training {

const base::Settings<ColumnSpec> ColumnSpec::settings{
    {"impute", &ColumnSpec::impute, "what a missing number becomes; mean by default"},
    {"fill", &ColumnSpec::fill, "of impute = \"constant\"; 0 by default"},
    {"missing_flag",
     &ColumnSpec::missing_flag,
     "a 0/1 column beside it where training rows lack the value; true by default"},
    {"scale", &ColumnSpec::scale, "of numbers; auto by default"},
    {"encode", &ColumnSpec::encode, "of categories; one_hot by default"},
    {"min_count",
     &ColumnSpec::min_count,
     "values that come in fewer training rows are rare; 2 by default",
     {.low = 1}},
    {"max_levels",
     &ColumnSpec::max_levels,
     "so many of the most frequent values at most, others are rare; 256 by default",
     {.low = 1, .high = 100000}},
    {"rare",
     &ColumnSpec::rare,
     "one more column for rare and unknown values of one_hot; false by default"},
    {"buckets", &ColumnSpec::buckets, "of hashing; 64 by default", {.low = 2, .high = 65536}},
    {"smoothing",
     &ColumnSpec::smoothing,
     "of target: so many rows with the mean label are added to each value; 10 by default",
     {.low = 0}},
    {"dates", &ColumnSpec::dates, "parts that become columns of times, in the place of seconds"},
};

const base::Settings<FeatureSpec> FeatureSpec::settings{
    {"text", &FeatureSpec::use_text, "titles and texts"},
    {"numeric", &FeatureSpec::use_numeric, "numbers and categories"},
    {"pixels", &FeatureSpec::use_pixels, "pictures"},
    {"include",
     &FeatureSpec::columns,
     &ColumnsSpec::include,
     "these columns alone; all by default"},
    {"exclude", &FeatureSpec::columns, &ColumnsSpec::exclude, "columns that are no features"},
    {"texts", &FeatureSpec::text, "how texts become features"},
    {"columns", &FeatureSpec::columns, &ColumnsSpec::all, "how columns become features"},
    {"column",
     &FeatureSpec::columns,
     &ColumnsSpec::one,
     "how a column of that name does, over what is said of all"},
    {"pictures", &FeatureSpec::pictures, "how pictures become features"},
};

ColumnPlan ColumnSpec::over(ColumnPlan plan) const {
    const auto take = [](const auto& said, auto& planned) {
        if (said) planned = *said;
    };
    take(impute, plan.impute);
    take(fill, plan.fill);
    take(missing_flag, plan.missing_flag);
    take(scale, plan.scale);
    take(encode, plan.encode);
    take(min_count, plan.min_count);
    take(max_levels, plan.max_levels);
    take(rare, plan.rare);
    take(buckets, plan.buckets);
    take(smoothing, plan.smoothing);
    take(dates, plan.dates);
    return plan;
}

bool ColumnsSpec::takes(const std::string& column) const {
    const auto in = [&](const auto& names) {
        return std::find(names.begin(), names.end(), column) != names.end();
    };
    return (include.empty() || in(include)) && !in(exclude);
}

ColumnPlan ColumnsSpec::plan(const std::string& column) const {
    auto plan = all.over({});
    const auto own = one.find(column);
    return own == one.end() ? plan : own->second.over(plan);
}

}  // namespace training
