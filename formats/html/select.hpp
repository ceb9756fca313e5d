#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "formats/html/document.hpp"

namespace formats {

// A list of CSS selectors (Selectors Level 4, as far as a page without a browser has a meaning for
// it): type, #id, .class, attributes with all operators and the i flag; descendant, >, +, ~; :is
// :where :not :has :root :scope :empty :first-child :last-child :only-child and their -of-type,
// :nth-*(an+b [of S]), :link :any-link, the states of forms (:checked :default :disabled :enabled
// :indeterminate :in-range :out-of-range :optional :required :placeholder-shown :read-only
// :read-write), :defined :open :muted :dir :lang; & as :scope. Not of CSS but usual for scraping:
// :-soup-contains() (also :contains), :-soup-contains-own(), [a!=b]. Pseudo-classes of a
// running browser (:hover ..) match nothing, pseudo-elements are refused.
// A page on which a selector or an expression would need too many steps.
class SelectionLimit : public base::Error {
public:
    using Error::Error;
};

class Selector {
public:
    // Throws base::UsageError that names the selector and the place for one that does not parse.
    static Selector parse(std::string_view css);
    ~Selector();
    Selector(Selector&&) noexcept;
    Selector& operator=(Selector&&) noexcept;

    bool matches(const Document& document, NodeId element) const;
    // In document order, within the subtree of `scope` (0: the whole document).
    std::vector<NodeId> select(const Document& document, NodeId scope = 0) const;

    struct List;

private:
    explicit Selector(std::unique_ptr<const List> list);
    std::unique_ptr<const List> list_;
};

// What an XPath 1.0 expression finds: elements, or the texts of attributes, text nodes and
// functions.
struct XPathResult {
    std::vector<NodeId> nodes;       // elements, in document order
    std::vector<std::string> texts;  // one for each result; an element's is its text
};

// A page as libxml2 has it, to ask several expressions of. Making one costs about as much as
// parsing the page. Nodes keep their numbers; what is removed from the page later is still in it.
// For one thread at a time.
class XPathTree {
public:
    explicit XPathTree(const Document& document);
    ~XPathTree();
    XPathTree(const XPathTree&) = delete;

    // Relative to the element `scope` (0: the document). Throws base::UsageError for an expression
    // that does not compile.
    XPathResult select(const std::string& expression, NodeId scope = 0);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// The same for one question.
XPathResult select_xpath(const Document& document, const std::string& expression);
void check_xpath(const std::string& expression);

}  // namespace formats
