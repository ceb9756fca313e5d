#pragma once

#include <string>
#include <string_view>

#include "crawler/extract/markdown/markdown.hpp"

namespace crawler {

// Writes what stands within a line: text, emphasis, code, links, formulas.
class InlineWriter {
public:
    InlineWriter(
        const formats::Document& document,
        const formats::NodeMarks& struck,
        const MarkdownOptions& options
    )
        : document_(document), struck_(struck), options_(options) {}

    // Appends the node with all it holds. Ends of blocks become blanks.
    void write(formats::NodeId id, std::string& out) const;
    // A code span around `text`, which may hold backticks.
    static std::string code_span(std::string_view text);
    // The text of a node as it stands, with line breaks, struck parts left out.
    std::string raw(formats::NodeId id) const;
    // [text](address of the link)
    std::string linked(formats::NodeId link, std::string text) const;

private:
    void element(formats::NodeId id, std::string& out) const;
    void link(formats::NodeId id, std::string& out) const;
    void write_children(formats::NodeId id, std::string& out) const;
    void wrap(formats::NodeId id, std::string_view mark, std::string& out) const;
    void image(formats::NodeId id, std::string& out) const;
    std::string address(std::string_view given) const;

    const formats::Document& document_;
    const formats::NodeMarks& struck_;
    const MarkdownOptions& options_;
};

// `text` with what Markdown would take for marks escaped, and spaces collapsed to one.
void escape_markdown(std::string_view text, std::string& out);

}  // namespace crawler
