// Which elements hold the article: points for text that climb to the ancestors, names of article
// bodies, and the running text that would be lost.
#include <algorithm>

#include "base/text/ascii.hpp"
#include "crawler/extract/article/article_draft.hpp"

namespace crawler {

namespace {

double points_of_tag(formats::Tag tag) {
    using enum formats::Tag;
    switch (tag) {
        case div:
            return 5;
        case article:
        case main:
            return 10;
        case section:
        case pre:
        case td:
        case blockquote:
            return 3;
        case address:
        case ol:
        case ul:
        case dl:
        case dd:
        case dt:
        case li:
        case form:
            return -3;
        case h1:
        case h2:
        case h3:
        case h4:
        case h5:
        case h6:
        case th:
            return -5;
        default:
            return 0;
    }
}

class Chooser {
public:
    explicit Chooser(const ArticleDraft& draft)
        : draft_(draft), document_(draft.document()), scores_(document_.size()) {}

    std::vector<formats::NodeId> run() {
        auto best = choose();
        auto parts = marked_bodies(best);
        if (parts.empty() && best) parts = with_siblings(spread(best));
        return parts;
    }

private:
    const formats::Node& node(formats::NodeId id) const { return document_[id]; }
    const Measure& measure(formats::NodeId id) const { return draft_.measure(id); }
    bool is_frame(formats::NodeId id) const {
        return node(id).tag == formats::Tag::article || node(id).tag == formats::Tag::main;
    }
    bool is_body(formats::NodeId id) const {
        return node(id).tag != formats::Tag::body &&
               (draft_.value(id, "itemprop") == "articleBody" ||
                judge_class(draft_.value(id, "class"), draft_.value(id, "id")).body);
    }

    formats::NodeId choose() {
        auto scored = score();
        formats::NodeId best = 0;
        for (auto id : scored)
            if (!best || scores_[id] > scores_[best]) best = id;
        if (best) best = widened(best, scored);
        // Points reach five ancestors only, and count commas. Where the element that is worth most
        // as a whole holds far more running text, or far less, they were wrong.
        constexpr std::uint32_t enough = 400;
        auto richest = most_valuable();
        if (!richest || measure(richest).prose < enough) return best;
        auto given = best ? measure(best).prose : 0, whole = measure(richest).prose;
        return whole > given * 2 || whole * 2 < given ? richest : best;
    }

    double starting_points(formats::NodeId id) const {
        double points = points_of_tag(node(id).tag);
        auto property = draft_.value(id, "itemprop");
        if (property == "articleBody" || property == "text") points += 50;
        return points + draft_.verdict(id).weight;
    }

    std::vector<formats::NodeId> score() {
        std::vector<formats::NodeId> scored;
        for (formats::NodeId id = 1; id < document_.size(); ++id) {
            if (draft_.struck(id) || !document_.is_element(id) || !draft_.is_block(id)) continue;
            const auto& own = measure(id);
            if (own.own_letters < 25) continue;
            double points =
                1 + own.commas * static_cast<double>(own.own_letters) / std::max(1U, own.letters) +
                std::min(own.own_letters / 100.0, 3.0);
            auto tag = node(id).tag;
            auto at = tag == formats::Tag::p || tag == formats::Tag::pre || tag == formats::Tag::td
                          ? node(id).parent
                          : id;
            for (int level = 0; level < 5 && at && node(at).tag != formats::Tag::html;
                 ++level, at = node(at).parent) {
                if (scores_[at] == 0) {
                    scores_[at] = starting_points(at);
                    scored.push_back(at);
                }
                scores_[at] += points / (level == 0 ? 1.0 : level == 1 ? 2.0 : level * 3.0);
            }
        }
        for (auto id : scored) scores_[id] *= 1 - draft_.link_density(id);
        return scored;
    }

    // Running text counts for an element, links and other text against it: the sum is largest for
    // the smallest element that holds all of the article.
    formats::NodeId most_valuable() const {
        formats::NodeId richest = 0;
        double most = 0;
        for (formats::NodeId id = 1; id < document_.size(); ++id) {
            if (draft_.struck(id) || !document_.is_element(id) || id == document_.html()) continue;
            const auto& own = measure(id);
            if (own.prose == 0) continue;
            auto rest = own.letters - std::min(own.letters, own.prose + own.link_letters);
            double value = own.prose - 1.5 * own.link_letters - 0.3 * rest;
            if (value > 0 && value >= most) {
                most = value;
                richest = id;
            }
        }
        return richest;
    }

    // An ancestor that gathers several good candidates, or that is nearly as good, or that holds
    // nothing else, is the better choice.
    formats::NodeId widened(formats::NodeId best, const std::vector<formats::NodeId>& scored)
        const {
        std::vector<formats::NodeId> rivals;
        for (auto id : scored)
            if (id != best && scores_[id] >= scores_[best] * 0.75) rivals.push_back(id);
        auto below_body = [&](formats::NodeId id) {
            return id && node(id).tag != formats::Tag::body && id != document_.html();
        };
        if (rivals.size() >= 3) {
            for (auto ancestor = node(best).parent; below_body(ancestor);
                 ancestor = node(ancestor).parent) {
                auto held = std::count_if(rivals.begin(), rivals.end(), [&](formats::NodeId id) {
                    return draft_.is_inside(id, ancestor);
                });
                if (held < 3) continue;
                best = ancestor;
                break;
            }
        }
        double last = scores_[best], floor = last / 3;
        for (auto ancestor = node(best).parent; below_body(ancestor);
             ancestor = node(ancestor).parent) {
            if (scores_[ancestor] == 0) continue;
            if (scores_[ancestor] < floor) break;
            if (scores_[ancestor] > last) {
                best = ancestor;
                break;
            }
            last = scores_[ancestor];
        }
        while (below_body(node(best).parent) && draft_.fills_parent(best)) best = node(best).parent;
        return best;
    }

    // The elements whose names say that they hold the article, of one <article> or <main>, if they
    // hold about as much running text as the best one found by points.
    std::vector<formats::NodeId> marked_bodies(formats::NodeId best) const {
        std::vector<formats::NodeId> all;
        formats::NodeId largest = 0;
        for (formats::NodeId id = 1; id < document_.size(); ++id) {
            if (draft_.struck(id) || !document_.is_element(id) || node(id).attribute_count == 0)
                continue;
            if (!draft_.is_block(id) || measure(id).prose < 80 || !is_body(id)) continue;
            if (!all.empty() && draft_.is_inside(id, all.back())) continue;
            all.push_back(id);
            if (!largest || measure(id).prose > measure(largest).prose) largest = id;
        }
        if (!largest) return {};
        auto frame = frame_of(largest);
        std::erase_if(all, [&](formats::NodeId id) {
            return id != largest && (!frame || frame_of(id) != frame);
        });
        std::uint32_t prose = 0;
        for (auto id : all) prose += measure(id).prose;
        if (prose < 200 || (best && prose * 10 < measure(best).prose * 6)) return {};
        return all;
    }

    formats::NodeId frame_of(formats::NodeId id) const {
        while (id && !is_frame(id)) id = node(id).parent;
        return id;
    }

    // Up to an ancestor that holds much more running text, and little else more.
    formats::NodeId spread(formats::NodeId best) const {
        for (auto ancestor = node(best).parent;
             ancestor && node(ancestor).tag != formats::Tag::html;
             ancestor = node(ancestor).parent) {
            const auto &inner = measure(best), &outer = measure(ancestor);
            auto more = outer.prose - inner.prose;
            auto rest =
                outer.letters - inner.letters - std::min(more, outer.letters - inner.letters);
            bool frame =
                is_frame(ancestor) || judge_class(draft_.value(ancestor, "class"), {}).body;
            if (frame && more * 3 > inner.prose && more >= 400 && rest * 2 < more) best = ancestor;
        }
        return best;
    }

    // With those of its siblings that score, read or are named like it.
    std::vector<formats::NodeId> with_siblings(formats::NodeId best) const {
        auto parent = node(best).parent;
        if (!parent || node(best).tag == formats::Tag::body) return {best};
        double threshold = std::max(10.0, scores_[best] * 0.2);
        auto own_class = draft_.value(best, "class");
        std::vector<formats::NodeId> chosen;
        for (auto id = node(parent).first_child; id; id = node(id).next) {
            if (id != best && (draft_.struck(id) || !document_.is_element(id))) continue;
            bool alike = !own_class.empty() && draft_.value(id, "class") == own_class;
            double bonus = alike ? scores_[best] * 0.2 : 0;
            bool marked =
                measure(id).prose >= 80 && judge_class(draft_.value(id, "class"), {}).body;
            if (id == best || (scores_[id] != 0 && scores_[id] + bonus >= threshold) ||
                is_paragraph(id) || marked)
                chosen.push_back(id);
        }
        return chosen;
    }

    bool is_paragraph(formats::NodeId id) const {
        if (node(id).tag != formats::Tag::p || measure(id).letters == 0) return false;
        if (measure(id).letters > 80) return draft_.link_density(id) < 0.25;
        if (measure(id).link_letters > 0) return false;
        auto text = document_.text(id);
        return text.find(". ") != text.npos || base::trim(text).ends_with('.');
    }

    const ArticleDraft& draft_;
    const formats::Document& document_;
    std::vector<double> scores_;
};

}  // namespace

std::vector<formats::NodeId> choose_parts(const ArticleDraft& draft) {
    return Chooser(draft).run();
}

}  // namespace crawler
