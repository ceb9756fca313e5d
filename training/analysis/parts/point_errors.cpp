// A regression does not say how sure it is, so a point is judged by how far off that point usually
// is: a nose that is found within two pixels is suspected at ten, a hip at forty. That it is not
// set at all can be judged by the other labels alone: what nearly all things have, this one should.
#include "training/analysis/parts/point_errors.hpp"

#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "base/numbers/statistics.hpp"

namespace training {

namespace {

constexpr double near_enough = 0.5;  // likeness that things usually have, to judge others by
constexpr double exact = 0.02;       // of a thing: nobody sets a point closer
constexpr double off = 2;            // times what is usual: as likely right as not at twice that
constexpr double confidently_off = 0.25;
constexpr double seldom = 0.1, confidently_seldom = 0.02;
constexpr std::size_t fewest = 5;  // from which it is known what is usual

// The longer side of the box around the points that are there, in pixels; at least one.
double size_of_thing(const KeyPoints& points) {
    double low[2] = {INFINITY, INFINITY}, high[2] = {-INFINITY, -INFINITY};
    for (const auto& [x, y, seen] : points) {
        if (seen == 0) continue;
        low[0] = std::min(low[0], x);
        high[0] = std::max(high[0], x);
        low[1] = std::min(low[1], y);
        high[1] = std::max(high[1], y);
    }
    return std::max({1.0, high[0] - low[0], high[1] - low[1]});
}

double between(const KeyPoint& a, const KeyPoint& b) {
    return std::hypot(a.x - b.x, a.y - b.y);
}

double median_of(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return base::quantile_of_sorted(values, 0.5);
}

// The share of `of` that has something, were there one more with and one without.
double share_of(std::size_t with, std::size_t of) {
    return (static_cast<double>(with) + 1) / (static_cast<double>(of) + 2);
}

// What is usual for the things of a class.
class Usual {
public:
    Usual(std::span<const JudgedPoints> pictures, const std::string& name) : name_(name) {
        std::vector<std::vector<double>> away;
        for (const auto& picture : pictures) {
            const auto* truth = only(picture);
            having_ += picture.truth.contains(name) ? 1 : 0;
            all_ += 1;
            if (!truth) continue;
            ++things_;
            set_.resize(std::max(set_.size(), truth->size()));
            away.resize(set_.size());
            const auto* said = said_of(picture);
            if (said) likeness_.push_back(likeness_of(*said, *truth)[0]);
            for (std::size_t p = 0; p < truth->size(); ++p) {
                if (truth->at(p).seen == 0) continue;
                ++set_[p];
                if (said && p < said->size() && said->at(p).seen > 0)
                    away[p].push_back(between(truth->at(p), said->at(p)) / size_of_thing(*said));
            }
        }
        for (auto& one : away)
            usual_.push_back(one.size() < fewest ? INFINITY : std::max(exact, median_of(one)));
    }

    bool judges() const { return !likeness_.empty() && median_of(likeness_) >= near_enough; }

    void judge(const JudgedPoints& picture, std::vector<PointSuspect>& out) const {
        const auto* said = said_of(picture);
        if (!said) return;
        if (!picture.truth.contains(name_)) {
            add({PartFault::missed, name_, {}, {}, 1 - share_of(having_, all_), false}, out);
            return;
        }
        const auto* truth = only(picture);
        if (!truth) return;
        const auto swapped = swapped_in(*truth, *said, out);
        for (std::size_t p = 0; p < truth->size(); ++p) {
            const bool is = truth->at(p).seen > 0, told = there(*said, p);
            const double share = share_of(set_[p], things_);
            if (is && told && !swapped[p])
                add({PartFault::boundary, name_, p, {}, rightness(*truth, *said, p, p), false},
                    out);
            if (is && !told) add({PartFault::spurious, name_, p, {}, share, false}, out);
            if (!is && told) add({PartFault::missed, name_, p, {}, 1 - share, false}, out);
        }
    }

private:
    static bool there(const KeyPoints& points, std::size_t p) {
        return p < points.size() && points[p].seen > 0;
    }
    const KeyPoints* only(const JudgedPoints& picture) const {
        const auto found = picture.truth.find(name_);
        return found != picture.truth.end() && found->second.size() == 1 ? &found->second.front()
                                                                         : nullptr;
    }
    const KeyPoints* said_of(const JudgedPoints& picture) const {
        const auto found = picture.said.find(name_);
        return found == picture.said.end() ? nullptr : &found->second;
    }
    // Of a point that is set at `p`, where `q` is said: 1 within twice what is usual of `q`.
    double rightness(const KeyPoints& truth, const KeyPoints& said, std::size_t p, std::size_t q)
        const {
        const double far = between(truth[p], said[q]) / size_of_thing(said);
        return far <= off * usual_[q] ? 1 : off * usual_[q] / far;
    }
    static void add(PointSuspect one, std::vector<PointSuspect>& out) {
        const bool counted = one.fault == PartFault::missed || one.fault == PartFault::spurious;
        if (!(one.quality < (counted ? seldom : 0.5))) return;
        one.confident = one.quality < (counted ? confidently_seldom : confidently_off);
        out.push_back(std::move(one));
    }
    // Adds the pairs, and says which points are of one.
    std::vector<bool> swapped_in(
        const KeyPoints& truth,
        const KeyPoints& said,
        std::vector<PointSuspect>& out
    ) const {
        std::vector<bool> taken(truth.size());
        const auto both = [&](std::size_t p) { return truth[p].seen > 0 && there(said, p); };
        for (std::size_t p = 0; p < truth.size(); ++p)
            for (std::size_t q = p + 1; q < truth.size() && !taken[p]; ++q) {
                if (taken[q] || !both(p) || !both(q)) continue;
                const double right =
                    std::max(rightness(truth, said, p, p), rightness(truth, said, q, q));
                const double crossed =
                    std::min(rightness(truth, said, p, q), rightness(truth, said, q, p));
                if (!(right < 0.5) || crossed < 0.5) continue;
                taken[p] = taken[q] = true;
                add({PartFault::label, name_, p, q, right, false}, out);
            }
        return taken;
    }

    const std::string& name_;
    std::size_t having_ = 0, all_ = 0, things_ = 0;  // pictures; things that are judged
    std::vector<std::size_t> set_;                   // of these, by point
    std::vector<double> usual_;                      // how far off, as a share of the thing
    std::vector<double> likeness_;
};

}  // namespace

std::vector<std::vector<PointSuspect>> point_suspects(std::span<const JudgedPoints> pictures) {
    std::map<std::string, bool> said;
    for (const auto& picture : pictures)
        for (const auto& [name, points] : picture.said) said[name] = true;
    std::vector<std::vector<PointSuspect>> out(pictures.size());
    bool any = false;
    for (const auto& [name, is] : said) {
        const Usual usual(pictures, name);
        if (!usual.judges()) continue;
        any = true;
        for (std::size_t i = 0; i < pictures.size(); ++i) usual.judge(pictures[i], out[i]);
    }
    if (!any)
        throw base::Error(
            "points", "the model says too few of them where they are to judge labels by it"
        );
    for (auto& of_picture : out)
        std::stable_sort(of_picture.begin(), of_picture.end(), [](const auto& a, const auto& b) {
            return a.quality < b.quality;
        });
    return out;
}

std::vector<double> numbers_of(
    std::span<const std::map<std::string, KeyPoints>> said,
    const std::vector<std::string>& classes
) {
    std::vector<double> out;
    for (std::size_t row = 0; row < said.size(); ++row)
        for (std::size_t label = 0; label < classes.size(); ++label) {
            const auto found = said[row].find(classes[label]);
            if (found == said[row].end()) continue;
            for (std::size_t p = 0; p < found->second.size(); ++p) {
                const auto& [x, y, seen] = found->second[p];
                for (double value :
                     {static_cast<double>(row),
                      static_cast<double>(label),
                      static_cast<double>(p),
                      x,
                      y,
                      static_cast<double>(seen)})
                    out.push_back(value);
            }
        }
    return out;
}

std::vector<std::map<std::string, KeyPoints>> points_of(
    std::span<const double> numbers,
    std::size_t pictures,
    const std::vector<std::string>& classes
) {
    constexpr std::size_t width = 6;
    std::vector<std::map<std::string, KeyPoints>> out(pictures);
    const auto place = [](double value, std::size_t below) {
        if (!(value >= 0 && value < static_cast<double>(below)))
            throw base::Error("kept points", "are of other pictures", "look again");
        return static_cast<std::size_t>(value);
    };
    for (std::size_t at = 0; at + width <= numbers.size(); at += width) {
        const auto* one = &numbers[at];
        auto& points = out[place(one[0], pictures)][classes[place(one[1], classes.size())]];
        place(one[2], points.size() + 1);
        points.push_back({one[3], one[4], static_cast<int>(place(one[5], 3))});
    }
    return out;
}

}  // namespace training
