// Marks in pictures that may be wrong: boxes and outlines by what models that have not seen the
// pictures find there, points by how far they lie from where such models say that they are.
#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/numbers/statistics.hpp"
#include "training/analysis/labels/out_of_fold.hpp"
#include "training/analysis/parts/mark_errors.hpp"
#include "training/analysis/parts/part_findings.hpp"
#include "training/answers/pictures/box_model.hpp"

namespace training {

namespace {

constexpr std::size_t marks_told = 3;  // suspected ones of a record
constexpr double near_enough = 0.5;    // likeness that points usually have, to judge others by
constexpr double far_off = 0.5, confidently_off = 0.25;

// Some boxes as people read them: "disc at 10,20 30x40".
class ToldBoxes {
public:
    ToldBoxes(const AskedQuestion& question, std::array<int, 2> size)
        : question_(question), size_(size) {}
    void add(const MarkedBox& one) {
        if (++count_ > marks_told) return;
        text_ += fmt::format(
            "{}{} at {:.0f},{:.0f} {:.0f}x{:.0f}",
            text_.empty() ? "" : ", ",
            question_.classes.at(one.label),
            one.box.x * size_[0],
            one.box.y * size_[1],
            one.box.width * size_[0],
            one.box.height * size_[1]
        );
    }
    std::string text() const {
        if (count_ == 0) return "none";
        return count_ > marks_told ? fmt::format("{} and {} more", text_, count_ - marks_told)
                                   : text_;
    }

private:
    const AskedQuestion& question_;
    std::array<int, 2> size_;
    std::string text_;
    std::size_t count_ = 0;
};

std::vector<JudgedBoxes> beside_marks(
    const AskedQuestion& question,
    const RunRows& rows,
    std::vector<std::vector<MarkedBox>> said
) {
    std::vector<JudgedBoxes> out;
    for (std::size_t row = 0; row < rows.items.size(); ++row)
        out.push_back(
            {boxes_in(question, rows.examples.answers[row], size_of(rows.examples, row)),
             std::move(said[row])}
        );
    return out;
}

std::vector<Suspected> suspected_boxes(
    const AskedQuestion& question,
    const RunRows& rows,
    const std::vector<JudgedBoxes>& pictures,
    Analysis& analysis
) {
    std::map<std::string, ClassErrors*> by_class;
    for (auto& one : analysis.by_class) by_class[one.name] = &one;
    std::vector<Suspected> out;
    const auto found = mark_suspects(pictures);
    for (std::uint32_t row = 0; row < found.size(); ++row) {
        if (found[row].empty()) continue;
        const auto& [truth, said] = pictures[row];
        ToldBoxes given(question, size_of(rows.examples, row)), suggested = given;
        bool confident = false;
        for (const auto& one : found[row]) {
            const auto& doubted = one.truth ? truth[*one.truth] : said[*one.said];
            if (one.truth) given.add(truth[*one.truth]);
            if (one.said) suggested.add(said[*one.said]);
            if (const auto at = by_class.find(question.classes.at(doubted.label));
                at != by_class.end()) {
                ++at->second->suspects;
                at->second->confident += one.confident ? 1 : 0;
            }
            confident |= one.confident;
        }
        out.push_back(
            {&rows, row, found[row].front().quality, confident, given.text(), suggested.text()}
        );
    }
    std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) {
        return a.quality < b.quality;
    });
    return out;
}

// Pictures whose points are much less like those that are said than is usual; `errors`: one less
// the likeness, by row.
std::vector<Suspected> suspected_points(const RunRows& rows, const std::vector<double>& errors) {
    std::vector<double> likeness;
    for (double error : errors) likeness.push_back(1 - error);
    auto sorted = likeness;
    std::sort(sorted.begin(), sorted.end());
    const double usual = sorted.empty() ? 0 : base::quantile_of_sorted(sorted, 0.5);
    if (usual < near_enough)
        throw base::Error(
            "points", "the model says too few of them where they are to judge labels by it"
        );
    std::vector<Suspected> out;
    for (std::uint32_t row = 0; row < likeness.size(); ++row) {
        const double quality = std::min(1.0, likeness[row] / usual);
        if (quality < far_off)
            out.push_back(
                {&rows, row, quality, quality < confidently_off, {}, "points that lie elsewhere"}
            );
    }
    std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) {
        return a.quality < b.quality;
    });
    return out;
}

}  // namespace

void suspect_boxes(Findings& of, Analysis& analysis) {
    const auto& question = *of.loaded.question;
    std::vector<std::vector<Suspected>> parts;
    const auto judge = [&](const RunRows& rows, const std::vector<JudgedBoxes>& pictures) {
        analysis.label_errors_judged += rows.items.size();
        parts.push_back(suspected_boxes(question, rows, pictures, analysis));
    };
    judge(of.judged, of.errors.boxes);
    mark_confident(of, parts.back());
    const auto said = [&] {
        return numbers_of(boxes_out_of_fold(
            of.training.examples, of.loaded.spec, of.request.folds, of.request.stop
        ));
    };
    judge_training(of, analysis, said, [&](const RunRows& rows, const std::vector<double>& kept) {
        judge(
            rows,
            beside_marks(question, rows, boxes_of(kept, rows.items.size(), question.classes.size()))
        );
    });
    take_suspects(std::move(parts), of.request, analysis);
    estimate_share(analysis);
}

void suspect_points(Findings& of, Analysis& analysis) {
    std::vector<std::vector<Suspected>> parts;
    const auto judge = [&](const RunRows& rows, const std::vector<double>& errors) {
        parts.push_back(suspected_points(rows, errors));
        analysis.label_errors_judged += rows.items.size();
    };
    try {
        judge(of.judged, of.errors.errors);
        mark_confident(of, parts.back());
    } catch (const base::Error& failure) {
        analysis.notes.push_back(fmt::format("no label was judged: {}", failure.what()));
        return;
    }
    const auto said = [&] {
        return errors_out_of_fold(
            of.training.examples, of.loaded.spec, of.request.folds, of.request.stop
        );
    };
    judge_training(of, analysis, said, judge);
    take_suspects(std::move(parts), of.request, analysis);
    estimate_share(analysis);
}

}  // namespace training
