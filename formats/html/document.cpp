// A page as one array of nodes in document order, and what is read out of it: text, markup,
// attributes.
//
// Nodes hold numbers instead of pointers and views instead of texts, so a page of 10,000 nodes is a
// few allocations, and "following" is a step in an array. Text for people is written line by line,
// as the blocks of the page would break it.
#include "formats/html/document.hpp"

#include <algorithm>
#include <array>

#include "base/text/ascii.hpp"
#include "formats/html/tokenizer.hpp"
#include "formats/html/tree/builder.hpp"

namespace formats {

namespace {

// NUL is dropped and line ends become LF, as the standard's input stream has them.
void normalise_stream(std::string& html) {
    if (html.find('\0') != std::string::npos) std::erase(html, '\0');
    if (html.find('\r') == std::string::npos) return;
    std::size_t to = 0;
    for (std::size_t from = 0; from < html.size(); ++from) {
        char c = html[from];
        if (c == '\r') {
            if (from + 1 < html.size() && html[from + 1] == '\n') continue;
            c = '\n';
        }
        html[to++] = c;
    }
    html.resize(to);
}

void escape(std::string_view text, bool attribute, std::string& out) {
    for (char c : text) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += attribute ? "<" : "&lt;";
                break;
            case '>':
                out += attribute ? ">" : "&gt;";
                break;
            case '"':
                out += attribute ? "&quot;" : "\"";
                break;
            default:
                out += c;
        }
    }
}

// Bytes that end a run which is copied as it stands: white space, and what may begin a hard space.
constexpr auto ends_run = [] {
    std::array<bool, 256> all{};
    for (char c : {' ', '\t', '\n', '\r', '\f', '\xc2'}) all[static_cast<unsigned char>(c)] = true;
    return all;
}();

// Writes text with white space collapsed and lines where blocks begin and end.
class Lines {
public:
    explicit Lines(std::string& out) : out_(out) {}

    void word(std::string_view text, bool preformatted) {
        for (std::size_t i = 0; i < text.size();) {
            char c = text[i];
            bool hard = static_cast<unsigned char>(c) == 0xc2 && i + 1 < text.size() &&
                        static_cast<unsigned char>(text[i + 1]) == 0xa0;
            if (base::is_space(c) || hard) {
                if (preformatted && !hard) {
                    flush_line();
                    out_ += c;
                } else {
                    space_ = true;
                }
                i += hard ? 2 : 1;
                continue;
            }
            flush_line();
            auto end = i + 1;
            while (end < text.size() && !ends_run[static_cast<unsigned char>(text[end])]) ++end;
            out_.append(text.substr(i, end - i));
            i = end;
        }
    }
    void new_line() { line_ = true; }

    void finish() {
        while (!out_.empty() && base::is_space(out_.back())) out_.pop_back();
    }

private:
    void flush_line() {
        if (line_ && !out_.empty()) {
            while (!out_.empty() && (out_.back() == ' ' || out_.back() == '\n')) out_.pop_back();
            if (!out_.empty()) out_ += '\n';
        } else if (space_ && !out_.empty() && !base::is_space(out_.back())) {
            out_ += ' ';
        }
        line_ = space_ = false;
    }

    std::string& out_;
    bool line_ = false;
    bool space_ = false;
};

}  // namespace

Document Document::parse(std::string html, base::Encoding encoding) {
    normalise_stream(html);
    Document document;
    document.encoding_ = encoding;
    document.storage_ = std::make_unique<std::deque<std::string>>();
    document.nodes_.reserve(html.size() / 16 + 16);
    document.attributes_.reserve(html.size() / 40 + 16);
    auto page = document.source_ = document.keep(std::move(html));
    TreeBuilder builder(document);
    Tokenizer(document, builder, page).run();
    return document;
}

std::optional<std::string_view> Document::attribute(NodeId id, std::string_view name) const {
    for (const auto& attribute : attributes(id))
        if (attribute.name == name) return attribute.value;
    return std::nullopt;
}

NodeId Document::next_element(NodeId id) const {
    do id = nodes_[id].next;
    while (id && !is_element(id));
    return id;
}

NodeId Document::previous_element(NodeId id) const {
    do id = nodes_[id].previous;
    while (id && !is_element(id));
    return id;
}

std::string Document::text(NodeId id) const {
    if (is_text(id)) return std::string(nodes_[id].text);
    std::string out;
    for (auto at = following(id, id); at; at = following(at, id))
        if (is_text(at)) out += nodes_[at].text;
    return out;
}

std::string Document::visible_text(NodeId id, const NodeMarks* struck) const {
    std::string out;
    Lines lines(out);
    int pre = 0;
    auto entering = [&](NodeId at) {
        const auto& node = nodes_[at];
        if (struck && (*struck)[at]) return false;
        if (node.kind == Node::Kind::text) {
            lines.word(node.text, pre > 0);
            return true;
        }
        if (node.kind != Node::Kind::element) return false;
        if (at != id && has_trait(node.tag, is_invisible)) return false;
        if (has_trait(node.tag, is_block)) lines.new_line();
        if (node.tag == Tag::td || node.tag == Tag::th) lines.word(" ", false);
        if (node.tag == Tag::pre) ++pre;
        return true;
    };
    auto leaving = [&](NodeId at) {
        const auto& node = nodes_[at];
        if (node.kind != Node::Kind::element) return;
        if (node.tag == Tag::pre && pre) --pre;
        if (has_trait(node.tag, is_block)) lines.new_line();
    };
    auto at = id;
    for (;;) {
        bool down = entering(at);
        if (down && nodes_[at].first_child) {
            at = nodes_[at].first_child;
            continue;
        }
        if (down) leaving(at);
        while (at != id && !nodes_[at].next) {
            at = nodes_[at].parent;
            leaving(at);
        }
        if (at == id) break;
        at = nodes_[at].next;
    }
    lines.finish();
    return out;
}

std::string Document::outer_html(NodeId id) const {
    std::string out;
    auto begin = [&](NodeId at) {
        const auto& node = nodes_[at];
        if (node.kind == Node::Kind::text) {
            bool raw = has_trait(nodes_[node.parent].tag, is_raw) &&
                       !has_trait(nodes_[node.parent].tag, is_escapable);
            if (raw) {
                out += node.text;
            } else {
                escape(node.text, false, out);
            }
        } else if (node.kind == Node::Kind::comment) {
            out.append("<!--").append(node.text).append("-->");
        } else if (node.kind == Node::Kind::element) {
            out.append("<").append(node.text);
            for (const auto& attribute : attributes(at)) {
                out.append(" ").append(attribute.name).append("=\"");
                escape(attribute.value, true, out);
                out += '"';
            }
            out += '>';
        }
    };
    auto end = [&](NodeId at) {
        const auto& node = nodes_[at];
        if (node.kind == Node::Kind::element && !has_trait(node.tag, is_void))
            out.append("</").append(node.text).append(">");
    };
    auto at = id;
    for (;;) {
        begin(at);
        if (nodes_[at].first_child) {
            at = nodes_[at].first_child;
            continue;
        }
        end(at);
        while (at != id && !nodes_[at].next) {
            at = nodes_[at].parent;
            end(at);
        }
        if (at == id) return out;
        at = nodes_[at].next;
    }
}

std::string Document::inner_html(NodeId id) const {
    std::string out;
    for (auto child = nodes_[id].first_child; child; child = nodes_[child].next)
        out += outer_html(child);
    return out;
}

void Document::remove(NodeId id) {
    auto& node = nodes_[id];
    auto& parent = nodes_[node.parent];
    if (node.previous) {
        nodes_[node.previous].next = node.next;
    } else {
        parent.first_child = node.next;
    }
    if (node.next) {
        nodes_[node.next].previous = node.previous;
    } else {
        parent.last_child = node.previous;
    }
    node.next = node.previous = node.parent = 0;
}

}  // namespace formats
