// What goes from the elements that were chosen, and the lead that comes to them.
#include <algorithm>

#include "base/text/ascii.hpp"
#include "crawler/extract/article/article_draft.hpp"
#include "crawler/extract/article/article_marks.hpp"

namespace crawler {

namespace {

class Trimmer {
public:
    Trimmer(ArticleDraft& draft, std::vector<formats::NodeId>& parts)
        : draft_(draft), document_(draft.document()), parts_(parts) {}

    void run() {
        for (auto id : parts_) strike_clutter(id);
        for (auto id : parts_) cut_end(id);
        for (auto id : parts_) strike_notes(id);
        if (parts_.empty()) return;
        strike_title(parts_.front());
        strike_ends(draft_, parts_);
        auto lead = find_lead(parts_.front());
        parts_.insert(parts_.begin(), lead.begin(), lead.end());
    }

private:
    const formats::Node& node(formats::NodeId id) const { return document_[id]; }
    const Measure& measure(formats::NodeId id) const { return draft_.measure(id); }

    // The next node of the subtree, past what is struck.
    formats::NodeId following(formats::NodeId id, formats::NodeId root) const {
        return document_.following(id, root, draft_.struck(id));
    }

    // ---- clutter

    void strike_clutter(formats::NodeId root) {
        for (auto id = document_.following(root, root); id; id = following(id, root))
            if (!draft_.struck(id) && document_.is_element(id) && is_clutter(id, root))
                draft_.strike_subtree(id);
    }

    bool is_clutter(formats::NodeId id, formats::NodeId root) const {
        using enum formats::Tag;
        auto tag = node(id).tag;
        const auto& own = measure(id);
        double weight = draft_.verdict(id).weight;
        if (formats::has_trait(tag, formats::is_heading)) return weight < 0;
        if (is_teaser(id)) return true;
        bool listed = tag == ul || tag == ol;
        bool boxed = tag == div || tag == section || tag == table || tag == dl || tag == header;
        if (!listed && !boxed) return false;
        if (draft_.in_code_or_figure(id) || (tag == table && is_data_table(id))) return false;
        if (tag == header)
            return own.paragraphs == 0 && own.letters > 0 && own.letters < 200 &&
                   !draft_.has_heading(id);
        bool prose = own.prose > own.link_letters && own.prose * 2 >= own.letters;
        if (prose || own.prose * 2 > measure(root).prose) return false;
        if (weight < 0 && own.commas < 10) return true;
        if (own.commas >= 10) return false;
        auto density = draft_.link_density(id);
        if (own.inputs > own.paragraphs / 3) return true;
        if (listed) return density > 0.5 && !stands_in_text(id);
        bool images = own.images > 1 && own.paragraphs * 2 < own.images && own.letters < 200;
        bool items = own.items > own.paragraphs + 100;
        bool tiny = own.letters < 25 && own.images != 1 && density > 0 && !draft_.has_heading(id);
        return images || items || tiny || density > (weight < 25 ? 0.2 : 0.5);
    }

    // Between paragraphs of its parent.
    bool stands_in_text(formats::NodeId id) const {
        auto reads = [&](formats::NodeId at) {
            return !draft_.struck(at) && document_.is_element(at) && measure(at).prose > 0;
        };
        auto before = node(id).previous, after = node(id).next;
        while (before && !reads(before)) before = node(before).previous;
        while (after && !reads(after)) after = node(after).next;
        return before && after;
    }

    // A box that announces another article: an image, a heading that is a link as a whole, and a
    // few words.
    bool is_teaser(formats::NodeId box) const {
        using enum formats::Tag;
        auto tag = node(box).tag;
        const auto& own = measure(box);
        bool boxed =
            tag == div || tag == section || tag == article || tag == figure || tag == other;
        if (!boxed || own.letters > 300 || own.link_letters == 0 || own.images == 0) return false;
        formats::NodeId heading = 0;
        for (auto id = document_.following(box, box); id; id = following(id, box)) {
            if (draft_.struck(id) || !formats::has_trait(node(id).tag, formats::is_heading))
                continue;
            if (heading) return false;
            heading = id;
        }
        if (!heading || measure(heading).letters == 0) return false;
        bool linked = measure(heading).link_letters * 10 >= measure(heading).letters * 9;
        for (auto at = node(heading).parent; !linked && at != box; at = node(at).parent)
            linked = node(at).tag == a;
        return linked;
    }

    // A table with a caption, head cells or enough rows and columns holds data, not layout.
    bool is_data_table(formats::NodeId table) const {
        if (draft_.value(table, "role") == "presentation") return false;
        int rows = 0, cells = 0;
        for (auto id = document_.following(table, table); id; id = document_.following(id, table)) {
            auto tag = node(id).tag;
            if (tag == formats::Tag::caption || tag == formats::Tag::th ||
                tag == formats::Tag::thead || tag == formats::Tag::col)
                return true;
            if (tag == formats::Tag::table) return false;
            rows += tag == formats::Tag::tr;
            cells += tag == formats::Tag::td;
        }
        return cells > 10 || (rows > 1 && cells > rows);
    }

    // ---- the end

    // In the second half of the text a heading such as "Related" ends the article: it goes with
    // what follows it among its siblings.
    void cut_end(formats::NodeId root) {
        auto all = measure(root).letters;
        std::uint32_t before = 0;
        for (auto id = document_.following(root, root); id; id = following(id, root)) {
            if (draft_.struck(id)) continue;
            if (document_.is_text(id)) before += measure(id).letters;
            if (before * 2 > all && may_be_title(id) && ends_article(draft_.line_of(id)))
                cut_from(id, root);
        }
    }

    bool may_be_title(formats::NodeId id) const {
        using enum formats::Tag;
        auto tag = node(id).tag;
        return measure(id).letters > 0 && measure(id).letters <= 60 && document_.is_element(id) &&
               (formats::has_trait(tag, formats::is_heading) || tag == strong || tag == p ||
                tag == div);
    }

    void cut_from(formats::NodeId title, formats::NodeId root) {
        auto first = title;
        // A heading that is alone in its box speaks for the box.
        while (node(first).parent != root && draft_.fills_parent(first)) first = node(first).parent;
        bool heading = formats::has_trait(node(title).tag, formats::is_heading);
        for (auto id = first; id; id = node(id).next) {
            if (draft_.struck(id)) continue;
            if (id != first && !heading && measure(id).prose > 0) break;
            if (id != first && formats::has_trait(node(id).tag, formats::is_heading)) break;
            draft_.strike_subtree(id);
        }
    }

    // ---- notes: short blocks that speak of the page

    void strike_notes(formats::NodeId root) {
        constexpr std::uint32_t longest = 500;
        for (auto id = document_.following(root, root); id; id = following(id, root)) {
            if (draft_.struck(id) || !document_.is_element(id) || !draft_.is_block(id)) continue;
            auto letters = measure(id).letters;
            if (letters > 0 && letters <= longest && is_note(id)) draft_.strike_subtree(id);
        }
    }

    bool is_note(formats::NodeId id) const {
        const auto& own = measure(id);
        bool linked = own.link_letters * 10 >= own.letters * 4;
        if (!linked && own.own_letters != own.letters) return false;  // its blocks are judged alone
        auto text = base::to_lower(draft_.line_of(id));
        if (own.letters <= 40 && is_label(text)) return true;
        if (own.letters <= 120 && is_credit(text)) return true;
        if (is_disclosure(text)) return true;
        return linked && own.letters <= 300 && points_elsewhere(text);
    }

    // ---- the beginning

    // Paragraphs between the headline and the text, if they are not many: what the article begins
    // with.
    std::vector<formats::NodeId> find_lead(formats::NodeId first) const {
        formats::NodeId headline = 0;
        for (formats::NodeId id = 1; id < first; ++id)
            if (node(id).tag == formats::Tag::h1 && !draft_.is_inside(first, id)) headline = id;
        if (!headline) return {};
        std::vector<formats::NodeId> lead;
        std::uint32_t letters = 0;
        auto root = document_.html();
        for (auto id = document_.following(headline, root, true); id && id < first;
             id = document_.following(id, root, is_beside_lead(id))) {
            if (is_beside_lead(id) || !is_lead(id) || draft_.is_inside(first, id)) continue;
            if (!lead.empty() && draft_.is_inside(id, lead.back())) continue;
            lead.push_back(id);
            letters += measure(id).letters;
        }
        constexpr std::uint32_t most = 1000;
        if (lead.size() > 3 || letters > most) return {};
        return lead;
    }

    bool is_lead(formats::NodeId id) const {
        constexpr std::uint32_t least = 120;
        const auto& own = measure(id);
        auto tag = node(id).tag;
        return draft_.is_block(id) && own.own_letters >= least && own.own_letters == own.letters &&
               draft_.link_density(id) <= 0.2 && tag != formats::Tag::li &&
               tag != formats::Tag::td && !formats::has_trait(tag, formats::is_heading);
    }

    bool is_beside_lead(formats::NodeId id) const {
        using enum formats::Tag;
        auto tag = node(id).tag;
        return draft_.struck(id) ||
               (document_.is_element(id) &&
                (tag == figure || tag == ul || tag == ol || tag == table || tag == a));
    }

    // The headline above the text is the title, not the text.
    void strike_title(formats::NodeId root) {
        auto title = page_title();
        std::uint32_t before = 0;
        for (auto id = document_.following(root, root); id && before < 300;
             id = following(id, root)) {
            if (draft_.struck(id)) continue;
            if (document_.is_text(id)) before += measure(id).letters;
            auto tag = node(id).tag;
            if (tag != formats::Tag::h1 && tag != formats::Tag::h2) continue;
            auto text = base::collapse_spaces(document_.visible_text(id));
            if (tag == formats::Tag::h1 || (text.size() >= 8 && title.find(text) != title.npos))
                return draft_.strike_subtree(id);
        }
    }

    std::string page_title() const {
        for (auto id = node(document_.head()).first_child; id; id = node(id).next)
            if (node(id).tag == formats::Tag::title)
                return base::collapse_spaces(document_.text(id));
        return {};
    }

    ArticleDraft& draft_;
    const formats::Document& document_;
    std::vector<formats::NodeId>& parts_;
};

}  // namespace

void trim_parts(ArticleDraft& draft, std::vector<formats::NodeId>& parts) {
    Trimmer(draft, parts).run();
}

}  // namespace crawler
