#pragma once

#include <algorithm>
#include <initializer_list>
#include <string_view>
#include <vector>

#include "formats/html/document.hpp"

namespace formats {

// Puts the tokens of a page into a Document, with the elements that HTML lets authors leave out
// (HTML standard, 13.2.6).
class TreeBuilder {
public:
    explicit TreeBuilder(Document& document);

    // Where in the page the tokens that follow stand.
    void place(std::size_t octets) { place_ = static_cast<std::uint32_t>(octets); }
    // A start tag whose attributes lie at [first, first + count) of the document's. Returns whether
    // text up to the end tag follows.
    bool
    start(Tag tag, std::string_view name, std::size_t first, std::size_t count, bool self_closing);
    void end(Tag tag, std::string_view name);
    void text(std::string_view text);
    void comment(std::string_view text);
    void finish();

    // Inside <svg> or <math>.
    bool in_foreign() const { return foreign_ > 0; }

private:
    struct Open {
        NodeId id;
        Tag tag;
        bool closing;  // its end tag came while others were open inside: goes when they have gone
    };

    NodeId append(NodeId parent, NodeId before, const Node& made);
    NodeId insert(Tag tag, std::string_view name, std::size_t first, std::size_t count);
    NodeId open(Tag tag, std::string_view name, std::size_t first = 0, std::size_t count = 0);
    void merge_attributes(NodeId id, std::size_t first, std::size_t count);
    void need_body();
    bool in_head(Tag tag, std::string_view name, std::size_t first, std::size_t count);

    void before_start(Tag tag);
    void before_table_part(Tag tag);
    bool fits_table(Tag tag);
    static bool contains(std::initializer_list<Tag> tags, Tag tag) {
        return std::find(tags.begin(), tags.end(), tag) != tags.end();
    }
    static bool is_table_context(Tag tag) {
        using enum Tag;
        return tag == table || tag == tbody || tag == thead || tag == tfoot || tag == tr;
    }
    void close_p();
    void close_list_item(Tag tag);
    void close_definition();
    void clear_to(std::initializer_list<Tag> tags);
    void pop();
    void pop_through(std::size_t index);

    Tag current() const { return stack_.empty() ? Tag::other : stack_.back().tag; }
    // Index + 1 of the innermost open `tag` with no boundary above it; 0 if none. `extra` are
    // further boundaries.
    std::size_t in_scope(Tag tag, std::initializer_list<Tag> extra = {}) const;
    std::size_t in_table_scope(std::initializer_list<Tag> tags) const;
    void end_table_part(Tag tag);
    void end_form();

    // Where the page's text is, as far as head and body go.
    enum class Place { before_html, before_head, after_head, after_body, after_html, inside };

    Document& document_;
    Place where_ = Place::before_html;
    std::vector<Open> stack_;  // below it html and body, or head
    NodeId base_ = 0;          // body, or head as long as there is no body
    NodeId form_ = 0;          // the form that is open
    int foreign_ = 0;
    std::uint32_t place_ = 0;
    bool has_body_ = false;
};

}  // namespace formats
