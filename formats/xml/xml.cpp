// XML by libxml2, behind the text that formats/xml/mend.cpp makes of what people write.
//
// libxml2's tree does not leave this file: its nodes are freed by hand, and its options decide what
// a hostile document can do. No network; no entities, for none are left; a depth at which recursion
// ends. XML_PARSE_HUGE lifts its limit of 10 MB a text, and with it that of depth: what is lenient
// has been cut to 256 before, and what is strict is measured when it is that large.
#include "formats/xml/xml.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <string>
#include <utility>

#include <libxml/parser.h>
#include <libxml/tree.h>

#include "base/text/ascii.hpp"
#include "formats/xml/mend.hpp"

namespace formats {

namespace {

// Lenient documents may be as deep as anybody likes: below this their elements are text alone.
constexpr int lenient_depth = 64;
constexpr int strict_depth = 256;
constexpr std::size_t most_attributes = 10'000;
constexpr std::size_t usual_text = 10'000'000;  // libxml2's limit

struct Wish {
    std::initializer_list<std::string_view> markup = {};
    bool strict = false;
};

std::string text_of(const xmlChar* text) {
    return text ? reinterpret_cast<const char*>(text) : "";
}

bool is_text(const xmlNode* node) {
    return node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE;
}

// Of all within, or of the node's own children alone. Without recursion: texts may lie deep.
void append_text(const xmlNode* parent, bool own, std::string& out) {
    const auto* node = parent->children;
    while (node) {
        if (is_text(node)) out += text_of(node->content);
        if (!own && node->type == XML_ELEMENT_NODE && node->children) {
            node = node->children;
            continue;
        }
        while (!node->next && node->parent != parent) node = node->parent;
        node = node->next;
    }
}

// The content as HTML has it: a feed's <xhtml:b> is <b> to whoever shows it.
void append_markup(const xmlNode* node, int depth, std::string& out) {
    for (; node; node = node->next) {
        if (is_text(node)) {
            for (char c : text_of(node->content))
                if (c == '&')
                    out += "&amp;";
                else if (c == '<')
                    out += "&lt;";
                else
                    out += c;
        }
        if (node->type != XML_ELEMENT_NODE || depth >= strict_depth) continue;
        const auto name = text_of(node->name);
        out.append("<").append(name);
        for (auto* attribute = node->properties; attribute; attribute = attribute->next) {
            out.append(" ").append(text_of(attribute->name)).append("=\"");
            for (auto* part = attribute->children; part; part = part->next)
                for (char c : text_of(part->content))
                    if (c == '&')
                        out += "&amp;";
                    else if (c == '"')
                        out += "&quot;";
                    else
                        out += c;
            out += '"';
        }
        out += node->children ? ">" : "/>";
        append_markup(node->children, depth + 1, out);
        if (node->children) out.append("</").append(name).append(">");
    }
}

// What feeds and shops mean by prefixes that they forget to declare.
std::string usual_space(std::string_view prefix) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 9> usual{{
        {"dc", "http://purl.org/dc/elements/1.1/"},
        {"dcterms", "http://purl.org/dc/terms/"},
        {"content", "http://purl.org/rss/1.0/modules/content/"},
        {"itunes", "http://www.itunes.com/dtds/podcast-1.0.dtd"},
        {"media", "http://search.yahoo.com/mrss/"},
        {"atom", "http://www.w3.org/2005/Atom"},
        {"rdf", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"},
        {"g", "http://base.google.com/ns/1.0"},
        {"xhtml", "http://www.w3.org/1999/xhtml"},
    }};
    for (const auto& [known, space] : usual)
        if (known == prefix) return std::string(space);
    return {};
}

// libxml2 leaves a prefix that is not declared in the name.
void split_prefix(std::string& prefix, std::string& name) {
    const auto colon = name.find(':');
    if (colon == name.npos || colon == 0) return;
    prefix = name.substr(0, colon);
    name.erase(0, colon + 1);
}

XmlElement element_of(const xmlNode* node, const Wish& wish, int depth) {
    XmlElement element;
    element.name = text_of(node->name);
    if (node->ns) {
        element.prefix = text_of(node->ns->prefix);
        element.space = text_of(node->ns->href);
    } else {
        split_prefix(element.prefix, element.name);
        if (!wish.strict && !element.prefix.empty()) element.space = usual_space(element.prefix);
    }
    for (auto* attribute = node->properties; attribute; attribute = attribute->next) {
        auto& one = element.attributes.emplace_back();
        one.name = text_of(attribute->name);
        if (attribute->ns) {
            one.prefix = text_of(attribute->ns->prefix);
        } else {
            split_prefix(one.prefix, one.name);
        }
        for (auto* part = attribute->children; part; part = part->next)
            if (is_text(part)) one.value += text_of(part->content);
    }
    append_text(node, wish.strict, element.text);
    const int deepest = wish.strict ? strict_depth : lenient_depth;
    for (auto* child = node->children; child; child = child->next)
        if (child->type == XML_ELEMENT_NODE && depth < deepest)
            element.children.push_back(element_of(child, wish, depth + 1));
    const auto& markup = wish.markup;
    if (!element.children.empty() &&
        std::find(markup.begin(), markup.end(), element.name) != markup.end())
        append_markup(node->children, 0, element.inner);
    return element;
}

using Document = std::unique_ptr<xmlDoc, decltype(&xmlFreeDoc)>;
using Context = std::unique_ptr<xmlParserCtxt, decltype(&xmlFreeParserCtxt)>;

Document read(const Context& context, const std::string& utf8, int options) {
    options |= XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING;
    const auto size = static_cast<int>(utf8.size());
    return {
        xmlCtxtReadMemory(context.get(), utf8.data(), size, nullptr, "UTF-8", options),
        &xmlFreeDoc};
}

bool is_too_long(std::string_view text) {
    return text.size() > static_cast<std::size_t>(std::numeric_limits<int>::max());
}

// Whether more elements may lie in each other than libxml2 takes by itself.
bool may_be_too_deep(std::string_view text) {
    int depth = 0, most = 0;
    for (auto at = text.find('<'); at != text.npos; at = text.find('<', at + 1)) {
        const auto next = at + 1 < text.size() ? text[at + 1] : ' ';
        const auto end = text.find_first_of("<>", at + 1);
        if (next == '/') {
            --depth;
        } else if (end == text.npos || text[end] != '>' || text[end - 1] != '/') {
            most = std::max(most, ++depth);
        }
    }
    return most > strict_depth;
}

// libxml2 compares each attribute of an element with all others of it.
bool has_too_many_attributes(std::string_view text) {
    constexpr std::string_view shortest = " a=''";
    if (text.size() < most_attributes * shortest.size()) return false;
    for (auto at = text.find('<'); at != text.npos; at = text.find('<', at)) {
        const auto markup = text.substr(at);
        if (markup.starts_with("<!--") || markup.starts_with("<![CDATA[")) {
            at = text.find(markup[2] == '-' ? "-->" : "]]>", at);
            continue;
        }
        std::size_t found = 0;
        for (; at < text.size() && text[at] != '>'; ++at) {
            if (text[at] != '"' && text[at] != '\'') continue;
            at = text.find(text[at], at + 1);
            if (at == text.npos) return false;
            if (++found > most_attributes) return true;
        }
    }
    return false;
}

}  // namespace

const XmlElement* XmlElement::child(std::string_view wanted) const {
    for (const auto& entry : children)
        if (base::equal_ignoring_case(entry.name, wanted)) return &entry;
    return nullptr;
}

std::string XmlElement::child_text(std::string_view wanted) const {
    const auto* found = child(wanted);
    return found ? std::string(base::trim(found->text)) : std::string();
}

std::string XmlElement::attribute(std::string_view wanted) const {
    const XmlAttribute* found = nullptr;
    for (const auto& one : attributes)
        if (one.name == wanted && (!found || one.prefix.empty())) found = &one;
    return found ? found->value : std::string();
}

std::string XmlElement::attribute(std::string_view of_prefix, std::string_view wanted) const {
    for (const auto& one : attributes)
        if (one.name == wanted && one.prefix == of_prefix) return one.value;
    return {};
}

std::optional<XmlElement>
parse_xml(std::string_view utf8, std::initializer_list<std::string_view> markup, bool* whole) {
    const auto mended = mend_xml(utf8);
    const auto& text = mended.text;
    if (whole) *whole = mended.whole;
    if (text.empty() || is_too_long(text)) return std::nullopt;
    const Context context(xmlNewParserCtxt(), &xmlFreeParserCtxt);
    const auto document = read(context, text, XML_PARSE_RECOVER | XML_PARSE_HUGE);
    auto* root = document ? xmlDocGetRootElement(document.get()) : nullptr;
    if (!root) return std::nullopt;
    return element_of(root, {.markup = markup}, 0);
}

std::optional<XmlElement>
parse_xml_strictly(std::string_view utf8, std::string& fault, bool lenient) {
    fault = "not well-formed";
    const auto text = mend_xml_references(utf8, lenient);
    if (is_too_long(text)) return std::nullopt;
    const bool huge = text.size() > usual_text;
    if (huge && may_be_too_deep(text)) {
        fault = "more than 256 elements in each other";
        return std::nullopt;
    }
    if (has_too_many_attributes(text)) {
        fault = "more than " + std::to_string(most_attributes) + " attributes in one element";
        return std::nullopt;
    }
    const Context context(xmlNewParserCtxt(), &xmlFreeParserCtxt);
    const auto document = read(context, text, XML_PARSE_NOBLANKS | (huge ? XML_PARSE_HUGE : 0));
    auto* root = document ? xmlDocGetRootElement(document.get()) : nullptr;
    if (!root) {
        const auto* error = xmlCtxtGetLastError(context.get());
        if (error && error->message) fault = base::trim(error->message);
        return std::nullopt;
    }
    fault.clear();
    return element_of(root, {.strict = true}, 0);
}

}  // namespace formats
