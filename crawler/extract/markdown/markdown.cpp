// Blocks of the page become blocks of Markdown, each kind by a function of its own; what stands
// within a line is written by InlineWriter, tables by table_of. Lists and quotes are written by
// themselves and then indented, which copies them once for each level; levels beyond `deepest` are
// therefore not indented any more.
//
// Text that stands beside blocks in one element is a paragraph. An inline element that holds blocks
// (a link around a card) is passed through, and the link goes to the lines inside.
#include "crawler/extract/markdown/markdown.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/numbers/parse.hpp"
#include "base/text/ascii.hpp"
#include "crawler/extract/markdown/inline.hpp"
#include "crawler/extract/markdown/table.hpp"
#include "crawler/extract/markdown/tex.hpp"

namespace crawler {

namespace {

using formats::NodeId;
using formats::Tag;

constexpr int deepest = 12;

bool is_list(Tag tag) {
    return tag == Tag::ul || tag == Tag::ol || tag == Tag::menu || tag == Tag::dir;
}

void new_block(std::string& out, bool tight) {
    while (!out.empty() && base::is_space(out.back())) out.pop_back();
    if (!out.empty()) out += tight ? "\n" : "\n\n";
}

// A line that would begin a block of another kind.
std::string safe_line(std::string line) {
    auto digits = line.find_first_not_of("0123456789");
    bool number = digits != 0 && digits != line.npos && digits < 10 &&
                  (line[digits] == '.' || line[digits] == ')') &&
                  (digits + 1 == line.size() || line[digits + 1] == ' ');
    if (number) return line.insert(digits, 1, '\\');
    auto hashes = line.find_first_not_of('#');
    bool heading = line.starts_with('#') && (hashes == line.npos || line[hashes] == ' ');
    bool item =
        line.size() > 1 && (line[0] == '-' || line[0] == '+' || line[0] == '*') && line[1] == ' ';
    bool rule = line.size() >= 3 && line.find_first_not_of("-=") == line.npos;
    if (heading || item || rule || line.starts_with('>') || line.starts_with("~~~"))
        line.insert(line.begin(), '\\');
    return line;
}

std::string indented(std::string_view text, std::string_view first, std::string_view rest) {
    std::string out;
    for (std::size_t start = 0; start <= text.size();) {
        auto end = std::min(text.find('\n', start), text.size());
        auto line = text.substr(start, end - start);
        auto prefix = start == 0 ? first : rest;
        if (start) out += '\n';
        out += line.empty() ? base::trim(prefix) : prefix;
        out += line;
        start = end + 1;
    }
    return out;
}

class Writer {
public:
    Writer(const formats::Document& document, const MainPart& part, const MarkdownOptions& options)
        : document_(document),
          struck_(part.struck),
          inline_(document, part.struck, options),
          holds_blocks_(document.size()) {
        for (auto id = static_cast<NodeId>(document.size() - 1); id > 0; --id) {
            if (!document.is_element(id) || struck_[id]) continue;
            if (holds_blocks_[id] || is_block(id)) holds_blocks_[document[id].parent] = 1;
        }
    }

    std::string run(const std::vector<NodeId>& nodes) {
        std::string out;
        for (auto id : nodes) {
            if (!is_block(id) && !holds_blocks_[id]) {
                paragraph(id, out);
            } else {
                block(id, out);
            }
        }
        while (!out.empty() && base::is_space(out.back())) out.pop_back();
        return out;
    }

private:
    bool is_block(NodeId id) const {
        auto tag = document_[id].tag;
        return tag != Tag::br && formats::has_trait(tag, formats::is_block);
    }

    void paragraph(NodeId only, std::string& out) {
        std::string line;
        inline_.write(only, line);
        end_paragraph(line, out);
    }

    void end_paragraph(std::string& line, std::string& out) {
        auto text = std::string(base::trim(line));
        line.clear();
        while (text.ends_with("\\\n") || text.ends_with('\\')) {
            bool escaped = text.size() > 1 && text.ends_with("\\\\");
            if (escaped) break;
            text.pop_back();
        }
        if (text.empty()) return;
        if (link_) text = inline_.linked(link_, std::move(text));
        std::string lines;
        for (std::size_t start = 0; start <= text.size();) {
            auto end = std::min(text.find('\n', start), text.size());
            if (start) lines += '\n';
            lines += safe_line(std::string(base::trim(text.substr(start, end - start))));
            start = end + 1;
        }
        new_block(out, false);
        out += lines;
    }

    // What an element holds, as blocks.
    void children(NodeId id, std::string& out) {
        std::string line;
        for (auto at = document_[id].first_child; at; at = document_[at].next) {
            bool element = document_.is_element(at);
            if (struck_[at] && !(element && document_[at].tag == Tag::script)) continue;
            if (!element || (!is_block(at) && !holds_blocks_[at])) {
                inline_.write(at, line);
                continue;
            }
            end_paragraph(line, out);
            block(at, out);
        }
        end_paragraph(line, out);
    }

    void block(NodeId id, std::string& out) {
        if (struck_[id] || draws_formula(document_, id)) return;
        auto tag = document_[id].tag;
        if (formats::has_trait(tag, formats::is_invisible)) return;
        if (formats::has_trait(tag, formats::is_heading)) return heading(id, out);
        if (is_list(tag)) return list(id, out);
        switch (tag) {
            case Tag::blockquote:
                return quote(id, out);
            case Tag::pre:
            case Tag::listing:
            case Tag::xmp:
                return code(id, out);
            case Tag::hr:
                new_block(out, false);
                if (!out.empty()) out += "---";
                return;
            case Tag::table:
                return table(id, out);
            case Tag::dd:
                return definition(id, out);
            case Tag::a: {
                auto before = std::exchange(link_, id);
                children(id, out);
                link_ = before;
                return;
            }
            default:
                return children(id, out);
        }
    }

    void heading(NodeId id, std::string& out) {
        std::string line;
        for (auto at = document_[id].first_child; at; at = document_[at].next)
            inline_.write(at, line);
        std::erase(line, '\n');
        auto text = std::string(base::trim(line));
        if (text.empty()) return;
        if (link_) text = inline_.linked(link_, std::move(text));
        auto level = static_cast<std::size_t>(document_[id].text[1] - '0');
        new_block(out, false);
        out += std::string(level, '#') + " " + text;
    }

    void list(NodeId id, std::string& out) {
        if (depth_ >= deepest) return children(id, out);
        bool ordered = document_[id].tag == Tag::ol;
        auto number = ordered
                          ? base::whole_number<int>(document_.attribute(id, "start").value_or("1"))
                                .value_or(1)
                          : 0;
        std::string items;
        bool loose = false;
        ++depth_;
        for (auto at = document_[id].first_child; at; at = document_[at].next) {
            if (struck_[at]) continue;
            std::string item;
            if (document_.is_element(at) && (is_block(at) || holds_blocks_[at])) {
                is_list(document_[at].tag) ? list(at, item) : children(at, item);
            } else {
                std::string line;
                inline_.write(at, line);
                end_paragraph(line, item);
            }
            if (item.empty()) continue;
            // A list inside a list without an item of its own belongs to the item before.
            bool inner = is_list(document_[at].tag) && document_.is_element(at);
            auto mark = ordered ? std::to_string(number) + ". " : std::string("- ");
            loose = loose || is_loose(item);
            std::string blanks(mark.size(), ' ');
            if (!items.empty()) items += '\1';
            items += indented(item, inner && !items.empty() ? blanks : mark, blanks);
            if (!inner) ++number;
        }
        --depth_;
        std::string text;
        for (char c : items) {
            if (c == '\1' && loose) text += '\n';
            text += c == '\1' ? '\n' : c;
        }
        if (text.empty()) return;
        new_block(out, in_item(id) && !loose);
        out += text;
    }

    // Whether a list stands in an item after its text.
    bool in_item(NodeId id) const { return document_[document_[id].parent].tag == Tag::li; }

    static bool is_loose(std::string_view item) { return item.find("\n\n") != item.npos; }

    void quote(NodeId id, std::string& out) {
        if (depth_ >= deepest) return children(id, out);
        ++depth_;
        std::string inner;
        auto link = std::exchange(link_, 0);
        children(id, inner);
        link_ = link;
        --depth_;
        if (inner.empty()) return;
        new_block(out, false);
        out += indented(inner, "> ", "> ");
    }

    void definition(NodeId id, std::string& out) {
        std::string inner;
        ++depth_;
        children(id, inner);
        --depth_;
        if (inner.empty()) return;
        new_block(out, true);
        out += depth_ >= deepest ? inner : indented(inner, ": ", "  ");
    }

    void code(NodeId id, std::string& out) {
        auto text = inline_.raw(id);
        while (!text.empty() && base::is_space(text.back())) text.pop_back();
        auto start = text.find_first_not_of("\r\n");
        if (start == text.npos || is_numbers_of_lines(id, text)) return;
        text.erase(0, start);
        std::size_t run = 0, longest = 2;
        for (char c : text) {
            run = c == '`' ? run + 1 : 0;
            longest = std::max(longest, run);
        }
        std::string fence(longest + 1, '`');
        new_block(out, false);
        out += fence + language_of(id) + "\n" + text + "\n" + fence;
    }

    // The gutter beside code that is laid out as a table.
    bool is_numbers_of_lines(NodeId id, std::string_view text) const {
        auto parent = document_[document_[id].parent].tag;
        return parent == Tag::td && std::all_of(text.begin(), text.end(), [](char c) {
                   return base::is_digit(c) || base::is_space(c);
               });
    }

    // By the class of the code, of <pre> or of what holds nothing else.
    std::string language_of(NodeId pre) const {
        auto found = language_at(pre);
        for (auto at = document_[pre].first_child; at && found.empty(); at = document_[at].next)
            if (document_.is_element(at)) found = language_at(at);
        auto above = document_[pre].parent;
        for (int level = 0; level < 2 && found.empty() && above; ++level) {
            found = language_at(above);
            above = document_[above].parent;
        }
        return found;
    }

    std::string language_at(NodeId id) const {
        for (auto name : {"data-lang", "data-language"})
            if (auto said = document_.attribute(id, name); said && is_language(*said))
                return base::to_lower(*said);
        auto classes = document_.attribute(id, "class").value_or("");
        constexpr std::string_view starts[] = {
            "language-", "lang-", "highlight-source-", "highlight-text-", "highlight-", "brush:"};
        for (auto start : starts) {
            auto at = classes.find(start);
            if (at == classes.npos || (at > 0 && !base::is_space(classes[at - 1]))) continue;
            auto rest = base::trim(classes.substr(at + start.size()));
            auto word = rest.substr(0, rest.find_first_of(" \t\n;"));
            if (is_language(word) && word != "default" && word != "none" && word != "notranslate")
                return base::to_lower(word);
        }
        // "sourceCode python" of pandoc
        if (auto at = classes.find("sourceCode "); at != classes.npos) {
            auto word = classes.substr(at + 11, classes.find(' ', at + 11) - at - 11);
            if (is_language(word)) return base::to_lower(word);
        }
        return {};
    }

    static bool is_language(std::string_view word) {
        return !word.empty() && word.size() <= 20 &&
               std::all_of(word.begin(), word.end(), [](char c) {
                   return base::is_alnum(c) || c == '+' || c == '#' || c == '-' || c == '_' ||
                          c == '.';
               });
    }

    void table(NodeId id, std::string& out) {
        auto written = table_of(document_, struck_, inline_, id);
        if (!written) return cells(id, out);
        if (written->empty()) return;
        new_block(out, false);
        out += *written;
    }

    // A table that only lays out.
    void cells(NodeId id, std::string& out) {
        for (auto at = document_[id].first_child; at; at = document_[at].next) {
            if (struck_[at] || !document_.is_element(at)) continue;
            auto tag = document_[at].tag;
            if (tag == Tag::tr || tag == Tag::tbody || tag == Tag::thead || tag == Tag::tfoot) {
                cells(at, out);
            } else {
                children(at, out);
            }
        }
    }

    const formats::Document& document_;
    const formats::NodeMarks& struck_;
    InlineWriter inline_;
    formats::NodeMarks holds_blocks_;
    NodeId link_ = 0;  // around the blocks that are written
    int depth_ = 0;
};

}  // namespace

std::string markdown_of(
    const formats::Document& document,
    const MainPart& part,
    const MarkdownOptions& options
) {
    if (part.nodes.empty()) return {};
    return Writer(document, part, options).run(part.nodes);
}

}  // namespace crawler
