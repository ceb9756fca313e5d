#pragma once

#include <functional>
#include <string>

#include <boost/json/value.hpp>

#include "base/json/shape.hpp"
#include "base/settings/document.hpp"

// Between the files that read values.
namespace base {

// Where a value stands in what is being read, and how it may be.
struct Spot {
    const Document& document;
    const SettingOptions& options;
    std::string path;

    Spot below(std::string_view name) const;
    Spot item(std::size_t number) const;
    Spot with(const SettingOptions& others) const { return {document, others, path}; }

    [[noreturn]] void wrong(const Shape& shape) const;  // "must be a whole number"
    [[noreturn]] void fail(const std::string& reason, const std::string& mend = {}) const;
    [[noreturn]] void unknown_word(const std::string& text, const std::vector<std::string>& known)
        const;
    // Runs a check; what it finds, or throws as base::Error, is told of with its place.
    void check(const std::function<std::optional<Fault>()>& work) const;
};

// Whether a value could be one of this shape, by what JSON calls it.
bool suits(const Shape& shape, const boost::json::value& value);

// A value of a shape that holds no other shapes.
void read_leaf(const Shape& shape, void* to, const boost::json::value& value, const Spot& spot);

}  // namespace base
