// Only what would be read as a mark is escaped, so that prose stays prose: an underscore inside a
// word and a star between blanks are none. White space inside of emphasis goes outside of its
// marks, where CommonMark wants it (section 6.2).
#include "crawler/extract/markdown/inline.hpp"

#include <algorithm>

#include "base/text/ascii.hpp"
#include "crawler/extract/markdown/tex.hpp"

namespace crawler {

namespace {

using formats::NodeId;
using formats::Tag;

std::size_t longest_run(std::string_view text, char mark) {
    std::size_t longest = 0, run = 0;
    for (char c : text) {
        run = c == mark ? run + 1 : 0;
        longest = std::max(longest, run);
    }
    return longest;
}

bool is_word(std::string_view text, std::size_t at) {
    return at < text.size() && (base::is_alnum(text[at]) || !base::is_ascii(text[at]));
}

bool is_mark(std::string_view text, std::size_t at) {
    bool open = is_word(text, at + 1), closed = at > 0 && is_word(text, at - 1);
    switch (text[at]) {
        case '\\':
        case '`':
        case '[':
        case ']':
            return true;
        case '*':
            return open || closed;
        case '_':
            return open != closed;
        case '<':
            return at + 1 < text.size() &&
                   (base::is_alpha(text[at + 1]) || text[at + 1] == '/' || text[at + 1] == '!');
        case '~':
            return at + 1 < text.size() && text[at + 1] == '~';
        default:
            return false;
    }
}

}  // namespace

void escape_markdown(std::string_view text, std::string& out) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (base::is_space(text[i])) {
            if (!out.empty() && !base::is_space(out.back())) out += ' ';
            continue;
        }
        if (is_mark(text, i)) out += '\\';
        out += text[i];
    }
}

std::string InlineWriter::code_span(std::string_view text) {
    std::string ticks(longest_run(text, '`') + 1, '`');
    bool pad = !text.empty() && (text.front() == '`' || text.back() == '`');
    return ticks + (pad ? " " : "") + std::string(text) + (pad ? " " : "") + ticks;
}

std::string InlineWriter::raw(NodeId id) const {
    std::string out;
    for (auto at = id; at; at = document_.following(at, id, struck_[at] != 0)) {
        if (struck_[at]) continue;
        if (document_.is_text(at)) out += document_[at].text;
        if (document_[at].tag == Tag::br && document_.is_element(at)) out += '\n';
    }
    return out;
}

void InlineWriter::write_children(NodeId id, std::string& out) const {
    for (auto at = document_[id].first_child; at; at = document_[at].next) write(at, out);
}

void InlineWriter::write(NodeId id, std::string& out) const {
    if (document_.is_text(id)) {
        if (!struck_[id]) escape_markdown(document_[id].text, out);
        return;
    }
    if (!document_.is_element(id)) return;
    const auto& node = document_[id];
    bool script = node.tag == Tag::script;  // struck like all scripts, but may be a formula
    if ((struck_[id] && !script) || draws_formula(document_, id)) return;
    if (script || node.tag == Tag::math || node.tag == Tag::img)
        if (auto formula = formula_of(document_, id)) {
            out += formula->displayed ? "$$" + formula->tex + "$$" : "$" + formula->tex + "$";
            return;
        }
    if (formats::has_trait(node.tag, formats::is_invisible)) return;
    element(id, out);
}

// Elements that are written in a way of their own; all others are what they hold.
void InlineWriter::element(NodeId id, std::string& out) const {
    const auto& node = document_[id];
    switch (node.tag) {
        case Tag::br:
            while (!out.empty() && out.back() == ' ') out.pop_back();
            if (!out.empty() && out.back() != '\n') out += "\\\n";
            return;
        case Tag::em:
        case Tag::i:
        case Tag::cite:
        case Tag::dfn:
        case Tag::var:
            return wrap(id, "*", out);
        case Tag::strong:
        case Tag::b:
            return wrap(id, "**", out);
        case Tag::del:
        case Tag::s:
        case Tag::strike:
            return wrap(id, "~~", out);
        case Tag::code:
        case Tag::kbd:
        case Tag::samp:
        case Tag::tt: {
            auto text = base::collapse_spaces(raw(id));
            if (!text.empty()) out += code_span(text);
            return;
        }
        case Tag::q:
            out += "\xe2\x80\x9c";
            write_children(id, out);
            out += "\xe2\x80\x9d";
            return;
        case Tag::a:
            return link(id, out);
        case Tag::img:
            return image(id, out);
        default:
            break;
    }
    bool block = formats::has_trait(node.tag, formats::is_block);
    if (block && !out.empty() && !base::is_space(out.back())) out += ' ';
    write_children(id, out);
    if (block && !out.empty() && !base::is_space(out.back())) out += ' ';
}

void InlineWriter::link(NodeId id, std::string& out) const {
    std::string text;
    write_children(id, text);
    if (text.starts_with(' ') && !out.ends_with(' ')) out += ' ';
    bool gap = text.ends_with(' ');
    out += linked(id, std::string(base::trim(text)));
    if (gap) out += ' ';
}

void InlineWriter::wrap(NodeId id, std::string_view mark, std::string& out) const {
    std::string inner;
    write_children(id, inner);
    auto text = base::trim(inner);
    bool marked = text.starts_with(mark) || text.ends_with(mark) ||
                  text.find('\n') != text.npos;  // marked already, or over lines
    if (text.empty() || marked) {
        out += inner;
        return;
    }
    if (base::is_space(inner.front()) && !out.empty() && !base::is_space(out.back())) out += ' ';
    out.append(mark).append(text).append(mark);
    if (base::is_space(inner.back())) out += ' ';
}

std::string InlineWriter::address(std::string_view given) const {
    given = base::trim(given);
    auto resolved = options_.base ? formats::parse_url(given, options_.base) : std::nullopt;
    auto text = resolved ? resolved->href() : std::string(given);
    bool plain = std::none_of(text.begin(), text.end(), [](char c) {
        return base::is_space(c) || c == '(' || c == ')' || c == '<' || c == '>';
    });
    if (plain) return text;
    std::erase_if(text, [](char c) { return c == '<' || c == '>' || c == '\n' || c == '\r'; });
    return "<" + text + ">";
}

std::string InlineWriter::linked(NodeId link, std::string text) const {
    auto href = base::trim(document_.attribute(link, "href").value_or(""));
    bool leads = !href.empty() && !href.starts_with('#') && !href.starts_with("javascript:");
    if (text.empty() || !options_.links || !leads || text.find("](") != text.npos) return text;
    return "[" + text + "](" + address(href) + ")";
}

void InlineWriter::image(NodeId id, std::string& out) const {
    auto source = document_.attribute(id, "src").value_or("");
    if (source.starts_with("data:")) source = document_.attribute(id, "data-src").value_or("");
    if (!options_.images || source.empty()) return;
    std::string alternative;
    escape_markdown(base::trim(document_.attribute(id, "alt").value_or("")), alternative);
    out += "![" + alternative + "](" + address(source) + ")";
}

}  // namespace crawler
