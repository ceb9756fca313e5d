// Tokens in the body (HTML standard, 13.2.6.4.7): which elements a start tag closes before it, and
// what an end tag ends.
#include <algorithm>
#include <utility>

#include "base/text/ascii.hpp"
#include "formats/html/tree/builder.hpp"

namespace formats {

void TreeBuilder::start_body(const StartTag& tag) {
    if (start_special_body(tag) || start_block(tag) || start_inline(tag)) return;
    reconstruct();
    insert(tag);
}

// The page itself, what belongs into the head, what has no place in a body.
bool TreeBuilder::start_special_body(const StartTag& tag) {
    using enum Tag;
    switch (tag.tag) {
        case html:
            if (!find_open(template_)) merge_attributes(document_.html_, tag);
            return true;
        case body:
            if (stack_.size() < 2 || stack_[1].tag != body || find_open(template_)) return true;
            frameset_ok_ = false;
            merge_attributes(document_.body_, tag);
            return true;
        case frameset:
            start_frameset_instead(tag);
            return true;
        case base:
        case basefont:
        case bgsound:
        case Tag::link:
        case meta:
        case noframes:
        case script:
        case style:
        case template_:
        case title:
            start_head(tag);
            return true;
        case caption:
        case col:
        case colgroup:
        case frame:
        case head:
        case tbody:
        case td:
        case tfoot:
        case th:
        case thead:
        case tr:
            return true;
        default:
            return false;
    }
}

void TreeBuilder::start_frameset_instead(const StartTag& tag) {
    if (stack_.size() < 2 || stack_[1].tag != Tag::body || !frameset_ok_) return;
    if (document_.nodes_[document_.body_].parent) document_.remove(document_.body_);
    stack_.resize(1);
    insert(tag);
    mode_ = Mode::in_frameset;
}

bool TreeBuilder::start_block(const StartTag& tag) {
    using enum Tag;
    switch (tag.tag) {
        case form:
            start_form(tag);
            return true;
        case li:
        case dd:
        case dt:
            start_list_item(tag);
            return true;
        case hr:
            close_p();
            if (in_scope(select)) close_implied();
            insert_void(tag);
            frameset_ok_ = false;
            return true;
        case plaintext:
            close_p();
            insert_raw(tag);
            return true;
        case xmp:
            close_p();
            reconstruct();
            frameset_ok_ = false;
            insert_raw(tag);
            return true;
        case table:
            if (!quirks_) close_p();
            insert(tag);
            frameset_ok_ = false;
            mode_ = Mode::in_table;
            return true;
        default:
            break;
    }
    if (!has_trait(tag.tag, ends_p)) return false;
    close_p();
    if (has_trait(tag.tag, is_heading) && has_trait(current(), is_heading)) pop();
    insert(tag);
    if (tag.tag == pre || tag.tag == listing) {
        skip_newline_ = true;
        frameset_ok_ = false;
    }
    return true;
}

void TreeBuilder::start_list_item(const StartTag& tag) {
    using enum Tag;
    frameset_ok_ = false;
    for (auto i = stack_.size(); i > 0; --i) {
        const auto& open = stack_[i - 1];
        bool ends = tag.tag == li ? open.tag == li : open.tag == dd || open.tag == dt;
        if (ends) {
            pop_through(i);
            break;
        }
        bool passable = open.tag == address || open.tag == div || open.tag == p;
        if (is_special(open) && !passable) break;
    }
    close_p();
    insert(tag);
}

void TreeBuilder::start_form(const StartTag& tag) {
    bool in_template = find_open(Tag::template_);
    if (form_ && !in_template) return;  // forms do not nest
    close_p();
    auto id = insert(tag);
    if (!in_template) form_ = id;
}

void TreeBuilder::start_a(const StartTag& tag) {
    if (auto found = find_formatting(Tag::a)) {
        auto id = formatting_[found - 1].id;
        adopt(Tag::a, "a");
        std::erase_if(formatting_, [&](const Formatting& entry) { return entry.id == id; });
        drop(id);
    }
    reconstruct();
    add_formatting(insert(tag), Tag::a);
}

void TreeBuilder::start_option(const StartTag& tag) {
    using enum Tag;
    if (in_scope(select)) {
        close_implied(tag.tag == option ? optgroup : other);
    } else if (current() == option) {
        pop();
    }
    reconstruct();
    insert(tag);
}

bool TreeBuilder::start_inline(const StartTag& tag) {
    using enum Tag;
    switch (tag.tag) {
        case button:
            if (auto at = in_scope(button)) pop_through(at);
            reconstruct();
            insert(tag);
            frameset_ok_ = false;
            return true;
        case a:
            start_a(tag);
            return true;
        case nobr:
            reconstruct();
            if (in_scope(nobr)) {
                adopt(nobr, "nobr");
                reconstruct();
            }
            add_formatting(insert(tag), nobr);
            return true;
        case applet:
        case marquee:
        case object:
            reconstruct();
            insert(tag);
            add_marker();
            frameset_ok_ = false;
            return true;
        case select:
            if (auto at = in_scope(select)) {
                pop_through(at);  // lists of options do not nest
                return true;
            }
            reconstruct();
            insert(tag);
            frameset_ok_ = false;
            return true;
        case optgroup:
        case option:
            start_option(tag);
            return true;
        case rb:
        case rtc:
        case rp:
        case rt:
            if (in_scope(ruby)) close_implied(tag.tag == rp || tag.tag == rt ? rtc : other);
            insert(tag);
            return true;
        case math:
        case svg:
            reconstruct();
            insert_foreign(tag, tag.tag == svg ? Space::svg : Space::math);
            return true;
        default:
            if (!has_trait(tag.tag, is_formatting)) return start_empty(tag);
            reconstruct();
            add_formatting(insert(tag), tag.tag);
            return true;
    }
}

// What holds no elements: nothing, or text alone.
bool TreeBuilder::start_empty(const StartTag& tag) {
    using enum Tag;
    switch (tag.tag) {
        case param:
        case source:
        case track:
            insert_void(tag);
            return true;
        case textarea:
        case iframe:
            frameset_ok_ = false;
            insert_raw(tag);
            return true;
        case noembed:
            insert_raw(tag);
            return true;
        default:
            break;
    }
    if (tag.name == "image") return start_empty({img, "img", tag.first, tag.count, true});
    if (!has_trait(tag.tag, is_void)) return false;
    if (tag.tag == input)
        if (auto at = in_scope(select)) pop_through(at);
    reconstruct();
    insert_void(tag);
    bool hidden = tag.tag == input && base::equal_ignoring_case(attribute(tag, "type"), "hidden");
    if (!hidden) frameset_ok_ = false;
    return true;
}

void TreeBuilder::end_body(Tag tag, std::string_view name) {
    using enum Tag;
    switch (tag) {
        case template_:
            return end_template();
        case body:
        case html:
            if (!in_scope(body)) return;
            mode_ = Mode::after_body;
            if (tag == html) end_by(mode_, tag, name);
            return;
        case form:
            return end_form();
        case p:
            if (!in_scope(p, Scope::button)) insert(p);
            return close_p();
        case br:
            reconstruct();
            return insert_void({br, "br", 0, 0, false});
        case li:
            if (auto at = in_scope(li, Scope::list_item)) pop_through(at);
            return;
        case applet:
        case marquee:
        case object:
            if (auto at = in_scope(tag)) {
                pop_through(at);
                clear_to_marker();
            }
            return;
        default:
            break;
    }
    if (has_trait(tag, is_heading)) {
        for (auto i = stack_.size(); i > 0; --i) {
            if (has_trait(stack_[i - 1].tag, is_heading)) return pop_through(i);
            if (bounds(stack_[i - 1], Scope::plain)) return;
        }
        return;
    }
    if (has_trait(tag, is_formatting)) return adopt(tag, name);
    bool block = tag == button || tag == select ||
                 (has_trait(tag, ends_p) && !has_trait(tag, is_void)) || tag == dd || tag == dt;
    if (!block || tag == table || tag == plaintext || tag == xmp) return end_any(tag, name);
    if (auto at = in_scope(tag)) pop_through(at);
}

// What is still open inside of the form goes on beside it.
void TreeBuilder::end_form() {
    if (find_open(Tag::template_)) {
        if (auto at = in_scope(Tag::form)) pop_through(at);
        return;
    }
    auto id = std::exchange(form_, 0);
    if (!id) return;
    auto at =
        std::find_if(stack_.begin(), stack_.end(), [&](const Open& open) { return open.id == id; });
    if (at == stack_.end()) return;
    for (auto above = stack_.end() - 1; above != at; --above)
        if (bounds(*above, Scope::plain)) return;
    close_implied();
    drop(id);
}

void TreeBuilder::end_any(Tag tag, std::string_view name) {
    for (auto i = stack_.size(); i > 0; --i) {
        const auto& open = stack_[i - 1];
        bool same = open.space == Space::html && open.tag == tag &&
                    (tag != Tag::other || document_.nodes_[open.id].text == name);
        if (same) return pop_through(i);
        if (is_special(open)) return;
    }
}

void TreeBuilder::text_body(std::string_view text) {
    if (text.empty()) return;
    reconstruct();
    insert_text(text);
    if (!std::all_of(text.begin(), text.end(), base::is_space)) frameset_ok_ = false;
}

}  // namespace formats
