// A form as a browser would send it that filled in nothing but what it is told.
//
// Sites compare what comes with what they keep, byte for byte: a password of letters beyond ASCII
// is refused in another encoding than that of its form, and so is a hidden field that is missing.
#include "formats/html/form.hpp"

#include <algorithm>

#include "base/bytes/percent.hpp"
#include "base/text/ascii.hpp"
#include "base/text/encoder.hpp"
#include "formats/html/document.hpp"
#include "formats/html/select.hpp"
#include "formats/url/url.hpp"

namespace formats {

namespace {

std::string value_of(const Document& document, NodeId id, std::string_view name) {
    auto value = document.attribute(id, name);
    return value ? std::string(*value) : std::string();
}

// The value of a select: its selected option, or its first.
std::string chosen(const Document& document, NodeId select) {
    NodeId option = 0;
    for (auto id = document.following(select, select); id; id = document.following(id, select)) {
        if (!document.is_element(id) || document[id].text != "option") continue;
        bool selected = document.attribute(id, "selected").has_value();
        if (!option || selected) option = id;
        if (selected) break;
    }
    if (!option) return {};
    if (document.attribute(option, "value")) return value_of(document, option, "value");
    return base::collapse_spaces(document.text(option));
}

// "Picking an encoding for the form" of the standard.
base::Encoding encoding_of(const Document& document, NodeId form) {
    auto picked = document.encoding();
    if (auto named = document.attribute(form, "accept-charset")) {
        picked = base::Encoding::utf8;
        for (auto left = base::trim(*named); !left.empty();) {
            auto label = left.substr(0, left.find_first_of(" \t\n\f\r"));
            left = base::trim(left.substr(label.size()));
            auto known = base::encoding_of_label(label);
            if (!known) continue;
            picked = *known;
            break;
        }
    }
    using enum base::Encoding;
    const bool fits = picked != utf16be && picked != utf16le && picked != replacement;
    return fits ? picked : utf8;
}

// A name or value as its bytes are sent: lines end in CRLF.
std::string sent(std::string_view text, base::Encoding encoding) {
    std::string lines, bytes;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool end = text[i] == '\n' || (text[i] == '\r' && text.substr(i + 1, 1) != "\n");
        if (end) {
            lines += "\r\n";
        } else if (text[i] != '\r') {
            lines += text[i];
        }
    }
    base::encode(lines, encoding, bytes, [&](char32_t c) {
        bytes.append("&#").append(std::to_string(static_cast<unsigned>(c))).append(";");
    });
    return base::form_encoded(bytes);
}

void read_control(const Document& document, NodeId id, Form& form, bool& submitted) {
    auto tag = document[id].text;
    auto type = base::to_lower(value_of(document, id, "type"));
    if (tag == "input" && type == "password") form.has_password = true;
    auto name = value_of(document, id, "name");
    if (name.empty() || document.attribute(id, "disabled")) return;
    if (tag == "select") form.fields.emplace_back(name, chosen(document, id));
    if (tag == "textarea") form.fields.emplace_back(name, document.text(id));
    bool is_submit = (tag == "input" && type == "submit") ||
                     (tag == "button" && (type.empty() || type == "submit"));
    if (is_submit && !std::exchange(submitted, true))
        form.fields.emplace_back(name, value_of(document, id, "value"));
    if (tag != "input" || type == "submit" || type == "button" || type == "image" ||
        type == "reset" || type == "file")
        return;
    bool box = type == "checkbox" || type == "radio";
    if (box && !document.attribute(id, "checked")) return;
    auto value = value_of(document, id, "value");
    if (type == "hidden" && base::equal_ignoring_case(name, "_charset_"))
        value = base::name_of(form.encoding);
    form.fields.emplace_back(name, box && value.empty() ? "on" : value);
}

}  // namespace

void Form::fill(const std::string& name, const std::string& value) {
    auto found = std::find_if(fields.begin(), fields.end(), [&](const auto& field) {
        return field.first == name;
    });
    if (found == fields.end()) {
        fields.emplace_back(name, value);
    } else {
        found->second = value;
    }
}

std::string Form::encoded() const {
    std::string out;
    for (const auto& [name, value] : fields) {
        if (!out.empty()) out += '&';
        out += sent(name, encoding);
        out += '=';
        out += sent(value, encoding);
    }
    return out;
}

std::optional<Form>
find_form(const Document& document, const Url& page, const std::string& selector) {
    auto forms = Selector::parse(selector.empty() ? "form" : selector).select(document);
    for (auto id : forms) {
        Form form;
        auto action = value_of(document, id, "action");
        auto url = parse_url(action, &page, document.encoding());
        if (!url) continue;
        form.action = url->href(false);
        form.encoding = encoding_of(document, id);
        form.post = base::to_lower(value_of(document, id, "method")) == "post";
        bool submitted = false;
        for (auto at = document.following(id, id); at; at = document.following(at, id))
            if (document.is_element(at)) read_control(document, at, form, submitted);
        if (form.has_password || !selector.empty()) return form;
    }
    return std::nullopt;
}

}  // namespace formats
