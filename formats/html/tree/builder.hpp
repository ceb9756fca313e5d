#pragma once

#include <initializer_list>
#include <string_view>
#include <vector>

#include "formats/html/document.hpp"

namespace formats {

// Puts the tokens of a page into a Document, as browsers without scripts do (HTML standard,
// 13.2.6).
class TreeBuilder {
public:
    explicit TreeBuilder(Document& document);

    // Where in the page the tokens that follow stand.
    void place(std::size_t octets) { place_ = static_cast<std::uint32_t>(octets); }
    // What stands between "<!doctype" and ">".
    void doctype(std::string_view text);
    // A start tag whose attributes lie at [first, first + count) of the document's, and are the
    // last of them. Returns whether text up to the end tag follows.
    bool
    start(Tag tag, std::string_view name, std::size_t first, std::size_t count, bool self_closing);
    void end(Tag tag, std::string_view name);
    void text(std::string_view text);
    void comment(std::string_view text);
    void finish();

    // Inside <svg> or <math>, where CDATA sections are text.
    bool in_foreign() const { return !stack_.empty() && stack_.back().space != Space::html; }

private:
    enum class Mode : std::uint8_t {
        initial,
        before_html,
        before_head,
        in_head,
        in_head_noscript,
        after_head,
        in_body,
        text,
        in_table,
        in_caption,
        in_column_group,
        in_table_body,
        in_row,
        in_cell,
        in_template,
        after_body,
        in_frameset,
        after_frameset,
        after_after_body,
        after_after_frameset,
    };
    enum class Space : std::uint8_t { html, svg, math };
    enum class Scope : std::uint8_t { plain, list_item, button, table };
    struct StartTag {
        Tag tag;
        std::string_view name;
        std::size_t first, count;
        bool self_closing;
    };
    struct Open {
        NodeId id;
        Tag tag = Tag::other;  // of an HTML element
        Space space = Space::html;
        bool takes_html = false;  // integration points of the standard
        bool takes_text = false;
        bool bounds = false;  // a foreign element that is "special" and ends scopes
    };
    struct Formatting {
        NodeId id = 0;  // 0: a marker
        Tag tag = Tag::other;
    };

    // builder.cpp: nodes, the stack of open elements
    NodeId make(const Node& made);
    void link(NodeId id, NodeId parent, NodeId before);
    struct Location {
        NodeId parent, before;
    };
    Location location(NodeId target) const;
    NodeId insert_node(const Node& node);
    NodeId insert(const StartTag& tag);
    NodeId insert(Tag tag);
    void insert_void(const StartTag& tag);
    void insert_raw(const StartTag& tag);
    void insert_text(std::string_view text);
    void merge_attributes(NodeId id, const StartTag& tag);
    bool has_attribute(const StartTag& tag, std::string_view name) const;
    std::string_view attribute(const StartTag& tag, std::string_view name) const;
    void push(const Open& open);
    bool is_full() const;
    void pop() { stack_.pop_back(); }
    void pop_through(std::size_t place);
    void pop_to(std::initializer_list<Tag> tags);
    void drop(NodeId id);
    Tag current() const { return stack_.empty() ? Tag::other : stack_.back().tag; }
    bool is_current(std::initializer_list<Tag> tags) const;
    std::size_t in_scope(Tag tag, Scope scope = Scope::plain) const;
    bool bounds(const Open& open, Scope scope) const;
    bool is_special(const Open& open) const;
    std::size_t find_open(Tag tag) const;
    void close_implied(Tag except = Tag::other);
    void close_all_implied();
    void close_p();
    void reset_mode();

    // formatting.cpp: the list of active formatting elements
    void add_formatting(NodeId id, Tag tag);
    void reconstruct();
    void add_marker() { formatting_.push_back({}); }
    void clear_to_marker();
    std::size_t find_formatting(Tag tag) const;
    NodeId clone(NodeId id);
    void adopt(Tag tag, std::string_view name);
    std::size_t furthest_block(std::size_t above) const;
    NodeId adopt_between(std::size_t element, std::size_t block, std::size_t& bookmark);

    // modes.cpp: dispatch, and what is around the body
    bool is_foreign_start(const StartTag& tag) const;
    void dispatch(const StartTag& tag);
    void start_by(Mode mode, const StartTag& tag);
    void end_by(Mode mode, Tag tag, std::string_view name);
    void text_by(Mode mode, std::string_view text);
    void leave_for(Mode& mode);
    void start_before(Mode mode, const StartTag& tag);
    void start_head(const StartTag& tag);
    void start_head_noscript(const StartTag& tag);
    void start_after_head(const StartTag& tag);
    void end_before(Mode mode, Tag tag, std::string_view name);
    void end_head(Tag tag, std::string_view name);
    void end_template();
    void start_template(const StartTag& tag);
    void start_frameset(Mode mode, const StartTag& tag);
    void end_frameset(Mode mode, Tag tag);
    void end_after_body(Mode mode, Tag tag, std::string_view name);
    void flush_table_text();

    // body.cpp
    void start_body(const StartTag& tag);
    bool start_special_body(const StartTag& tag);
    bool start_block(const StartTag& tag);
    bool start_inline(const StartTag& tag);
    bool start_empty(const StartTag& tag);
    void start_option(const StartTag& tag);
    void start_list_item(const StartTag& tag);
    void start_form(const StartTag& tag);
    void start_a(const StartTag& tag);
    void start_frameset_instead(const StartTag& tag);
    void end_body(Tag tag, std::string_view name);
    void end_form();
    void end_any(Tag tag, std::string_view name);
    void text_body(std::string_view text);

    // table.cpp
    void start_table(const StartTag& tag);
    void start_fostered(const StartTag& tag);
    void start_caption_or_cell(Mode mode, const StartTag& tag);
    void start_column_group(const StartTag& tag);
    void start_table_body(const StartTag& tag);
    void start_row(const StartTag& tag);
    void end_table(Tag tag, std::string_view name);
    void end_table_part(Mode mode, Tag tag, std::string_view name);
    void end_row(Tag tag, std::string_view name);
    void end_cell(Tag tag, std::string_view name);
    bool close_caption();
    bool close_row();
    void close_cell();
    bool close_table_body();

    // foreign.cpp
    void start_foreign(const StartTag& tag);
    void insert_foreign(const StartTag& tag, Space space);
    void end_foreign(Tag tag, std::string_view name);
    void leave_foreign();

    Document& document_;
    std::vector<Open> stack_;
    std::vector<Formatting> formatting_;
    std::vector<Mode> template_modes_;
    std::vector<std::string_view> table_text_;  // waits for what follows
    Mode mode_ = Mode::initial;
    Mode return_mode_ = Mode::in_body;  // after the text of a raw element
    NodeId form_ = 0;
    std::size_t clones_ = 0;
    std::uint32_t place_ = 0;
    bool raw_ = false;      // the start tag just seen is followed by raw text
    bool fosters_ = false;  // what does not fit into a table goes before it
    bool frameset_ok_ = true;
    bool quirks_ = false;
    bool skip_newline_ = false;  // the first line end in <pre>
};

}  // namespace formats
