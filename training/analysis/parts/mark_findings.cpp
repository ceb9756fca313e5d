// Marks in pictures that may be wrong: boxes and outlines by what models that have not seen the
// pictures find there, points by where such models say that they are.
#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "training/analysis/labels/out_of_fold.hpp"
#include "training/analysis/parts/mark_errors.hpp"
#include "training/analysis/parts/part_findings.hpp"
#include "training/analysis/parts/point_errors.hpp"
#include "training/answers/pictures/box_model.hpp"

namespace training {

namespace {

constexpr std::size_t marks_told = 3;  // suspected ones of a record

// Some marks as people read them: "disc at 10,20 30x40, disc at 0,0 3x3 and 2 more".
class Told {
public:
    void add(std::string_view one) {
        if (++count_ > marks_told) return;
        text_ += fmt::format("{}{}", text_.empty() ? "" : ", ", one);
    }
    std::string text() const {
        if (count_ == 0) return "none";
        return count_ > marks_told ? fmt::format("{} and {} more", text_, count_ - marks_told)
                                   : text_;
    }

private:
    std::string text_;
    std::size_t count_ = 0;
};

std::string
told(const AskedQuestion& question, const MarkedBox& one, const std::array<int, 2>& size) {
    return fmt::format(
        "{} at {:.0f},{:.0f} {:.0f}x{:.0f}",
        question.classes.at(one.label),
        one.box.x * size[0],
        one.box.y * size[1],
        one.box.width * size[0],
        one.box.height * size[1]
    );
}

// Counts a suspect at its class.
class OfClasses {
public:
    explicit OfClasses(Analysis& analysis) {
        for (auto& one : analysis.by_class) by_name_[one.name] = &one;
    }
    void count(const std::string& name, bool confident) {
        const auto at = by_name_.find(name);
        if (at == by_name_.end()) return;
        ++at->second->suspects;
        at->second->confident += confident ? 1 : 0;
    }

private:
    std::map<std::string, ClassErrors*> by_name_;
};

void by_quality(std::vector<Suspected>& all) {
    std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
        return a.quality < b.quality;
    });
}

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
    OfClasses classes(analysis);
    std::vector<Suspected> out;
    const auto found = mark_suspects(pictures);
    for (std::uint32_t row = 0; row < found.size(); ++row) {
        if (found[row].empty()) continue;
        const auto& [truth, said] = pictures[row];
        const auto size = size_of(rows.examples, row);
        Told given, suggested;
        bool confident = false;
        for (const auto& one : found[row]) {
            const auto& doubted = one.truth ? truth[*one.truth] : said[*one.said];
            if (one.truth) given.add(told(question, truth[*one.truth], size));
            if (one.said) suggested.add(told(question, said[*one.said], size));
            classes.count(question.classes.at(doubted.label), one.confident);
            confident |= one.confident;
        }
        out.push_back(
            {&rows, row, found[row].front().quality, confident, given.text(), suggested.text()}
        );
    }
    by_quality(out);
    return out;
}

using SaidPoints = std::map<std::string, KeyPoints>;

SaidPoints points_in(const std::string& answer) {
    SaidPoints out;
    if (answer.empty()) return out;
    for (auto& [name, things] : things_in(answer)) out[name] = std::move(things.front());
    return out;
}

// What a suspect is, and what is likelier: "point 2 of hand at 10,20", "at 14,20". Points count
// from 1, as people do.
std::array<std::string, 2> told(const PointSuspect& one, const JudgedPoints& picture) {
    if (!one.point) return {fmt::format("no {}", one.thing), fmt::format("a {}", one.thing)};
    const auto name = fmt::format("point {} of {}", *one.point + 1, one.thing);
    const auto at = [&](const KeyPoints& points) {
        return fmt::format("{:.0f},{:.0f}", points[*one.point].x, points[*one.point].y);
    };
    if (one.swapped)
        return {
            fmt::format("points {} and {} of {}", *one.point + 1, *one.swapped + 1, one.thing),
            fmt::format("points {} and {} of {}", *one.swapped + 1, *one.point + 1, one.thing)};
    const auto said = [&] { return fmt::format("{} at {}", name, at(picture.said.at(one.thing))); };
    if (one.fault == PartFault::missed) return {"no " + name, said()};
    const auto given = fmt::format("{} at {}", name, at(picture.truth.at(one.thing).front()));
    return {given, one.fault == PartFault::spurious ? "no " + name : said()};
}

std::vector<Suspected>
suspected_points(const RunRows& rows, const std::vector<SaidPoints>& said, Analysis& analysis) {
    std::vector<JudgedPoints> pictures;
    for (std::size_t row = 0; row < rows.items.size(); ++row)
        pictures.push_back({things_in(rows.examples.answers[row]), said[row]});
    OfClasses classes(analysis);
    std::vector<Suspected> out;
    const auto found = point_suspects(pictures);
    for (std::uint32_t row = 0; row < found.size(); ++row) {
        if (found[row].empty()) continue;
        Told given, suggested;
        bool confident = false;
        for (const auto& one : found[row]) {
            const auto [is, likelier] = told(one, pictures[row]);
            given.add(is);
            suggested.add(likelier);
            classes.count(one.thing, one.confident);
            confident |= one.confident;
        }
        out.push_back(
            {&rows, row, found[row].front().quality, confident, given.text(), suggested.text()}
        );
    }
    by_quality(out);
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
    const auto& classes = of.loaded.question->classes;
    std::vector<std::vector<Suspected>> parts;
    const auto judge = [&](const RunRows& rows, const std::vector<SaidPoints>& said) {
        parts.push_back(suspected_points(rows, said, analysis));
        analysis.label_errors_judged += rows.items.size();
    };
    const auto in_all = [](const auto& answers, const auto& answer_of) {
        std::vector<SaidPoints> out;
        for (const auto& one : answers) out.push_back(points_in(answer_of(one)));
        return out;
    };
    try {
        judge(of.judged, in_all(of.errors.said, [](const auto& one) { return one.answer; }));
        mark_confident(of, parts.back());
    } catch (const base::Error& failure) {
        analysis.notes.push_back(fmt::format("no label was judged: {}", failure.what()));
        return;
    }
    const auto said = [&] {
        const auto answers = said_out_of_fold(
            of.training.examples, of.loaded.spec, of.request.folds, of.request.stop
        );
        return numbers_of(in_all(answers, [](const auto& one) { return one; }), classes);
    };
    judge_training(
        of,
        analysis,
        said,
        [&](const RunRows& rows, const std::vector<double>& kept) {
            judge(rows, points_of(kept, rows.items.size(), classes));
        },
        "points "
    );
    take_suspects(std::move(parts), of.request, analysis);
    estimate_share(analysis);
}

}  // namespace training
