// Tags that HTML lets authors leave out: what a start tag closes and opens before it.
//
// One switch on the tag, as the standard's modes "in body" and "in table" have it: which open
// elements end at it, and which parts of a table must be there for it.
#include "formats/html/tree_builder.hpp"

namespace formats {

void TreeBuilder::close_p() {
    if (auto at = in_scope(Tag::p, {Tag::button})) pop_through(at);
}

void TreeBuilder::close_list_item(Tag tag) {
    for (auto i = stack_.size(); i > 0; --i) {
        auto open = stack_[i - 1].tag;
        if (open == tag) return pop_through(i);
        bool passable = open == Tag::address || open == Tag::div || open == Tag::p;
        if (has_trait(open, is_special) && !passable) return;
    }
}

void TreeBuilder::close_definition() {
    for (auto i = stack_.size(); i > 0; --i) {
        auto open = stack_[i - 1].tag;
        if (open == Tag::dd || open == Tag::dt) return pop_through(i);
        bool passable = open == Tag::address || open == Tag::div || open == Tag::p;
        if (has_trait(open, is_special) && !passable) return;
    }
}

// Pops until the current element is one of the tags, which bounds a table's part.
void TreeBuilder::clear_to(std::initializer_list<Tag> tags) {
    while (!stack_.empty() && !contains(tags, current()) && current() != Tag::template_) pop();
}

void TreeBuilder::before_start(Tag tag) {
    using enum Tag;
    if (has_trait(tag, ends_p)) close_p();
    if (has_trait(tag, is_heading) && has_trait(current(), is_heading)) pop();
    switch (tag) {
        case li:
            close_list_item(li);
            break;
        case dd:
        case dt:
            close_definition();
            break;
        case button:
        case nobr:
        case a:
            if (auto at = in_scope(tag)) {
                if (tag == a && has_trait(current(), is_special)) {
                    stack_[at - 1].closing = true;
                } else {
                    pop_through(at);
                }
            }
            break;
        case option:
        case optgroup:
            if (current() == option) pop();
            if (tag == optgroup && current() == optgroup) pop();
            break;
        case rb:
        case rtc:
        case rp:
        case rt:
            if (!in_scope(ruby)) break;
            while (has_trait(current(), has_implied_end) &&
                   !((tag == rp || tag == rt) && current() == rtc))
                pop();
            break;
        default:
            before_table_part(tag);
    }
}

// What must be open for a part of a table, and what ends at it.
void TreeBuilder::before_table_part(Tag tag) {
    using enum Tag;
    switch (tag) {
        case caption:
        case colgroup:
            clear_to({table});
            break;
        case col:
            clear_to({table, colgroup});
            if (current() == table) open(colgroup, "colgroup");
            break;
        case tbody:
        case thead:
        case tfoot:
            clear_to({table});
            break;
        case tr:
            clear_to({table, tbody, thead, tfoot});
            if (current() == table) open(tbody, "tbody");
            break;
        case td:
        case th:
            clear_to({table, tbody, thead, tfoot, tr});
            if (current() == table) open(tbody, "tbody");
            if (current() != tr) open(tr, "tr");
            break;
        case table:
            if (is_table_context(current())) {
                if (auto at = in_table_scope({table})) pop_through(at);
            }
            break;
        default:
            break;
    }
}

}  // namespace formats
