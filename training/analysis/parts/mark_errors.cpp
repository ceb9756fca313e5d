// What may be wrong with a mark is told by the best found box that speaks against it, and by the
// best that speaks for it: both are probabilities, so that a mark is as right as the one and as
// little wrong as the other.
#include "training/analysis/parts/mark_errors.hpp"

#include <algorithm>
#include <cmath>

#include "base/error.hpp"

namespace training {

namespace {

constexpr double same_place = 0.5, near_place = 0.1;

// Scores as probabilities: the mean of what is right, never falling with the score (pool adjacent
// violators).
class Sureness {
public:
    explicit Sureness(std::vector<std::pair<double, bool>> scored) {
        std::sort(scored.begin(), scored.end());
        for (const auto& [score, right] : scored) {
            steps_.push_back({score, right ? 1.0 : 0.0, 1});
            const auto falls = [&] {
                const auto &before = steps_[steps_.size() - 2], &last = steps_.back();
                return before.from == last.from || !(before.mean() < last.mean());
            };
            while (steps_.size() > 1 && falls()) {
                const auto last = steps_.back();
                steps_.pop_back();
                steps_.back().right += last.right;
                steps_.back().count += last.count;
            }
        }
    }
    double of(double score) const {
        const auto after =
            std::upper_bound(steps_.begin(), steps_.end(), score, [](double at, const Step& step) {
                return at < step.from;
            });
        return after == steps_.begin() ? 0 : std::prev(after)->mean();
    }

private:
    struct Step {
        double from = 0, right = 0, count = 0;
        double mean() const { return right / count; }
    };
    std::vector<Step> steps_;
};

// The found box of a picture that says most of a mark: how sure it is, times what `weigh` makes of
// class and overlap.
struct Best {
    double sure = 0;
    std::optional<std::size_t> said;
};
template <typename Weigh>
Best best_of(
    const JudgedBoxes& picture,
    const MarkedBox& mark,
    const Sureness& sureness,
    const Weigh& weigh
) {
    Best best;
    for (std::size_t s = 0; s < picture.said.size(); ++s) {
        const auto& one = picture.said[s];
        const double sure =
            sureness.of(one.score) * weigh(one.label == mark.label, overlap_of(one.box, mark.box));
        if (sure > best.sure) best = {sure, s};
    }
    return best;
}

// How often marks of a class are found, and how sure the model is of those that are.
struct ClassFound {
    double marks = 0, found = 0, sure = 0;
    double recall() const { return (found + 1) / (marks + 2); }
};

class Suspects {
public:
    Suspects(const Sureness& sureness, const std::vector<ClassFound>& classes)
        : sureness_(sureness), classes_(classes) {}

    std::vector<MarkSuspect> of(const JudgedBoxes& picture) {
        picture_ = &picture;
        out_.clear();
        for (std::size_t t = 0; t < picture.truth.size(); ++t) judge_mark(t);
        for (std::size_t s = 0; s < picture.said.size(); ++s) judge_found(s);
        std::stable_sort(out_.begin(), out_.end(), [](const auto& a, const auto& b) {
            return a.quality < b.quality;
        });
        return std::move(out_);
    }

private:
    void add(MarkSuspect one, std::size_t label) {
        if (!(one.quality < 0.5)) return;
        const auto& found = classes_.at(label);
        // Of a class that is never found nobody knows how sure is sure.
        one.confident = found.found > 0 && 1 - one.quality >= found.sure / found.found;
        out_.push_back(one);
    }
    void judge_mark(std::size_t t) {
        const auto& mark = picture_->truth[t];
        const auto best = [&](const auto& weigh) {
            return best_of(*picture_, mark, sureness_, weigh);
        };
        const auto as_it_is = best([](bool same, double overlap) {
            return same && overlap >= same_place ? 1.0 : 0.0;
        });
        const auto as_other = best([](bool same, double overlap) {
            return !same && overlap >= same_place ? 1.0 : 0.0;
        });
        if (as_other.said)
            add({PartFault::label, t, as_other.said, 1 - as_other.sure * (1 - as_it_is.sure)},
                mark.label);
        if (as_it_is.said || as_other.said) return;
        const auto beside = best([](bool same, double overlap) {
            return same && overlap >= near_place ? 1 - overlap / same_place : 0.0;
        });
        const auto at_all = best([](bool same, double overlap) {
            return same && overlap >= near_place ? 1.0 : 0.0;
        });
        if (beside.sure > 0.5) {
            add({PartFault::boundary, t, beside.said, 1 - beside.sure}, mark.label);
            return;
        }
        const double sure = classes_.at(mark.label).recall() * (1 - at_all.sure);
        add({PartFault::spurious, t, std::nullopt, 1 - sure}, mark.label);
    }
    void judge_found(std::size_t s) {
        const auto& one = picture_->said[s];
        const bool marked =
            std::any_of(picture_->truth.begin(), picture_->truth.end(), [&](const auto& mark) {
                return overlap_of(one.box, mark.box) >=
                       (mark.label == one.label ? near_place : same_place);
            });
        if (!marked)
            add({PartFault::missed, std::nullopt, s, 1 - sureness_.of(one.score)}, one.label);
    }

    const Sureness& sureness_;
    const std::vector<ClassFound>& classes_;
    const JudgedBoxes* picture_ = nullptr;
    std::vector<MarkSuspect> out_;
};

std::size_t classes_in(std::span<const JudgedBoxes> pictures) {
    std::size_t out = 0;
    for (const auto& picture : pictures)
        for (const auto* list : {&picture.truth, &picture.said})
            for (const auto& one : *list) out = std::max(out, one.label + 1);
    return out;
}

}  // namespace

std::vector<std::vector<MarkSuspect>> mark_suspects(std::span<const JudgedBoxes> pictures) {
    std::vector<std::pair<double, bool>> scored;        // found boxes: whether they are marked
    std::vector<std::pair<std::size_t, double>> found;  // of marks: class and score
    std::vector<ClassFound> classes(classes_in(pictures));
    for (const auto& picture : pictures) {
        for (const auto& mark : picture.truth) classes[mark.label].marks += 1;
        for (std::size_t label = 0; label < classes.size(); ++label)
            for (const auto& [said, truth] : paired_boxes(picture, label, same_place, 0)) {
                const auto score = picture.said[said].score;
                scored.emplace_back(score, truth.has_value());
                if (truth) found.emplace_back(label, score);
            }
    }
    const Sureness sureness(std::move(scored));
    for (const auto& [label, score] : found) {
        classes[label].found += 1;
        classes[label].sure += sureness.of(score);
    }
    Suspects suspects(sureness, classes);
    std::vector<std::vector<MarkSuspect>> out;
    for (const auto& picture : pictures) out.push_back(suspects.of(picture));
    return out;
}

std::vector<double> numbers_of(std::span<const std::vector<MarkedBox>> boxes) {
    std::vector<double> out;
    for (std::size_t row = 0; row < boxes.size(); ++row)
        for (const auto& [label, box, score] : boxes[row])
            for (double value :
                 {static_cast<double>(row),
                  static_cast<double>(label),
                  box.x,
                  box.y,
                  box.width,
                  box.height,
                  score})
                out.push_back(value);
    return out;
}

std::vector<std::vector<MarkedBox>>
boxes_of(std::span<const double> numbers, std::size_t pictures, std::size_t classes) {
    constexpr std::size_t width = 7;
    std::vector<std::vector<MarkedBox>> out(pictures);
    const auto place = [](double value, std::size_t below) {
        if (!(value >= 0 && value < static_cast<double>(below)))
            throw base::Error("kept boxes", "are of other pictures", "look again");
        return static_cast<std::size_t>(value);
    };
    for (std::size_t at = 0; at + width <= numbers.size(); at += width) {
        const auto* one = &numbers[at];
        out[place(one[0], pictures)].push_back(
            {place(one[1], classes), {one[2], one[3], one[4], one[5]}, one[6]}
        );
    }
    return out;
}

}  // namespace training
