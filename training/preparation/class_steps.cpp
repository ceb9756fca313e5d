// Rows of rare classes again, as they are or between their neighbours (SMOTE: Chawla and others
// 2002). Neighbours are looked for when a row is made, among 2,000 of its class by chance at most.
#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "base/error.hpp"
#include "training/preparation/augmentation.hpp"

namespace training {

namespace {

// Rows of classes that have fewer than such a share of the rows of the largest, drawn until they
// have as many.
class Resample : public Augmentation {
public:
    explicit Resample(Settings& settings)
        : Augmentation(settings), share_(settings.number("share", 1)) {
        if (!(share_ > 0 && share_ <= 1))
            settings.fail("'share' is not between 0 and 1", "write share = 0.5");
        if (copies() != 1) settings.fail("makes as many rows as are wanted", "leave 'copies' out");
    }
    std::vector<std::size_t> chosen(
        const Examples& rows,
        std::span<const std::size_t> so_far,
        std::uint64_t seed
    ) const override {
        if (!rows.has_classes())
            throw base::Error(
                "preparation",
                "rows of rare classes are wanted, and the labels are not one class each",
                "leave 'resample' and 'smote' out"
            );
        std::map<int, std::vector<std::size_t>> of_class;
        for (std::size_t row = 0; row < rows.rows; ++row)
            of_class[rows.classes[row]].push_back(row);
        std::map<int, std::size_t> have;
        for (const auto row : so_far) ++have[rows.classes[row]];
        std::size_t most = 0;
        for (const auto& [c, count] : have) most = std::max(most, count);
        const auto wanted = static_cast<std::size_t>(share_ * static_cast<double>(most));
        std::vector<std::size_t> out;
        for (auto& [c, own] : of_class) {
            // All of them in turn, in an order by chance, so that none is drawn much more often.
            const base::CounterRandom random(seed, 31 + static_cast<std::uint64_t>(c));
            random.shuffle(std::span(own));
            for (std::size_t drawn = 0; have[c] + drawn < wanted; ++drawn)
                out.push_back(own[drawn % own.size()]);
        }
        return out;
    }

private:
    double share_;
};

// The same, and the numbers of each such row moved towards one of its nearest of the class, and of
// the fold, where a cross-validation follows.
class Smote : public Resample {
public:
    explicit Smote(Settings& settings)
        : Resample(settings), neighbours_(settings.number("neighbours", 5)) {
        if (!(neighbours_ >= 1 && neighbours_ <= 100) || neighbours_ != std::floor(neighbours_))
            settings.fail("'neighbours' is not 1 to 100", "give how many may be moved towards");
    }
    void fit(const Examples& train) override {
        if (train.columns.empty())
            throw base::Error(
                "preparation",
                "the records have no numbers between which 'smote' could make rows",
                "use 'resample'"
            );
        alike_.clear();
        const auto width = train.columns.size();
        std::vector<double> scale(width);
        for (std::size_t c = 0; c < width; ++c) scale[c] = scale_of(train, c);
        for (std::size_t row = 0; row < train.rows && train.has_classes(); ++row)
            alike_[place_of(train, row)].push_back(row);
        rows_ = train.numeric;
        scale_ = std::move(scale);
    }
    void alter(Examples& all, std::size_t row, const base::CounterRandom& random) const override {
        const auto width = all.columns.size();
        auto* own = all.numeric.data() + row * width;
        const auto near = nearest(own, alike_.at(place_of(all, row)), random);
        if (near.empty()) return;
        const auto* other = rows_.data() + near[random.below(0, near.size())] * width;
        const double way = random.unit(1);
        for (std::size_t c = 0; c < width; ++c) {
            if (std::isnan(own[c]) || std::isnan(other[c])) continue;
            if (all.columns[c].type == schema::Column::Type::number)
                own[c] += way * (other[c] - own[c]);
            else if (way > 0.5)
                own[c] = other[c];  // a category, flag or time is of one of the two
        }
    }

private:
    static constexpr std::size_t most_looked_at = 2'000;  // of a class

    // Class and fold: what is made between rows of two folds would tell a model of both.
    static std::pair<int, int> place_of(const Examples& of, std::size_t row) {
        return {of.classes[row], of.folds.empty() ? 0 : of.folds[row]};
    }
    static double scale_of(const Examples& train, std::size_t column) {
        double sum = 0, squares = 0, known = 0;
        for (std::size_t row = 0; row < train.rows; ++row) {
            const double value = train.numeric[row * train.columns.size() + column];
            if (!std::isfinite(value)) continue;
            sum += value;
            squares += value * value;
            known += 1;
        }
        const double spread = known > 0 ? squares / known - sum / known * (sum / known) : 0;
        return spread > 0 ? 1 / spread : 0;
    }
    double distance(const double* a, const double* b) const {
        double out = 0;
        for (std::size_t c = 0; c < scale_.size(); ++c)
            if (std::isfinite(a[c]) && std::isfinite(b[c]))
                out += scale_[c] * (a[c] - b[c]) * (a[c] - b[c]);
        return out;
    }
    // Of rows that are not the same, of so many by chance at most.
    std::vector<std::size_t> nearest(
        const double* own,
        const std::vector<std::size_t>& rows,
        const base::CounterRandom& random
    ) const {
        std::vector<std::pair<double, std::size_t>> found;
        const auto looked = std::min(rows.size(), most_looked_at);
        for (std::size_t i = 0; i < looked; ++i) {
            const auto at = looked == rows.size() ? i : random.below(10 + i, rows.size());
            const double far = distance(own, rows_.data() + rows[at] * scale_.size());
            if (far > 0) found.emplace_back(far, rows[at]);
        }
        const auto wanted = std::min(found.size(), static_cast<std::size_t>(neighbours_));
        std::partial_sort(
            found.begin(), found.begin() + static_cast<std::ptrdiff_t>(wanted), found.end()
        );
        std::vector<std::size_t> out;
        for (std::size_t i = 0; i < wanted; ++i) out.push_back(found[i].second);
        return out;
    }

    double neighbours_;
    std::map<std::pair<int, int>, std::vector<std::size_t>> alike_;
    std::vector<double> rows_, scale_;
};

constexpr std::array kinds{
    StepKind{
        "resample",
        "share",
        "rows of rare classes again, until each has such a share of the largest's",
        made<Resample>},
    StepKind{
        "smote",
        "share, neighbours",
        "the same, with numbers between those of a row and of one of its nearest of the class",
        made<Smote>},
};

}  // namespace

std::span<const StepKind> class_steps() {
    return kinds;
}

}  // namespace training
