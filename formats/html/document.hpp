#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/text/encoding.hpp"
#include "formats/html/tag.hpp"

namespace formats {

// A node's number. 0 is the document itself, which is also what "no node" reads as.
using NodeId = std::uint32_t;
// Which of a document's nodes are meant, by their numbers: 0 or 1 each.
using NodeMarks = std::vector<std::uint8_t>;

struct Attribute {
    std::string_view name;  // lower case
    std::string_view value;
};

struct Node {
    enum class Kind : std::uint8_t { document, element, text, comment };
    Kind kind = Kind::document;
    Tag tag = Tag::other;
    std::uint16_t attribute_count = 0;
    std::uint32_t first_attribute = 0;
    NodeId parent = 0, first_child = 0, last_child = 0, next = 0, previous = 0;
    std::uint32_t place = 0;  // of the markup that made it, in octets of the normalised page
    std::string_view text;    // an element's name in lower case, a text's or comment's content
};

// An HTML page as a tree, in one block of memory: names, values and texts point into the page's own
// bytes wherever they can. Movable; views taken from it live as long as it does. Reading from
// several threads at once is fine.
class Document {
public:
    // Parses UTF-8. Never fails: like a browser without scripts it makes the tree of the HTML
    // standard of anything. Always has html, head and body (of a page of frames the body is empty
    // and in no tree). What a template holds are its children. Elements nested deeper than 512
    // become siblings.
    // `encoding` is what it was decoded from; links are sent in it.
    static Document parse(std::string html, base::Encoding encoding = base::Encoding::utf8);

    base::Encoding encoding() const { return encoding_; }

    const Node& operator[](NodeId id) const { return nodes_[id]; }
    std::size_t size() const { return nodes_.size(); }
    NodeId html() const { return html_; }
    NodeId head() const { return head_; }
    NodeId body() const { return body_; }
    // The bytes it was parsed from: without NUL, line ends LF.
    std::string_view source() const { return source_; }

    std::span<const Attribute> attributes(NodeId id) const {
        return {attributes_.data() + nodes_[id].first_attribute, nodes_[id].attribute_count};
    }
    // The value, or nothing if the element lacks it.
    std::optional<std::string_view> attribute(NodeId id, std::string_view name) const;

    bool is_element(NodeId id) const { return nodes_[id].kind == Node::Kind::element; }
    bool is_text(NodeId id) const { return nodes_[id].kind == Node::Kind::text; }

    // The next node in document order within the subtree of `within`, or 0. `after_subtree` passes
    // over id's own children.
    NodeId following(NodeId id, NodeId within, bool after_subtree = false) const {
        if (!after_subtree && nodes_[id].first_child) return nodes_[id].first_child;
        while (id != within) {
            if (nodes_[id].next) return nodes_[id].next;
            id = nodes_[id].parent;
            if (!id) break;
        }
        return 0;
    }
    NodeId next_element(NodeId id) const;
    NodeId previous_element(NodeId id) const;

    // All text of the subtree as it stands.
    std::string text(NodeId id) const;
    // The text a reader sees: white space collapsed, a new line before and after each block,
    // nothing of scripts and forms' innards; <pre> keeps its lines. Nodes marked in `struck` are
    // left out with all they hold.
    std::string visible_text(NodeId id, const NodeMarks* struck = nullptr) const;
    // The subtree as HTML.
    std::string outer_html(NodeId id) const;
    std::string inner_html(NodeId id) const;

    // Takes the node with its subtree out of the tree.
    void remove(NodeId id);
    // Has readers see what a <noscript> holds, as one does without scripts.
    void show(NodeId id) { nodes_[id].tag = Tag::div; }

private:
    friend class TreeBuilder;
    friend class Tokenizer;

    std::string_view keep(std::string text) { return storage_->emplace_back(std::move(text)); }

    std::unique_ptr<std::deque<std::string>> storage_;  // the page and what had to be decoded
    std::vector<Node> nodes_;
    std::vector<Attribute> attributes_;
    std::string_view source_;
    base::Encoding encoding_ = base::Encoding::utf8;
    NodeId html_ = 0, head_ = 0, body_ = 0;
};

// Replaces character references; `in_attribute` as the standard treats them there.
void decode_references(std::string_view text, bool in_attribute, std::string& out);

}  // namespace formats
