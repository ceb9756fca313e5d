// Read by hand and strictly: what programs send as a form is of one shape, and a part that was read
// wrongly would be a wrong record. Nothing is decoded: RFC 7578 has no transfer encodings.
#include "ingest/sources/push/form.hpp"

#include <algorithm>
#include <optional>

#include "base/text/ascii.hpp"

namespace ingest {

namespace {

constexpr std::string_view line_end = "\r\n";

// The value of a parameter of a header: `name="a b"` or name=a.
std::optional<std::string> parameter_of(std::string_view header, std::string_view name) {
    for (auto at = header.find(';'); at != header.npos; at = header.find(';', at)) {
        auto rest = header.substr(++at);
        rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
        const auto equals = rest.find('=');
        if (equals == rest.npos) return std::nullopt;
        const bool found = base::equal_ignoring_case(base::trim(rest.substr(0, equals)), name);
        auto value = rest.substr(equals + 1);
        std::string text;
        if (value.starts_with('"')) {
            std::size_t i = 1;
            for (; i < value.size() && value[i] != '"'; ++i) {
                if (value[i] == '\\' && i + 1 < value.size() && value[i + 1] == '"') ++i;
                text += value[i];
            }
            at = static_cast<std::size_t>(
                value.data() + std::min(i + 1, value.size()) - header.data()
            );
        } else {
            text = base::trim(value.substr(0, value.find(';')));
        }
        if (found) return text;
    }
    return std::nullopt;
}

std::optional<FormPart> part_of(std::string_view text) {
    FormPart part;
    bool is_named = false;
    while (!text.starts_with(line_end)) {
        const auto end = text.find(line_end);
        if (end == text.npos) return std::nullopt;
        const auto line = text.substr(0, end);
        text.remove_prefix(end + line_end.size());
        const auto colon = line.find(':');
        if (colon == line.npos) return std::nullopt;
        const auto value = base::trim(line.substr(colon + 1));
        if (base::equal_ignoring_case(line.substr(0, colon), "content-disposition")) {
            auto name = parameter_of(value, "name");
            is_named = name.has_value();
            part.name = name.value_or("");
            part.file_name = parameter_of(value, "filename").value_or("");
        } else if (base::equal_ignoring_case(line.substr(0, colon), "content-type")) {
            part.media_type = value;
        }
    }
    part.body = text.substr(line_end.size());
    return is_named ? std::optional(std::move(part)) : std::nullopt;
}

}  // namespace

std::variant<std::vector<FormPart>, std::string>
read_form(std::string_view content_type, std::string_view body) {
    const auto boundary = parameter_of(content_type, "boundary");
    if (!boundary || boundary->empty()) return "its content type names no boundary";
    const auto mark = "--" + *boundary;
    std::vector<FormPart> parts;
    auto at = body.starts_with(mark) ? 0 : body.find("\r\n" + mark);
    if (at == body.npos) return "the boundary is not in it";
    if (at > 0) at += line_end.size();
    for (;;) {
        auto rest = body.substr(at + mark.size());
        if (rest.starts_with("--")) {
            if (parts.empty()) return "it has no part";
            return parts;
        }
        rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
        if (!rest.starts_with(line_end)) return "a boundary is not the end of its line";
        rest.remove_prefix(line_end.size());
        const auto end = rest.find("\r\n" + mark);
        if (end == rest.npos) return "it ends within a part";
        auto part = part_of(rest.substr(0, end));
        if (!part) return "a part has no name, or a head that is not whole";
        parts.push_back(std::move(*part));
        at = static_cast<std::size_t>(rest.data() - body.data()) + end + line_end.size();
    }
}

}  // namespace ingest
