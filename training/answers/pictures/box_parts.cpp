// Marks in pictures beside each other, as upright boxes. What is wrong is called as Bolya and
// others (2020) do: of another class, at another place, missed, or nothing there.
#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "training/answers/pictures/picture_marks.hpp"
#include "training/parts/part_differences.hpp"

namespace training {

namespace {

constexpr double found_overlap = 0.5, touching_overlap = 0.1;
constexpr int no_border = 1 << 20;  // overlaps do not depend on the picture's size

// Pairs of boxes that may belong together; each said box, the surest first, takes the free one that
// it overlaps most.
class Pairing {
public:
    Pairing(const std::vector<MarkedBox>& said, const std::vector<MarkedBox>& truth)
        : said_(said), truth_(truth), said_taken_(said.size()), truth_taken_(truth.size()) {}

    // Calls see(said, truth) for the pairs that overlap so much, of one class or of two.
    template <typename See>
    void take(double least, bool one_class, const See& see) {
        for (std::size_t s = 0; s < said_.size(); ++s) {
            if (said_taken_[s]) continue;
            std::size_t best = truth_.size();
            double most = least;
            for (std::size_t t = 0; t < truth_.size(); ++t) {
                if (truth_taken_[t] || (said_[s].label == truth_[t].label) != one_class) continue;
                const double common = overlap_of(said_[s].box, truth_[t].box);
                if (common < most || (best < truth_.size() && common == most)) continue;
                most = common;
                best = t;
            }
            if (best == truth_.size()) continue;
            said_taken_[s] = truth_taken_[best] = 1;
            see(said_[s], truth_[best]);
        }
    }
    template <typename See>
    void rest_of_truth(const See& see) const {
        for (std::size_t t = 0; t < truth_.size(); ++t)
            if (!truth_taken_[t]) see(truth_[t]);
    }
    template <typename See>
    void rest_of_said(const See& see) const {
        for (std::size_t s = 0; s < said_.size(); ++s)
            if (!said_taken_[s]) see(said_[s]);
    }

private:
    const std::vector<MarkedBox>&said_, &truth_;
    std::vector<char> said_taken_, truth_taken_;
};

std::string place_of(const MarkedBox& one) {
    const auto pixel = [](double share) { return share * no_border; };
    return fmt::format(
        "at {:.0f},{:.0f} {:.0f}x{:.0f}",
        pixel(one.box.x),
        pixel(one.box.y),
        pixel(one.box.width),
        pixel(one.box.height)
    );
}

}  // namespace

PartsCompared compare_boxes(
    const AskedQuestion& question,
    const std::string& said_text,
    const std::string& truth_text
) {
    const auto said = boxes_in(question, said_text, {no_border, no_border});
    const auto truth = boxes_in(question, truth_text, {no_border, no_border});
    const auto name = [&](const MarkedBox& one) { return question.classes.at(one.label); };
    PartsCompared out;
    for (const auto& one : truth) out.truth.push_back(name(one));
    for (const auto& one : said) out.said.push_back(name(one));
    out.score = {0, static_cast<double>(said.size()), static_cast<double>(truth.size())};
    Pairing pairing(said, truth);
    pairing.take(found_overlap, true, [&](const auto&, const auto&) { out.score.common += 1; });
    const auto wrong = [&](PartFault fault) {
        return [&, fault](const MarkedBox& of_said, const MarkedBox& of_truth) {
            out.differences.push_back({fault, name(of_truth), name(of_said), place_of(of_truth)});
        };
    };
    pairing.take(found_overlap, false, wrong(PartFault::label));
    pairing.take(touching_overlap, true, wrong(PartFault::boundary));
    pairing.rest_of_truth([&](const auto& one) {
        out.differences.push_back({PartFault::missed, name(one), {}, place_of(one)});
    });
    pairing.rest_of_said([&](const auto& one) {
        out.differences.push_back({PartFault::spurious, {}, name(one), place_of(one)});
    });
    return out;
}

}  // namespace training
