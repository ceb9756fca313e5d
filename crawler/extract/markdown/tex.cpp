// Formulas reach pages by five ways: MathML with its TeX as an annotation (Wikipedia, KaTeX,
// arXiv's LaTeXML, which also has it in alttext), plain MathML, TeX in scripts that MathJax 2 draws
// beside, and images with TeX as their alternative text. Plain MathML (MathML Core) is rewritten
// element by element; what it does not know of is read for its children.
#include "crawler/extract/markdown/tex.hpp"

#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text/ascii.hpp"

namespace crawler {

namespace {

using formats::NodeId;

constexpr std::pair<std::string_view, std::string_view> operators[] = {
    {"\xe2\x88\x91", "\\sum"},
    {"\xe2\x88\x8f", "\\prod"},
    {"\xe2\x88\xab", "\\int"},
    {"\xe2\x89\xa4", "\\le"},
    {"\xe2\x89\xa5", "\\ge"},
    {"\xe2\x89\xa0", "\\ne"},
    {"\xe2\x88\x9e", "\\infty"},
    {"\xc3\x97", "\\times"},
    {"\xe2\x8b\x85", "\\cdot"},
    {"\xc2\xb1", "\\pm"},
    {"\xe2\x86\x92", "\\to"},
    {"\xe2\x88\x88", "\\in"},
    {"\xe2\x88\x82", "\\partial"},
    {"\xe2\x88\x87", "\\nabla"},
    {"\xe2\x89\x88", "\\approx"},
    {"\xe2\x88\x92", "-"},
    {"\xe2\x81\xa1", ""},
    {"\xe2\x81\xa2", ""},
    {"\xe2\x81\xa3", ""},
    {"\xce\xb1", "\\alpha"},
    {"\xce\xb2", "\\beta"},
    {"\xce\xb3", "\\gamma"},
    {"\xce\xb4", "\\delta"},
    {"\xce\xb5", "\\epsilon"},
    {"\xce\xb8", "\\theta"},
    {"\xce\xbb", "\\lambda"},
    {"\xce\xbc", "\\mu"},
    {"\xcf\x80", "\\pi"},
    {"\xcf\x83", "\\sigma"},
    {"\xcf\x86", "\\phi"},
    {"\xcf\x89", "\\omega"},
    {"\xce\x94", "\\Delta"},
    {"\xce\xa3", "\\Sigma"},
    {"\xce\xa9", "\\Omega"},
    {"\xe2\x80\xb2", "'"},
    {"{", "\\{"},
    {"}", "\\}"},
    {"%", "\\%"},
    {"&", "\\&"},
    {"#", "\\#"}};

class Rewriter {
public:
    explicit Rewriter(const formats::Document& document) : document_(document) {}

    void rewrite(NodeId id, std::string& out) const {
        if (document_.is_text(id)) return leaf(document_[id].text, out);
        if (!document_.is_element(id)) return;
        auto name = document_[id].text;
        if (name == "annotation" || name == "annotation-xml" || name == "mspace") return;
        auto parts = children(id);
        auto part = [&](std::size_t i) { return i < parts.size() ? braced(parts[i]) : "{}"; };
        if (name == "msup") {
            out += part(0) + "^" + part(1);
        } else if (name == "msub") {
            out += part(0) + "_" + part(1);
        } else if (name == "msubsup" || name == "munderover") {
            out += part(0) + "_" + part(1) + "^" + part(2);
        } else if (name == "munder") {
            out += part(0) + "_" + part(1);
        } else if (name == "mover") {
            out += "\\overset" + part(1) + part(0);
        } else if (name == "mfrac") {
            out += "\\frac" + part(0) + part(1);
        } else if (name == "mroot") {
            out += "\\sqrt[" + rewritten(parts.size() > 1 ? parts[1] : 0) + "]" + part(0);
        } else if (name == "msqrt") {
            out += "\\sqrt{" + inside(parts) + "}";
        } else if (name == "mtext") {
            out += "\\text{" + base::collapse_spaces(document_.text(id)) + "}";
        } else if (name == "mtable") {
            out += "\\begin{matrix}" + joined(parts, " \\\\ ") + "\\end{matrix}";
        } else if (name == "mtr") {
            out += joined(parts, " & ");
        } else {
            out += inside(parts);
        }
    }

private:
    std::vector<NodeId> children(NodeId id) const {
        std::vector<NodeId> found;
        for (auto at = document_[id].first_child; at; at = document_[at].next)
            if (document_.is_element(at) || !base::trim(document_[at].text).empty())
                found.push_back(at);
        return found;
    }
    std::string rewritten(NodeId id) const {
        std::string out;
        if (id) rewrite(id, out);
        return out;
    }
    std::string braced(NodeId id) const {
        auto inner = rewritten(id);
        return inner.size() == 1 ? inner : "{" + inner + "}";
    }
    std::string inside(const std::vector<NodeId>& parts) const {
        std::string out;
        for (auto id : parts) rewrite(id, out);
        return out;
    }
    std::string joined(const std::vector<NodeId>& parts, std::string_view mark) const {
        std::string out;
        for (auto id : parts) {
            if (id != parts.front()) out += mark;
            rewrite(id, out);
        }
        return out;
    }

    static void leaf(std::string_view text, std::string& out) {
        text = base::trim(text);
        for (auto [sign, command] : operators) {
            if (text != sign) continue;
            out += command;
            if (command.starts_with('\\') && base::is_alpha(command.back())) out += ' ';
            return;
        }
        out += text;
    }

    const formats::Document& document_;
};

std::string_view value(const formats::Document& document, NodeId id, std::string_view name) {
    return document.attribute(id, name).value_or("");
}

// "{\displaystyle x}" -> "x"
std::string undressed(std::string_view tex) {
    tex = base::trim(tex);
    if (tex.starts_with("{\\displaystyle") && tex.ends_with('}'))
        tex = base::trim(tex.substr(14, tex.size() - 15));
    for (auto [open, close] : {std::pair{"\\(", "\\)"}, {"\\[", "\\]"}, {"$$", "$$"}, {"$", "$"}})
        if (tex.size() > 3 && tex.starts_with(open) && tex.ends_with(close))
            return undressed(tex.substr(
                std::string_view(open).size(),
                tex.size() - std::string_view(open).size() - std::string_view(close).size()
            ));
    return base::collapse_spaces(tex);
}

std::string tex_of_math(const formats::Document& document, NodeId id) {
    for (auto at = document.following(id, id); at; at = document.following(at, id))
        if (document[at].text == "annotation" &&
            base::contains_ignoring_case(value(document, at, "encoding"), "tex"))
            return undressed(document.text(at));
    if (auto alternative = value(document, id, "alttext"); !alternative.empty())
        return undressed(alternative);
    std::string tex;
    Rewriter(document).rewrite(id, tex);
    return base::collapse_spaces(tex);
}

bool shows_tex(const formats::Document& document, NodeId id) {
    constexpr std::string_view names[] = {"tex", "latex", "math"};
    auto alternative = value(document, id, "alt");
    auto classes = value(document, id, "class");
    bool named = false;
    for (auto name : names) named = named || base::contains_ignoring_case(classes, name);
    return named && !alternative.empty();
}

}  // namespace

std::optional<Formula> formula_of(const formats::Document& document, NodeId id) {
    Formula found;
    switch (document[id].tag) {
        case formats::Tag::math:
            found.displayed = value(document, id, "display") == "block";
            found.tex = tex_of_math(document, id);
            break;
        case formats::Tag::script: {
            auto type = value(document, id, "type");
            if (!type.starts_with("math/tex")) return {};
            found.displayed = type.find("mode=display") != type.npos;
            found.tex = undressed(document.text(id));
            break;
        }
        case formats::Tag::img:
            if (!shows_tex(document, id)) return {};
            found.tex = undressed(value(document, id, "alt"));
            break;
        default:
            return {};
    }
    if (found.tex.empty()) return {};
    return found;
}

bool draws_formula(const formats::Document& document, NodeId id) {
    auto classes = value(document, id, "class");
    constexpr std::string_view drawings[] = {
        "katex-html", "MathJax_Preview", "MathJax_Display", "MathJax_SVG", "MathJax_CHTML"};
    for (auto name : drawings)
        if (classes.find(name) != classes.npos) return true;
    return classes == "MathJax";
}

}  // namespace crawler
