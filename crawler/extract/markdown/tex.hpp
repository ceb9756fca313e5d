#pragma once

#include <optional>
#include <string>

#include "formats/html/document.hpp"

namespace crawler {

struct Formula {
    std::string tex;
    bool displayed = false;  // on lines of its own
};

// The formula that an element is: <math>, a script of type math/tex, an image whose class says that
// its alternative text is TeX. Nothing for other elements and for empty formulas.
std::optional<Formula> formula_of(const formats::Document& document, formats::NodeId id);

// Whether an element only draws a formula that another one beside it holds (KaTeX, MathJax 2).
bool draws_formula(const formats::Document& document, formats::NodeId id);

}  // namespace crawler
