// What a token does by the insertion mode (HTML standard, 13.2.6.4): the dispatch, and the modes
// before, after and beside the body. A token that ends a mode is given to the next one.
#include <algorithm>
#include <utility>

#include "base/text/ascii.hpp"
#include "formats/html/tree/builder.hpp"

namespace formats {

namespace {

std::string_view take_blank(std::string_view& text) {
    std::size_t size = 0;
    while (size < text.size() && base::is_space(text[size])) ++size;
    auto blank = text.substr(0, size);
    text.remove_prefix(size);
    return blank;
}

std::string blanks_of(std::string_view text) {
    std::string blanks;
    std::copy_if(text.begin(), text.end(), std::back_inserter(blanks), base::is_space);
    return blanks;
}

// Public identifiers of pages that browsers show in quirks mode (13.2.6.4.1); the common ones.
bool is_quirky(std::string_view doctype) {
    auto text = base::to_lower(doctype);
    auto name = base::trim(text);
    auto end = name.find_first_of(" \t\n\f\"'");
    if (name.substr(0, end) != "html") return true;
    if (end == name.npos) return false;
    auto rest = base::trim(name.substr(end));
    if (rest.starts_with("system"))
        return rest.find("http://www.ibm.com/data/dtd/v11/ibmxhtml1-transitional.dtd") != rest.npos;
    if (!rest.starts_with("public")) return !rest.empty();
    rest = base::trim(rest.substr(6));
    if (rest.empty() || (rest[0] != '"' && rest[0] != '\'')) return true;
    auto close = rest.find(rest[0], 1);
    if (close == rest.npos) return true;
    auto id = rest.substr(1, close - 1);
    bool has_system = rest.find_first_of("\"'", close + 1) != rest.npos;
    for (std::string_view start :
         {"+//silmaril//dtd html pro",
          "-//as//dtd html",
          "-//advasoft ltd//dtd html",
          "-//ietf//dtd html",
          "-//metrius//dtd metrius",
          "-//microsoft//dtd internet explorer",
          "-//netscape comm. corp.//dtd",
          "-//o'reilly and associates//dtd html",
          "-//softquad",
          "-//spyglass//dtd html",
          "-//sq//dtd html 2.0 hotmetal",
          "-//sun microsystems corp.//dtd hotjava",
          "-//w3c//dtd html 3",
          "-//w3c//dtd html 4.0 frameset",
          "-//w3c//dtd html 4.0 transitional",
          "-//w3c//dtd html experimental",
          "-//w3c//dtd w3 html",
          "-//w3o//dtd w3 html",
          "-//webtechs//dtd mozilla html"})
        if (id.starts_with(start)) return true;
    if (id == "-/w3c/dtd html 4.0 transitional/en" || id == "html") return true;
    return !has_system && (id.starts_with("-//w3c//dtd html 4.01 frameset//") ||
                           id.starts_with("-//w3c//dtd html 4.01 transitional//"));
}

}  // namespace

void TreeBuilder::doctype(std::string_view text) {
    flush_table_text();
    skip_newline_ = false;
    if (mode_ != Mode::initial) return;
    quirks_ = is_quirky(text);
    mode_ = Mode::before_html;
}

bool TreeBuilder::is_foreign_start(const StartTag& tag) const {
    if (!in_foreign()) return false;
    const auto& open = stack_.back();
    if (open.takes_text && tag.name != "mglyph" && tag.name != "malignmark") return false;
    if (open.takes_html) return false;
    return !(document_.nodes_[open.id].text == "annotation-xml" && tag.tag == Tag::svg);
}

bool TreeBuilder::start(
    Tag tag,
    std::string_view name,
    std::size_t first,
    std::size_t count,
    bool self_closing
) {
    flush_table_text();
    skip_newline_ = raw_ = false;
    dispatch({tag, name, first, count, self_closing});
    return raw_;
}

void TreeBuilder::dispatch(const StartTag& tag) {
    if (is_foreign_start(tag)) return start_foreign(tag);
    start_by(mode_, tag);
}

void TreeBuilder::start_by(Mode mode, const StartTag& tag) {
    switch (mode) {
        case Mode::initial:
        case Mode::before_html:
        case Mode::before_head:
            return start_before(mode, tag);
        case Mode::in_head:
            return start_head(tag);
        case Mode::in_head_noscript:
            return start_head_noscript(tag);
        case Mode::after_head:
            return start_after_head(tag);
        case Mode::text:
        case Mode::in_body:
            return start_body(tag);
        case Mode::in_table:
            return start_table(tag);
        case Mode::in_caption:
        case Mode::in_cell:
            return start_caption_or_cell(mode, tag);
        case Mode::in_column_group:
            return start_column_group(tag);
        case Mode::in_table_body:
            return start_table_body(tag);
        case Mode::in_row:
            return start_row(tag);
        case Mode::in_template:
            return start_template(tag);
        case Mode::in_frameset:
        case Mode::after_frameset:
        case Mode::after_after_frameset:
            return start_frameset(mode, tag);
        case Mode::after_body:
        case Mode::after_after_body:
            if (tag.tag == Tag::html) return start_body(tag);
            mode_ = Mode::in_body;
            return dispatch(tag);
    }
}

void TreeBuilder::end(Tag tag, std::string_view name) {
    flush_table_text();
    skip_newline_ = false;
    if (in_foreign()) return end_foreign(tag, name);
    end_by(mode_, tag, name);
}

void TreeBuilder::end_by(Mode mode, Tag tag, std::string_view name) {
    switch (mode) {
        case Mode::initial:
        case Mode::before_html:
        case Mode::before_head:
        case Mode::after_head:
            return end_before(mode, tag, name);
        case Mode::in_head:
        case Mode::in_head_noscript:
            return end_head(tag, name);
        case Mode::text:
            pop();
            mode_ = return_mode_;
            return;
        case Mode::in_body:
            return end_body(tag, name);
        case Mode::in_table:
            return end_table(tag, name);
        case Mode::in_caption:
        case Mode::in_column_group:
        case Mode::in_table_body:
            return end_table_part(mode, tag, name);
        case Mode::in_row:
            return end_row(tag, name);
        case Mode::in_cell:
            return end_cell(tag, name);
        case Mode::in_template:
            if (tag == Tag::template_) end_template();
            return;
        case Mode::after_body:
        case Mode::after_after_body:
            return end_after_body(mode, tag, name);
        case Mode::in_frameset:
        case Mode::after_frameset:
        case Mode::after_after_frameset:
            return end_frameset(mode, tag);
    }
}

void TreeBuilder::text(std::string_view text) {
    if (std::exchange(skip_newline_, false) && text.starts_with('\n')) text.remove_prefix(1);
    if (text.empty()) return;
    bool foreign = in_foreign() && !stack_.back().takes_html && !stack_.back().takes_text;
    if (!foreign) return text_by(mode_, text);
    insert_text(text);
    if (!take_blank(text).empty() && text.empty()) return;
    frameset_ok_ = false;
}

void TreeBuilder::text_by(Mode mode, std::string_view text) {
    switch (mode) {
        case Mode::text:
            return insert_text(text);
        case Mode::initial:
        case Mode::before_html:
        case Mode::before_head:
            take_blank(text);
            break;
        case Mode::in_head:
        case Mode::in_head_noscript:
        case Mode::after_head:
            insert_text(take_blank(text));
            break;
        case Mode::in_table:
        case Mode::in_table_body:
        case Mode::in_row:
            if (is_current({Tag::table, Tag::tbody, Tag::template_, Tag::tfoot, Tag::thead, Tag::tr}
                ))
                return table_text_.push_back(text);
            fosters_ = true;
            text_body(text);
            fosters_ = false;
            return;
        case Mode::in_column_group:
            insert_text(take_blank(text));
            if (text.empty() || current() != Tag::colgroup) return;
            pop();
            mode_ = Mode::in_table;
            return text_by(mode_, text);
        case Mode::after_body:
        case Mode::after_after_body:
            text_body(take_blank(text));
            if (!text.empty()) mode_ = Mode::in_body;
            return text_body(text);
        case Mode::in_frameset:
        case Mode::after_frameset:
        case Mode::after_after_frameset:
            return insert_text(document_.keep(blanks_of(text)));
        case Mode::in_body:
        case Mode::in_caption:
        case Mode::in_cell:
        case Mode::in_template:
            return text_body(text);
    }
    if (text.empty()) return;
    leave_for(mode_);
    text_by(mode_, text);
}

// Text between the parts of a table goes before it, unless it is blank.
void TreeBuilder::flush_table_text() {
    if (table_text_.empty()) return;
    auto texts = std::exchange(table_text_, {});
    bool blank = std::all_of(texts.begin(), texts.end(), [](std::string_view text) {
        return std::all_of(text.begin(), text.end(), base::is_space);
    });
    fosters_ = !blank;
    for (auto text : texts) blank ? insert_text(text) : text_body(text);
    fosters_ = false;
}

void TreeBuilder::comment(std::string_view text) {
    flush_table_text();
    skip_newline_ = false;
    Node node;
    node.kind = Node::Kind::comment;
    node.text = text;
    switch (mode_) {
        case Mode::initial:
        case Mode::before_html:
        case Mode::after_after_body:
        case Mode::after_after_frameset:
            return link(make(node), 0, 0);
        case Mode::after_body:
            return link(make(node), document_.html_, 0);
        default:
            insert_node(node);
    }
}

}  // namespace formats
