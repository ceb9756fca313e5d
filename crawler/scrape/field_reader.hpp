#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "crawler/scrape/rule_set.hpp"
#include "formats/html/select.hpp"

namespace crawler {

// Reads the values of fields out of one page.
class FieldReader {
public:
    FieldReader(formats::Document& document, const formats::Url& base);

    // The values of fields within `scope` (0: the page). The first fault goes to `fault`, unless
    // there is one; `path` leads its field's name.
    boost::json::object fields(
        const std::vector<FieldRule>& rules,
        formats::NodeId scope,
        const std::string& path,
        std::optional<Fault>& fault
    );
    // What the XPath matches, or the first CSS selector that matches anything; the scope itself if
    // there is neither.
    std::vector<formats::NodeId> select(
        const std::vector<formats::Selector>& css,
        const std::string& xpath,
        formats::NodeId scope
    );
    // The address of the element, or of the first link inside it.
    std::optional<formats::Url> link_in(formats::NodeId node) const;

private:
    boost::json::value value_of(
        const FieldRule& field,
        formats::NodeId scope,
        const std::string& name,
        std::optional<Fault>& fault
    );
    bool exists(const FieldRule& field, formats::NodeId scope);
    std::vector<boost::json::value> values_of(
        const FieldRule& field,
        formats::NodeId scope,
        const std::string& name,
        std::optional<Fault>& fault
    );
    boost::json::value read(
        const FieldRule& field,
        formats::NodeId node,
        const std::string& name,
        std::optional<Fault>& fault
    );
    boost::json::value typed(const FieldRule& field, std::string_view given) const;
    formats::XPathTree& tree();

    formats::Document& document_;
    ValueContext context_;
    std::optional<formats::XPathTree> tree_;
};

// A value as a text; empty for null.
std::string plain(const boost::json::value& value);

}  // namespace crawler
