// The only file here that calls libxml2 for trees: XPath on a copy of the page's tree.
#include <algorithm>
#include <unordered_map>

#include <libxml/tree.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>

#include "base/error.hpp"
#include "formats/html/select.hpp"

namespace formats {

namespace {

template <auto Free>
struct Deleter {
    template <typename T>
    void operator()(T* object) const {
        Free(object);
    }
};
using Doc = std::unique_ptr<xmlDoc, Deleter<xmlFreeDoc>>;
using Context = std::unique_ptr<xmlXPathContext, Deleter<xmlXPathFreeContext>>;
using Expression = std::unique_ptr<xmlXPathCompExpr, Deleter<xmlXPathFreeCompExpr>>;
using Object = std::unique_ptr<xmlXPathObject, Deleter<xmlXPathFreeObject>>;

const xmlChar* xml(const std::string& text) {
    return reinterpret_cast<const xmlChar*>(text.c_str());
}
std::string text_of(xmlChar* text) {
    std::string out = text ? reinterpret_cast<const char*>(text) : "";
    xmlFree(text);
    return out;
}

struct Copy {
    Doc doc;
    std::unordered_map<const xmlNode*, NodeId> ids;
    std::unordered_map<NodeId, xmlNode*> made;
};

Copy copy_of(const Document& document) {
    Copy copy;
    copy.doc.reset(xmlNewDoc(xml("1.0")));
    auto& made = copy.made;
    for (auto at = document.html(); at; at = document.following(at, document.html())) {
        const auto& node = document[at];
        xmlNode* fresh = nullptr;
        if (node.kind == Node::Kind::text) {
            fresh = xmlNewDocTextLen(
                copy.doc.get(),
                reinterpret_cast<const xmlChar*>(node.text.data()),
                static_cast<int>(node.text.size())
            );
        } else if (node.kind == Node::Kind::element) {
            fresh = xmlNewDocNode(copy.doc.get(), nullptr, xml(std::string(node.text)), nullptr);
            for (const auto& attribute : document.attributes(at))
                xmlNewProp(
                    fresh, xml(std::string(attribute.name)), xml(std::string(attribute.value))
                );
        } else {
            continue;
        }
        if (node.kind == Node::Kind::element) {
            copy.ids[fresh] = at;
            made[at] = fresh;
        }
        if (at == document.html()) {
            xmlDocSetRootElement(copy.doc.get(), fresh);
        } else {
            auto* parent = made[node.parent];
            fresh->parent =
                parent;  // xmlAddChild would join neighbouring texts and free the second
            fresh->prev = parent->last;
            (parent->last ? parent->last->next : parent->children) = fresh;
            parent->last = fresh;
        }
    }
    return copy;
}

void silent(void*, xmlError*) {}

// Some seconds of work.
constexpr unsigned long most_operations = 50'000'000;

Expression compile(const std::string& expression) {
    xmlSetStructuredErrorFunc(nullptr, &silent);
    Expression compiled(xmlXPathCompile(xml(expression)));
    if (!compiled)
        throw base::UsageError("xpath '" + expression + "'", "does not parse as XPath 1.0");
    return compiled;
}

}  // namespace

void check_xpath(const std::string& expression) {
    compile(expression);
}

struct XPathTree::Impl {
    explicit Impl(const Document& document)
        : copy(copy_of(document)), context(xmlXPathNewContext(copy.doc.get())) {
        xmlXPathOrderDocElems(copy.doc.get());
        context->opLimit = most_operations;
    }

    Copy copy;
    Context context;
    std::unordered_map<std::string, Expression> compiled;
};

XPathTree::XPathTree(const Document& document) : impl_(std::make_unique<Impl>(document)) {}
XPathTree::~XPathTree() = default;

XPathResult XPathTree::select(const std::string& expression, NodeId scope) {
    auto& [copy, context, known] = *impl_;
    auto found = known.find(expression);
    if (found == known.end()) found = known.emplace(expression, compile(expression)).first;
    auto* doc = reinterpret_cast<xmlNode*>(copy.doc.get());
    auto place = copy.made.find(scope);
    context->node = place == copy.made.end() ? doc : place->second;
    context->opCount = 0;
    Object object(xmlXPathCompiledEval(found->second.get(), context.get()));
    XPathResult result;
    if (!object && context->opCount >= most_operations)
        throw SelectionLimit(
            "xpath '" + expression + "'", "needs too many steps on this page", "make it simpler"
        );
    if (!object) throw base::UsageError("xpath '" + expression + "'", "can not be evaluated");
    if (object->type != XPATH_NODESET) {
        result.texts.push_back(text_of(xmlXPathCastToString(object.get())));
        return result;
    }
    if (!object->nodesetval) return result;
    xmlXPathNodeSetSort(object->nodesetval);
    for (int i = 0; i < object->nodesetval->nodeNr; ++i) {
        auto* node = object->nodesetval->nodeTab[i];
        if (auto id = copy.ids.find(node); id != copy.ids.end()) result.nodes.push_back(id->second);
        result.texts.push_back(text_of(xmlXPathCastNodeToString(node)));
    }
    return result;
}

XPathResult select_xpath(const Document& document, const std::string& expression) {
    compile(expression);  // the cheaper part first
    return XPathTree(document).select(expression);
}

}  // namespace formats
