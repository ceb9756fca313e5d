#include "crawler/article.hpp"

#include <algorithm>
#include <cmath>

#include "crawler/article_marks.hpp"
#include "crawler/characters.hpp"
#include "crawler/class_words.hpp"

namespace crawler {

namespace {

// What an element's subtree holds, struck parts left out.
struct Measure {
    std::uint32_t letters = 0;  // of text, white space runs as one
    std::uint32_t link_letters = 0;
    std::uint32_t commas = 0;
    std::uint32_t paragraphs = 0, items = 0, images = 0, inputs = 0, embeds = 0;
    std::uint32_t own_letters = 0;  // of text not inside a nested block
    std::uint32_t prose = 0;        // letters of blocks that read like running text
};

class Finder {
public:
    explicit Finder(const Document& document)
        : document_(document),
          struck_(document.size()),
          verdicts_(document.size()),
          measures_(document.size()),
          scores_(document.size()) {}

    MainPart run() {
        strike(true);
        auto best = choose();
        if (!best ||
            measures_[best].letters < 250) {  // too strict for this page: judge less by names
            std::fill(struck_.begin(), struck_.end(), false);
            strike(false);
            best = choose();
        }
        MainPart part;
        part.nodes = marked_bodies(best);
        if (best && part.nodes.empty()) part.nodes = with_siblings(spread(best));
        for (auto id : part.nodes) clean(id);
        for (auto id : part.nodes) cut_end(id);
        if (!part.nodes.empty()) strike_title(part.nodes.front());
        if (part.nodes.empty()) {  // nothing reads like prose: all that is there
            std::fill(struck_.begin(), struck_.end(), false);
            strike(false);
            part.nodes = {document_.body()};
        }
        part.struck = std::move(struck_);
        return part;
    }

private:
    const Node& node(NodeId id) const { return document_[id]; }
    std::string_view value(NodeId id, std::string_view name) const {
        return document_.attribute(id, name).value_or("");
    }

    // ---- striking out

    void strike(bool by_name) {
        for (NodeId id = 1; id < document_.size(); ++id) {
            const auto& at = node(id);
            if (at.parent && struck_[at.parent]) {
                struck_[id] = true;
            } else if (at.kind == Node::Kind::comment || (at.kind == Node::Kind::element && is_never_content(id, by_name))) {
                struck_[id] = true;
            }
        }
        measure();
    }

    bool is_never_content(NodeId id, bool by_name) {
        using enum Tag;
        auto tag = node(id).tag;
        if (tag == html || tag == body) return false;
        if (has_trait(tag, is_invisible) && tag != head) return true;
        switch (tag) {
            case head:
            case nav:
            case footer:
            case aside:
            case form:
            case button:
            case input:
            case label:
            case menu:
            case dialog:
            case fieldset:
                return tag != form || by_name;
            default:
                break;
        }
        if (node(id).attribute_count == 0) return false;
        if (document_.attribute(id, "hidden") || value(id, "aria-hidden") == "true" ||
            value(id, "aria-modal") == "true") {
            return value(id, "class").find("fallback-image") == std::string_view::npos;
        }
        if (auto style_text = value(id, "style"); !style_text.empty()) {
            auto styles = to_lower(style_text);
            std::erase(styles, ' ');
            if (styles.find("display:none") != styles.npos ||
                styles.find("visibility:hidden") != styles.npos)
                return true;
        }
        if (is_foreign_role(value(id, "role"))) return true;
        if (!by_name) return false;
        auto& verdict = verdicts_[id] = judge_class(value(id, "class"), value(id, "id"));
        if (verdict.byline && tag != article && tag != main && document_.text(id).size() < 300)
            return true;
        bool in_code_or_table = tag == table || tag == pre || tag == code || tag == td ||
                                tag == tr || tag == tbody || tag == a || tag == article ||
                                tag == main;
        return verdict.unlikely && !verdict.likely && !in_code_or_table;
    }

    // ---- measuring: a node's number is larger than its parent's, so one pass backwards sums up

    void measure() {
        std::fill(measures_.begin(), measures_.end(), Measure{});
        for (auto id = static_cast<NodeId>(document_.size() - 1); id > 0; --id) {
            if (struck_[id]) continue;
            const auto& at = node(id);
            auto& own = measures_[id];
            if (at.kind == Node::Kind::text) {
                count_text(at.text, own);
            } else {
                using enum Tag;
                switch (at.tag) {
                    case p:
                        ++own.paragraphs;
                        break;
                    case li:
                        ++own.items;
                        break;
                    case img:
                        ++own.images;
                        break;
                    case input:
                    case textarea:
                    case select:
                    case button:
                        ++own.inputs;
                        break;
                    case a:
                        own.link_letters = is_anchor(id) ? own.letters * 3 / 10 : own.letters;
                        break;
                    default:
                        break;
                }
            }
            if (at.kind == Node::Kind::element && has_trait(at.tag, is_block) &&
                own.own_letters >= 80 && link_density(id) < 0.3)
                own.prose += own.own_letters;
            add(measures_[at.parent], own, at);
        }
    }

    bool is_anchor(NodeId id) const { return value(id, "href").starts_with('#'); }

    static void count_text(std::string_view text, Measure& into) {
        bool gap = true;
        for (std::size_t i = 0; i < text.size(); ++i) {
            auto c = static_cast<unsigned char>(text[i]);
            if (is_space(text[i])) {
                into.letters += gap ? 0 : 1;
                gap = true;
                continue;
            }
            gap = false;
            if ((c & 0xc0) != 0x80) ++into.letters;
            if (c == ',') ++into.commas;
            bool wide = c >= 0xe3 && i + 2 < text.size();  // ideographic commas
            if (wide &&
                (text.substr(i, 3) == "\xe3\x80\x81" || text.substr(i, 3) == "\xef\xbc\x8c" ||
                 text.substr(i, 3) == "\xe3\x80\x82"))
                ++into.commas;
        }
        if (gap && into.letters) --into.letters;
        into.own_letters = into.letters;
    }

    static void add(Measure& to, const Measure& from, const Node& child) {
        to.letters += from.letters;
        to.link_letters += from.link_letters;
        to.commas += from.commas;
        to.paragraphs += from.paragraphs;
        to.items += from.items;
        to.images += from.images;
        to.inputs += from.inputs;
        to.prose += from.prose;
        bool block = child.kind == Node::Kind::element && has_trait(child.tag, is_block) &&
                     child.tag != Tag::br;
        if (!block) to.own_letters += from.own_letters;
    }

    double link_density(NodeId id) const {
        const auto& own = measures_[id];
        return own.letters ? static_cast<double>(own.link_letters) / own.letters : 0;
    }

    // ---- points

    double starting_points(NodeId id) const {
        using enum Tag;
        double points = 0;
        switch (node(id).tag) {
            case div:
                points = 5;
                break;
            case article:
            case main:
                points = 10;
                break;
            case section:
                points = 3;
                break;
            case pre:
            case td:
            case blockquote:
                points = 3;
                break;
            case address:
            case ol:
            case ul:
            case dl:
            case dd:
            case dt:
            case li:
            case form:
                points = -3;
                break;
            case h1:
            case h2:
            case h3:
            case h4:
            case h5:
            case h6:
            case th:
                points = -5;
                break;
            default:
                break;
        }
        if (auto property = value(id, "itemprop"); property == "articleBody" || property == "text")
            points += 50;
        return points + verdicts_[id].weight;
    }

    NodeId choose() {
        std::fill(scores_.begin(), scores_.end(), 0.0);
        std::vector<NodeId> scored;
        for (NodeId id = 1; id < document_.size(); ++id) {
            if (struck_[id] || node(id).kind != Node::Kind::element ||
                !has_trait(node(id).tag, is_block))
                continue;
            const auto& own = measures_[id];
            if (own.own_letters < 25) continue;
            double points =
                1 + own.commas * static_cast<double>(own.own_letters) / std::max(1U, own.letters) +
                std::min(own.own_letters / 100.0, 3.0);
            auto ancestor =
                node(id).tag == Tag::p || node(id).tag == Tag::pre || node(id).tag == Tag::td
                    ? node(id).parent
                    : id;
            for (int level = 0; level < 5 && ancestor && node(ancestor).tag != Tag::html;
                 ++level, ancestor = node(ancestor).parent) {
                if (scores_[ancestor] == 0) {
                    scores_[ancestor] = starting_points(ancestor);
                    scored.push_back(ancestor);
                }
                scores_[ancestor] += points / (level == 0 ? 1.0 : level == 1 ? 2.0 : level * 3.0);
            }
        }
        NodeId best = 0;
        for (auto id : scored) scores_[id] *= 1 - link_density(id);
        for (auto id : scored)
            if (!best || scores_[id] > scores_[best]) best = id;
        return best ? widened(best, scored) : 0;
    }

    // An ancestor that gathers several good candidates, or that is nearly as good, or that holds
    // nothing else, is the better choice.
    NodeId widened(NodeId best, const std::vector<NodeId>& scored) const {
        std::vector<NodeId> rivals;
        for (auto id : scored)
            if (id != best && scores_[id] >= scores_[best] * 0.75) rivals.push_back(id);
        if (rivals.size() >= 3) {
            for (auto ancestor = node(best).parent; ancestor && node(ancestor).tag != Tag::body;
                 ancestor = node(ancestor).parent) {
                auto held = std::count_if(rivals.begin(), rivals.end(), [&](NodeId id) {
                    return is_inside(id, ancestor);
                });
                if (held >= 3) {
                    best = ancestor;
                    break;
                }
            }
        }
        double last = scores_[best], floor = last / 3;
        for (auto ancestor = node(best).parent; ancestor && node(ancestor).tag != Tag::body;
             ancestor = node(ancestor).parent) {
            if (scores_[ancestor] == 0) continue;
            if (scores_[ancestor] < floor) break;
            if (scores_[ancestor] > last) {
                best = ancestor;
                break;
            }
            last = scores_[ancestor];
        }
        for (auto parent = node(best).parent;
             parent && node(parent).tag != Tag::body && only_child(best);
             parent = node(best).parent)
            best = parent;
        return best;
    }

    bool is_inside(NodeId id, NodeId ancestor) const {
        while (id && id != ancestor) id = node(id).parent;
        return id == ancestor;
    }

    bool only_child(NodeId id) const {
        return measures_[node(id).parent].letters == measures_[id].letters;
    }

    // The elements whose names say that they hold the article, of one <article> or <main>, if they
    // hold about as much running text as the best one found by points.
    std::vector<NodeId> marked_bodies(NodeId best) const {
        std::vector<NodeId> all;
        NodeId largest = 0;
        for (NodeId id = 1; id < document_.size(); ++id) {
            if (struck_[id] || !document_.is_element(id) || node(id).attribute_count == 0) continue;
            if (!has_trait(node(id).tag, is_block) || node(id).tag == Tag::body ||
                measures_[id].prose < 80)
                continue;
            bool marked = value(id, "itemprop") == "articleBody" ||
                          judge_class(value(id, "class"), value(id, "id")).body;
            if (!marked || (!all.empty() && is_inside(id, all.back()))) continue;
            all.push_back(id);
            if (!largest || measures_[id].prose > measures_[largest].prose) largest = id;
        }
        if (!largest) return {};
        auto frame = frame_of(largest);
        std::uint32_t prose = 0;
        std::erase_if(all, [&](NodeId id) {
            return id != largest && (!frame || frame_of(id) != frame);
        });
        for (auto id : all) prose += measures_[id].prose;
        if (prose < 200 || (best && prose * 10 < measures_[best].prose * 6)) return {};
        return all;
    }

    NodeId frame_of(NodeId id) const {
        while (id && node(id).tag != Tag::article && node(id).tag != Tag::main)
            id = node(id).parent;
        return id;
    }

    // Up to an ancestor that holds much more running text, and little else more.
    NodeId spread(NodeId best) const {
        for (auto ancestor = node(best).parent; ancestor && node(ancestor).tag != Tag::html;
             ancestor = node(ancestor).parent) {
            const auto &inner = measures_[best], &outer = measures_[ancestor];
            auto more = outer.prose - inner.prose;
            auto rest =
                outer.letters - inner.letters - std::min(more, outer.letters - inner.letters);
            bool frame = node(ancestor).tag == Tag::article || node(ancestor).tag == Tag::main ||
                         judge_class(value(ancestor, "class"), {}).body;
            if (frame && more * 3 > inner.prose && more >= 400 && rest * 2 < more) best = ancestor;
        }
        return best;
    }

    std::vector<NodeId> with_siblings(NodeId best) {
        auto parent = node(best).parent;
        if (!parent || node(best).tag == Tag::body) return {best};
        double threshold = std::max(10.0, scores_[best] * 0.2);
        auto own_class = value(best, "class");
        std::vector<NodeId> chosen;
        for (auto id = node(parent).first_child; id; id = node(id).next) {
            if (id == best) {
                chosen.push_back(id);
                continue;
            }
            if (struck_[id] || !document_.is_element(id)) continue;
            double bonus =
                !own_class.empty() && value(id, "class") == own_class ? scores_[best] * 0.2 : 0;
            const auto& own = measures_[id];
            bool prose = node(id).tag == Tag::p && ((own.letters > 80 && link_density(id) < 0.25) ||
                                                    (own.letters > 0 && own.letters <= 80 &&
                                                     own.link_letters == 0 && ends_sentence(id)));
            bool marked = own.prose >= 80 && judge_class(value(id, "class"), {}).body;
            if ((scores_[id] != 0 && scores_[id] + bonus >= threshold) || prose || marked)
                chosen.push_back(id);
        }
        return chosen;
    }

    bool ends_sentence(NodeId id) const {
        auto text = document_.text(id);
        return text.find(". ") != text.npos || trim(text).ends_with('.');
    }

    // ---- cleaning inside the chosen part

    void clean(NodeId root) {
        for (auto id = document_.following(root, root); id;) {
            bool drop = !struck_[id] && document_.is_element(id) && is_clutter(id);
            if (drop) strike_subtree(id);
            id = document_.following(id, root, struck_[id]);
        }
    }

    // The headline above the text is the title, not the text.
    void strike_title(NodeId root) {
        NodeId head = 0;
        for (auto id = node(document_.head()).first_child; id && !head; id = node(id).next)
            if (node(id).tag == Tag::title) head = id;
        if (!head) return;
        auto title = collapse_spaces(document_.text(head));
        std::uint32_t before = 0;
        for (auto id = document_.following(root, root); id && before < 300;
             id = document_.following(id, root, struck_[id])) {
            if (struck_[id]) continue;
            if (document_.is_text(id)) before += measures_[id].letters;
            if (node(id).tag != Tag::h1 && node(id).tag != Tag::h2) continue;
            auto text = collapse_spaces(document_.visible_text(id));
            if (text.size() >= 8 && title.find(text) != title.npos) return strike_subtree(id);
        }
    }

    // In the last part of the text a heading such as "Related" ends the article: it goes with what
    // follows it among its siblings.
    void cut_end(NodeId root) {
        auto all = measures_[root].letters;
        std::uint32_t before = 0;
        for (auto id = document_.following(root, root); id;) {
            if (struck_[id]) {
                id = document_.following(id, root, true);
                continue;
            }
            if (document_.is_text(id)) before += measures_[id].letters;
            bool title = document_.is_element(id) && before * 2 > all &&
                         measures_[id].letters > 0 && measures_[id].letters <= 60 &&
                         (has_trait(node(id).tag, is_heading) || node(id).tag == Tag::strong ||
                          node(id).tag == Tag::p || node(id).tag == Tag::div);
            if (title && ends_article(collapse_spaces(document_.visible_text(id, &struck_)))) {
                auto last = id;
                // A heading that is alone in its box speaks for the box.
                while (node(last).parent != root && only_child(last)) last = node(last).parent;
                bool heading = has_trait(node(id).tag, is_heading);
                for (auto next = last; next; next = node(next).next) {
                    if (struck_[next]) continue;
                    if (next != last && !heading && measures_[next].prose > 0) break;
                    if (next != last && has_trait(node(next).tag, is_heading)) break;
                    strike_subtree(next);
                }
            }
            id = document_.following(id, root, struck_[id]);
        }
    }

    void strike_subtree(NodeId root) {
        struck_[root] = true;
        for (auto id = document_.following(root, root); id; id = document_.following(id, root))
            struck_[id] = true;
    }

    bool is_clutter(NodeId id) const {
        using enum Tag;
        auto tag = node(id).tag;
        const auto& own = measures_[id];
        if (has_trait(tag, is_heading)) return verdicts_[id].weight < 0;
        bool listed = tag == ul || tag == ol;
        if (tag != div && tag != section && tag != table && !listed && tag != dl && tag != header)
            return false;
        if (tag == table && is_data_table(id)) return false;
        if (document_.is_element(id) && inside_code_or_figure(id)) return false;
        if (tag == header)
            return own.paragraphs == 0 && own.letters < 200 && measures_[id].letters > 0 &&
                   !has_heading(id);
        double weight = verdicts_[id].weight;
        if (weight < 0 && own.commas < 10) return true;
        if (own.commas >= 10) return false;
        double density = link_density(id);
        bool many_images =
            !listed && own.images > 1 && own.paragraphs * 2 < own.images && own.letters < 200;
        bool many_items = !listed && own.items > own.paragraphs + 100;
        bool many_inputs = own.inputs > own.paragraphs / 3 && own.inputs > 0;
        bool tiny =
            !listed && own.letters < 25 && own.images != 1 && density > 0 && !has_heading(id);
        bool linked = !listed && weight < 25 && density > 0.2 && own.letters > 0;
        bool linked_anyway = weight >= 25 && density > 0.5;
        bool link_list = listed && density > 0.5;
        return many_images || many_items || many_inputs || tiny || linked || linked_anyway ||
               link_list;
    }

    bool has_heading(NodeId root) const {
        for (auto id = document_.following(root, root); id; id = document_.following(id, root))
            if (has_trait(node(id).tag, is_heading)) return true;
        return false;
    }

    bool inside_code_or_figure(NodeId id) const {
        for (int level = 0; id && level < 4; id = node(id).parent, ++level)
            if (node(id).tag == Tag::code || node(id).tag == Tag::pre ||
                node(id).tag == Tag::figure)
                return true;
        return false;
    }

    // A table with a caption, head cells or enough rows and columns holds data, not layout.
    bool is_data_table(NodeId table) const {
        if (value(table, "role") == "presentation") return false;
        int rows = 0, cells = 0;
        for (auto id = document_.following(table, table); id; id = document_.following(id, table)) {
            auto tag = node(id).tag;
            if (tag == Tag::caption || tag == Tag::th || tag == Tag::thead || tag == Tag::col)
                return true;
            if (tag == Tag::table) return false;
            rows += tag == Tag::tr;
            cells += tag == Tag::td;
        }
        return cells > 10 || (rows > 1 && cells > rows);
    }

    const Document& document_;
    std::vector<bool> struck_;
    std::vector<ClassVerdict> verdicts_;
    std::vector<Measure> measures_;
    std::vector<double> scores_;
};

}  // namespace

MainPart find_main_part(const Document& document) {
    return Finder(document).run();
}

std::string text_of(const Document& document, const MainPart& part) {
    std::string text;
    for (auto id : part.nodes) {
        auto piece = document.visible_text(id, &part.struck);
        if (piece.empty()) continue;
        if (!text.empty()) text += '\n';
        text += piece;
    }
    return text;
}

}  // namespace crawler
