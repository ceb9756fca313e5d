// Tables (HTML standard, 13.2.6.4.9 to 15): parts that must be there are made, and what has no
// place in a table goes before it.
#include <algorithm>

#include "base/text/ascii.hpp"
#include "formats/html/tree/builder.hpp"

namespace formats {

void TreeBuilder::start_fostered(const StartTag& tag) {
    fosters_ = true;
    start_body(tag);
    fosters_ = false;
}

void TreeBuilder::start_table(const StartTag& tag) {
    using enum Tag;
    switch (tag.tag) {
        case caption:
            pop_to({table, template_, html});
            add_marker();
            insert(tag);
            mode_ = Mode::in_caption;
            return;
        case colgroup:
            pop_to({table, template_, html});
            insert(tag);
            mode_ = Mode::in_column_group;
            return;
        case col:
            start_table({colgroup, "colgroup", 0, 0, false});
            return dispatch(tag);
        case tbody:
        case tfoot:
        case thead:
            pop_to({table, template_, html});
            insert(tag);
            mode_ = Mode::in_table_body;
            return;
        case td:
        case th:
        case tr:
            start_table({tbody, "tbody", 0, 0, false});
            return dispatch(tag);
        case table:
            if (auto at = in_scope(table, Scope::table)) {
                pop_through(at);
                reset_mode();
                dispatch(tag);
            }
            return;
        case style:
        case script:
        case template_:
            return start_head(tag);
        case input:
            if (!base::equal_ignoring_case(attribute(tag, "type"), "hidden")) break;
            return insert_void(tag);
        case form:
            if (find_open(template_) || form_) return;
            form_ = insert(tag);
            return pop();
        default:
            break;
    }
    start_fostered(tag);
}

bool TreeBuilder::close_caption() {
    if (!in_scope(Tag::caption, Scope::table)) return false;
    pop_through(in_scope(Tag::caption, Scope::table));
    clear_to_marker();
    mode_ = Mode::in_table;
    return true;
}

void TreeBuilder::close_cell() {
    auto at = in_scope(Tag::td, Scope::table);
    if (!at) at = in_scope(Tag::th, Scope::table);
    if (!at) return;
    pop_through(at);
    clear_to_marker();
    mode_ = Mode::in_row;
}

bool TreeBuilder::close_row() {
    if (!in_scope(Tag::tr, Scope::table)) return false;
    pop_to({Tag::tr, Tag::template_, Tag::html});
    pop();
    mode_ = Mode::in_table_body;
    return true;
}

bool TreeBuilder::close_table_body() {
    using enum Tag;
    if (!in_scope(tbody, Scope::table) && !in_scope(thead, Scope::table) &&
        !in_scope(tfoot, Scope::table))
        return false;
    pop_to({tbody, tfoot, thead, template_, html});
    pop();
    mode_ = Mode::in_table;
    return true;
}

void TreeBuilder::start_caption_or_cell(Mode mode, const StartTag& tag) {
    if (!has_trait(tag.tag, is_table_part)) return start_body(tag);
    if (mode == Mode::in_caption) {
        if (close_caption()) dispatch(tag);
    } else if (in_scope(Tag::td, Scope::table) || in_scope(Tag::th, Scope::table)) {
        close_cell();
        dispatch(tag);
    }
}

void TreeBuilder::start_column_group(const StartTag& tag) {
    using enum Tag;
    if (tag.tag == html) return start_body(tag);
    if (tag.tag == col) return insert_void(tag);
    if (tag.tag == template_) return start_head(tag);
    if (current() != colgroup) return;
    pop();
    mode_ = Mode::in_table;
    dispatch(tag);
}

void TreeBuilder::start_table_body(const StartTag& tag) {
    using enum Tag;
    switch (tag.tag) {
        case tr:
            pop_to({tbody, tfoot, thead, template_, html});
            insert(tag);
            mode_ = Mode::in_row;
            return;
        case th:
        case td:
            start_table_body({tr, "tr", 0, 0, false});
            return dispatch(tag);
        case caption:
        case col:
        case colgroup:
        case tbody:
        case tfoot:
        case thead:
            if (close_table_body()) dispatch(tag);
            return;
        default:
            return start_table(tag);
    }
}

void TreeBuilder::start_row(const StartTag& tag) {
    using enum Tag;
    if (tag.tag == td || tag.tag == th) {
        pop_to({tr, template_, html});
        insert(tag);
        mode_ = Mode::in_cell;
        add_marker();
    } else if (has_trait(tag.tag, is_table_part)) {
        if (close_row()) dispatch(tag);
    } else {
        start_table(tag);
    }
}

void TreeBuilder::end_table(Tag tag, std::string_view name) {
    using enum Tag;
    if (tag == table) {
        auto at = in_scope(table, Scope::table);
        if (!at) return;
        pop_through(at);
        return reset_mode();
    }
    if (tag == template_) return end_template();
    if (has_trait(tag, is_table_part) || tag == body || tag == html) return;
    fosters_ = true;
    end_body(tag, name);
    fosters_ = false;
}

void TreeBuilder::end_table_part(Mode mode, Tag tag, std::string_view name) {
    using enum Tag;
    if (mode == Mode::in_caption) {
        if (tag == caption) {
            close_caption();
        } else if (tag == table) {
            if (close_caption()) end_by(mode_, tag, name);
        } else if (!has_trait(tag, is_table_part) && tag != body && tag != html) {
            end_body(tag, name);
        }
        return;
    }
    if (mode == Mode::in_column_group) {
        if (tag == template_) return end_template();
        if (tag == col || current() != colgroup) return;
        pop();
        mode_ = Mode::in_table;
        if (tag != colgroup) end_by(mode_, tag, name);
        return;
    }
    if (tag == tbody || tag == tfoot || tag == thead) {
        if (in_scope(tag, Scope::table)) close_table_body();
    } else if (tag == table) {
        if (close_table_body()) end_by(mode_, tag, name);
    } else {
        end_table(tag, name);
    }
}

void TreeBuilder::end_row(Tag tag, std::string_view name) {
    using enum Tag;
    if (tag == tr) {
        close_row();
    } else if (tag == table) {
        if (close_row()) end_by(mode_, tag, name);
    } else if (tag == tbody || tag == tfoot || tag == thead) {
        if (in_scope(tag, Scope::table) && close_row()) end_by(mode_, tag, name);
    } else {
        end_table(tag, name);
    }
}

void TreeBuilder::end_cell(Tag tag, std::string_view name) {
    using enum Tag;
    if (tag == td || tag == th) {
        auto at = in_scope(tag, Scope::table);
        if (!at) return;
        pop_through(at);
        clear_to_marker();
        mode_ = Mode::in_row;
    } else if (tag == table || tag == tbody || tag == tfoot || tag == thead || tag == tr) {
        if (!in_scope(tag, Scope::table)) return;
        close_cell();
        end_by(mode_, tag, name);
    } else if (!has_trait(tag, is_table_part) && tag != body && tag != html) {
        end_body(tag, name);
    }
}

}  // namespace formats
