// The small documents of the web by libxml2, which recovers from what is broken.
//
// libxml2's tree does not leave this file: its nodes are freed by hand, and its options decide what
// a hostile document can do. No network, no entities of the document's own (they make a few bytes
// into gigabytes), and a depth at which recursion ends.
#include "formats/xml/xml.hpp"

#include <algorithm>
#include <limits>
#include <memory>

#include <libxml/parser.h>
#include <libxml/tree.h>
#include <zlib.h>

#include "base/text/ascii.hpp"

namespace formats {

namespace {

// Lenient documents may be as deep as anybody likes; of others libxml2 refuses what is over 256.
constexpr int lenient_depth = 64;
constexpr int strict_depth = 256;

struct Wish {
    std::initializer_list<std::string_view> markup = {};
    bool own_text = false;
    int depth = lenient_depth;
};

std::string text_of(const xmlChar* text) {
    return text ? reinterpret_cast<const char*>(text) : "";
}

void append_text(const xmlNode* node, std::string& out, int depth) {
    for (; node; node = node->next) {
        if (node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE)
            out += text_of(node->content);
        if (node->type == XML_ELEMENT_NODE && depth < strict_depth)
            append_text(node->children, out, depth + 1);
    }
}

XmlElement element_of(xmlDoc* doc, xmlNode* node, const Wish& wish, int depth) {
    XmlElement element;
    element.name = text_of(node->name);
    if (node->ns) element.space = text_of(node->ns->href);
    for (auto* attribute = node->properties; attribute; attribute = attribute->next) {
        std::string value;
        append_text(attribute->children, value, 0);
        element.attributes.emplace_back(text_of(attribute->name), value);
    }
    append_text(node->children, element.text, wish.own_text ? strict_depth : depth);
    bool nested = false;
    for (auto* child = node->children; child; child = child->next) {
        if (child->type != XML_ELEMENT_NODE || depth >= wish.depth) continue;
        nested = true;
        element.children.push_back(element_of(doc, child, wish, depth + 1));
    }
    if (nested &&
        std::find(wish.markup.begin(), wish.markup.end(), element.name) != wish.markup.end()) {
        std::unique_ptr<xmlBuffer, decltype(&xmlBufferFree)> buffer(
            xmlBufferCreate(), &xmlBufferFree
        );
        for (auto* child = node->children; child; child = child->next)
            xmlNodeDump(buffer.get(), doc, child, 0, 0);
        element.inner = text_of(xmlBufferContent(buffer.get()));
    }
    return element;
}

}  // namespace

const XmlElement* XmlElement::child(std::string_view wanted) const {
    for (const auto& entry : children)
        if (entry.name == wanted) return &entry;
    return nullptr;
}

std::string XmlElement::child_text(std::string_view wanted) const {
    const auto* found = child(wanted);
    return found ? std::string(base::trim(found->text)) : std::string();
}

std::string XmlElement::attribute(std::string_view wanted) const {
    for (const auto& [key, value] : attributes)
        if (key == wanted) return value;
    return {};
}

std::optional<XmlElement>
parse_xml(std::string_view bytes, std::initializer_list<std::string_view> markup) {
    while (!bytes.empty() && base::is_space(bytes[0]))
        bytes.remove_prefix(1);  // common before <?xml, and forbidden
    if (bytes.empty() || bytes.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()))
        return std::nullopt;
    constexpr int options =
        XML_PARSE_RECOVER | XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING;
    std::unique_ptr<xmlDoc, decltype(&xmlFreeDoc)> doc(
        xmlReadMemory(bytes.data(), static_cast<int>(bytes.size()), nullptr, nullptr, options),
        &xmlFreeDoc
    );
    if (!doc) return std::nullopt;
    auto* root = xmlDocGetRootElement(doc.get());
    if (!root) return std::nullopt;
    return element_of(doc.get(), root, {.markup = markup}, 0);
}

std::optional<XmlElement> parse_xml_strictly(std::string_view utf8, std::string& fault) {
    fault = "not well-formed";
    if (utf8.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()))
        return std::nullopt;
    std::unique_ptr<xmlParserCtxt, decltype(&xmlFreeParserCtxt)> context(
        xmlNewParserCtxt(), &xmlFreeParserCtxt
    );
    std::unique_ptr<xmlDoc, decltype(&xmlFreeDoc)> doc(
        xmlCtxtReadMemory(
            context.get(),
            utf8.data(),
            static_cast<int>(utf8.size()),
            nullptr,
            "UTF-8",
            XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NOBLANKS
        ),
        &xmlFreeDoc
    );
    auto* root = doc ? xmlDocGetRootElement(doc.get()) : nullptr;
    if (!root) {
        const auto* error = xmlCtxtGetLastError(context.get());
        if (error && error->message) fault = base::trim(error->message);
        return std::nullopt;
    }
    fault.clear();
    return element_of(doc.get(), root, {.own_text = true, .depth = strict_depth}, 0);
}

std::optional<std::string> gunzip(std::string_view bytes, std::size_t limit) {
    if (!bytes.starts_with("\x1f\x8b")) return std::string(bytes);
    z_stream stream{};
    if (inflateInit2(&stream, 15 + 16) != Z_OK) return std::nullopt;
    std::unique_ptr<z_stream, decltype(&inflateEnd)> guard(&stream, &inflateEnd);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    std::string out, block(1U << 16U, '\0');
    for (;;) {
        stream.next_out = reinterpret_cast<Bytef*>(block.data());
        stream.avail_out = static_cast<uInt>(block.size());
        int result = inflate(&stream, Z_NO_FLUSH);
        out.append(block, 0, block.size() - stream.avail_out);
        if (out.size() > limit) return std::nullopt;
        if (result == Z_STREAM_END) return out;
        if (result != Z_OK || (stream.avail_in == 0 && stream.avail_out != 0)) return std::nullopt;
    }
}

}  // namespace formats
