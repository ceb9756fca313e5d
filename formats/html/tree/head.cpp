// Tokens before, after and beside the body (HTML standard, 13.2.6.4.1 to 6 and 18 to 24): html,
// head and body that need not be written, templates, framesets.
#include "formats/html/tree/builder.hpp"

namespace formats {

// Ends a mode before the body as a token does that does not belong there.
void TreeBuilder::leave_for(Mode& mode) {
    switch (mode) {
        case Mode::initial:
            quirks_ = true;
            mode = Mode::before_html;
            return;
        case Mode::before_html:
            link(document_.html_, 0, 0);
            push({.id = document_.html_, .tag = Tag::html});
            mode = Mode::before_head;
            return;
        case Mode::before_head:
            link(document_.head_, document_.html_, 0);
            push({.id = document_.head_, .tag = Tag::head});
            mode = Mode::in_head;
            return;
        case Mode::in_head:
            pop();
            mode = Mode::after_head;
            return;
        case Mode::in_head_noscript:
            pop();
            mode = Mode::in_head;
            return;
        case Mode::after_head:
            link(document_.body_, document_.html_, 0);
            push({.id = document_.body_, .tag = Tag::body});
            mode = Mode::in_body;
            return;
        default:
            return;
    }
}

void TreeBuilder::start_before(Mode mode, const StartTag& tag) {
    if (mode == Mode::before_head && tag.tag == Tag::html) return start_body(tag);
    leave_for(mode_);
    bool is_it = (mode == Mode::before_html && tag.tag == Tag::html) ||
                 (mode == Mode::before_head && tag.tag == Tag::head);
    if (!is_it) return dispatch(tag);
    merge_attributes(tag.tag == Tag::html ? document_.html_ : document_.head_, tag);
}

void TreeBuilder::start_head(const StartTag& tag) {
    using enum Tag;
    switch (tag.tag) {
        case html:
            return start_body(tag);
        case base:
        case basefont:
        case bgsound:
        case Tag::link:
        case meta:
            return insert_void(tag);
        case title:
        case noframes:
        case style:
        case script:
            return insert_raw(tag);
        case noscript:
            insert(tag);
            mode_ = Mode::in_head_noscript;
            return;
        case template_: {
            auto depth = stack_.size();
            insert(tag);
            if (stack_.size() == depth) return;
            add_marker();
            frameset_ok_ = false;
            mode_ = Mode::in_template;
            template_modes_.push_back(Mode::in_template);
            return;
        }
        case head:
            return;
        default:
            leave_for(mode_);
            return dispatch(tag);
    }
}

void TreeBuilder::start_head_noscript(const StartTag& tag) {
    using enum Tag;
    switch (tag.tag) {
        case html:
            return start_body(tag);
        case basefont:
        case bgsound:
        case Tag::link:
        case meta:
        case noframes:
        case style:
            return start_head(tag);
        case head:
        case noscript:
            return;
        default:
            leave_for(mode_);
            return dispatch(tag);
    }
}

void TreeBuilder::start_after_head(const StartTag& tag) {
    using enum Tag;
    if (tag.tag == html) return start_body(tag);
    if (tag.tag == head) return;
    if (tag.tag == body) {
        leave_for(mode_);
        merge_attributes(document_.body_, tag);
        frameset_ok_ = false;
        return;
    }
    if (tag.tag == frameset) {
        insert(tag);
        mode_ = Mode::in_frameset;
        return;
    }
    bool late = has_trait(tag.tag, is_metadata) && tag.tag != noscript;
    if (!late) {
        leave_for(mode_);
        return dispatch(tag);
    }
    push({.id = document_.head_, .tag = head});
    start_head(tag);
    drop(document_.head_);
}

void TreeBuilder::start_template(const StartTag& tag) {
    using enum Tag;
    if (has_trait(tag.tag, is_metadata) && tag.tag != noscript) return start_head(tag);
    auto next = Mode::in_body;
    switch (tag.tag) {
        case caption:
        case colgroup:
        case tbody:
        case tfoot:
        case thead:
            next = Mode::in_table;
            break;
        case col:
            next = Mode::in_column_group;
            break;
        case tr:
            next = Mode::in_table_body;
            break;
        case td:
        case th:
            next = Mode::in_row;
            break;
        default:
            break;
    }
    template_modes_.back() = mode_ = next;
    dispatch(tag);
}

void TreeBuilder::start_frameset(Mode mode, const StartTag& tag) {
    using enum Tag;
    if (tag.tag == html) return start_body(tag);
    if (tag.tag == noframes) return start_head(tag);
    if (mode != Mode::in_frameset) return;
    if (tag.tag == frameset) insert(tag);
    if (tag.tag == frame) insert_void(tag);
}

void TreeBuilder::end_before(Mode mode, Tag tag, std::string_view name) {
    using enum Tag;
    if (tag == template_ && mode == Mode::after_head) return end_template();
    if (tag != head && tag != body && tag != html && tag != br) return;
    if (tag == head && mode == Mode::after_head) return;
    leave_for(mode_);
    end_by(mode_, tag, name);
}

void TreeBuilder::end_head(Tag tag, std::string_view name) {
    using enum Tag;
    bool in_noscript = mode_ == Mode::in_head_noscript;
    if (in_noscript ? tag == noscript : tag == head) return leave_for(mode_);
    if (tag == template_ && !in_noscript) return end_template();
    if (tag != br && (in_noscript || (tag != body && tag != html))) return;
    leave_for(mode_);
    end_by(mode_, tag, name);
}

void TreeBuilder::end_template() {
    if (!find_open(Tag::template_)) return;
    close_all_implied();
    pop_through(find_open(Tag::template_));
    clear_to_marker();
    if (!template_modes_.empty()) template_modes_.pop_back();
    reset_mode();
}

void TreeBuilder::end_after_body(Mode mode, Tag tag, std::string_view name) {
    if (mode == Mode::after_body && tag == Tag::html) {
        mode_ = Mode::after_after_body;
        return;
    }
    mode_ = Mode::in_body;
    end_by(mode_, tag, name);
}

void TreeBuilder::end_frameset(Mode mode, Tag tag) {
    if (mode == Mode::in_frameset && tag == Tag::frameset && stack_.size() > 1) {
        pop();
        if (current() != Tag::frameset) mode_ = Mode::after_frameset;
    } else if (mode == Mode::after_frameset && tag == Tag::html) {
        mode_ = Mode::after_after_frameset;
    }
}

// A page that ends early still has html, head and body.
void TreeBuilder::finish() {
    flush_table_text();
    while (mode_ == Mode::initial || mode_ == Mode::before_html || mode_ == Mode::before_head ||
           mode_ == Mode::in_head || mode_ == Mode::in_head_noscript || mode_ == Mode::after_head ||
           mode_ == Mode::text || (mode_ == Mode::in_template && find_open(Tag::template_))) {
        if (mode_ == Mode::text) {
            pop();
            mode_ = return_mode_;
        } else if (mode_ == Mode::in_template) {
            end_template();
        } else {
            leave_for(mode_);
        }
    }
    // A template may have been opened in the head, with something of a body's in it.
    while (find_open(Tag::template_)) end_template();
    while (mode_ == Mode::in_head || mode_ == Mode::after_head) leave_for(mode_);
    stack_.clear();
}

}  // namespace formats
