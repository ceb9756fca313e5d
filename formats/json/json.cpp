// JSON as records are made of it: whether a text is JSON, where a value ends, its members as
// written.
//
// A document model would unescape and parse numbers only to write them again. Here simdjson says
// whether a text is valid, and what is valid is then walked by its quotes and brackets alone:
// members stay views of the text, numbers keep their spelling, and only strings with escapes are
// copied.
#include "formats/json/json.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <new>

#include <simdjson.h>

#include "base/bytes/hex.hpp"
#include "base/text/utf8.hpp"

namespace formats {

namespace {

bool blank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

std::size_t skip_blanks(std::string_view text, std::size_t i) {
    while (i < text.size() && blank(text[i])) ++i;
    return i;
}

// Behind the closing quote of the string whose opening quote is text[i]; npos if it does not close.
std::size_t end_of_string(std::string_view text, std::size_t i) {
    for (++i; i < text.size(); ++i) {
        if (text[i] == '\\') {
            ++i;
        } else if (text[i] == '"') {
            return i + 1;
        }
    }
    return text.npos;
}

unsigned hex4(std::string_view text, std::size_t i) {
    unsigned value = 0;
    for (auto end = i + 4; i < end && i < text.size(); ++i) {
        char c = text[i];
        auto digit = c <= '9' ? c - '0' : (c | 32) - 'a' + 10;
        value = value << 4 | static_cast<unsigned>(digit);
    }
    return value;
}

// `inside` is the text between the quotes of a valid string.
std::string_view unescape(std::string_view inside, Arena& arena) {
    if (inside.find('\\') == inside.npos) return inside;
    auto* out = arena.take(inside.size());
    std::size_t n = 0;
    auto put = [&](unsigned byte) { out[n++] = static_cast<char>(byte); };
    for (std::size_t i = 0; i < inside.size(); ++i) {
        if (inside[i] != '\\') {
            out[n++] = inside[i];
            continue;
        }
        switch (inside[++i]) {
            case 'b':
                put('\b');
                break;
            case 'f':
                put('\f');
                break;
            case 'n':
                put('\n');
                break;
            case 'r':
                put('\r');
                break;
            case 't':
                put('\t');
                break;
            case 'u': {
                auto c = hex4(inside, i + 1);
                i += 4;
                if (c >= 0xD800 && c < 0xDC00 && i + 6 < inside.size() + 1) {
                    auto low = hex4(inside, i + 3);
                    c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
                    i += 6;
                }
                if (c < 0x80) {
                    put(c);
                } else if (c < 0x800) {
                    put(0xC0 | c >> 6);
                    put(0x80 | (c & 0x3F));
                } else if (c < 0x10000) {
                    put(0xE0 | c >> 12);
                    put(0x80 | (c >> 6 & 0x3F));
                    put(0x80 | (c & 0x3F));
                } else {
                    put(0xF0 | c >> 18);
                    put(0x80 | (c >> 12 & 0x3F));
                    put(0x80 | (c >> 6 & 0x3F));
                    put(0x80 | (c & 0x3F));
                }
                break;
            }
            default:
                out[n++] = inside[i];
        }
    }
    return {out, n};
}

simdjson::dom::parser& parser_of_thread() {
    thread_local simdjson::dom::parser parser;
    if (parser.max_depth() != json_depth &&
        parser.allocate(1024 * 1024, json_depth) != simdjson::SUCCESS)
        throw std::bad_alloc();
    return parser;
}

std::string words_of(simdjson::error_code code) {
    switch (code) {
        case simdjson::EMPTY:
            return "there is nothing";
        case simdjson::UNCLOSED_STRING:
            return "a string does not end";
        case simdjson::STRING_ERROR:
            return "a string has an escape that JSON does not know";
        case simdjson::UNESCAPED_CHARS:
            return "a string has a control character that is not escaped";
        case simdjson::NUMBER_ERROR:
            return "a number is not as JSON writes it, or out of range";
        case simdjson::T_ATOM_ERROR:
        case simdjson::F_ATOM_ERROR:
        case simdjson::N_ATOM_ERROR:
            return "a word is neither true, false nor null";
        case simdjson::CAPACITY:
            return "longer than 4 GiB";
        default:
            return "not JSON: a bracket, comma, colon or quote is missing or too many";
    }
}

}  // namespace

std::optional<JsonFault> check_json(std::string_view text) {
    thread_local std::string padded;
    padded.reserve(text.size() + simdjson::SIMDJSON_PADDING);
    padded.assign(text);
    auto result = parser_of_thread().parse(padded.data(), padded.size(), false);
    auto code = result.error();
    if (padded.capacity() > 16 * 1024 * 1024) std::string().swap(padded);
    if (code == simdjson::SUCCESS) return std::nullopt;
    std::optional<JsonFault> fault(std::in_place);
    if (code == simdjson::DEPTH_ERROR)
        *fault = {"json.depth", "nested more than 512 deep"};
    else if (code == simdjson::UTF8_ERROR)
        *fault = {"text.encoding", "not well-formed UTF-8"};
    else
        *fault = {"json.syntax", words_of(code)};
    return fault;
}

std::optional<JsonFault> check_storable(std::string_view json) {
    for (std::size_t i = 0; i < json.size(); ++i) {
        char c = json[i];
        if (c == '"') {
            for (++i; json[i] != '"'; ++i) {
                if (json[i] != '\\') continue;
                if (json[++i] != 'u') continue;
                auto code = hex4(json, i + 1);
                if (code == 0) return JsonFault{"json.nul", "\\u0000 in a string"};
                i += 4;
                if (code < 0xD800 || code >= 0xE000) continue;
                bool paired = code < 0xDC00 && json.substr(i + 1, 2) == "\\u";
                auto low = paired ? hex4(json, i + 3) : 0;
                if (low < 0xDC00 || low >= 0xE000) {
                    return JsonFault{"json.surrogate", "half of a surrogate pair in a string"};
                }
                i += 6;
            }
        } else if (c == 'e' || c == 'E') {
            if (i == 0 || json[i - 1] < '0' || json[i - 1] > '9') continue;  // of true or false
            auto digits = json.substr(i + 1, 6);
            auto count = std::count_if(digits.begin(), digits.end(), [](char d) {
                return d >= '0' && d <= '9';
            });
            if (count >= 5) return JsonFault{"json.number", "an exponent of five digits"};
        }
    }
    return std::nullopt;
}

std::optional<std::size_t> end_of_value(std::string_view text, bool at_end) {
    if (text.empty()) return std::nullopt;
    if (text[0] == '"') {
        auto end = end_of_string(text, 0);
        return end == text.npos ? std::nullopt : std::optional(end);
    }
    if (text[0] != '{' && text[0] != '[') {
        auto end = text.find_first_of(",]} \t\r\n");
        if (end == 0) return 1;
        if (end != text.npos) return end;
        return at_end ? std::optional(text.size()) : std::nullopt;
    }
    std::size_t depth = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c == '"') {
            auto end = end_of_string(text, i);
            if (end == text.npos) return std::nullopt;
            i = end - 1;
        } else if (c == '{' || c == '[') {
            ++depth;
        } else if (c == '}' || c == ']') {
            if (--depth == 0) return i + 1;
        }
    }
    return std::nullopt;
}

void add_members(std::string_view object, Arena& arena, std::vector<Field>& fields) {
    auto i = skip_blanks(object, object.find('{') + 1);
    while (i < object.size() && object[i] == '"') {
        auto name_end = end_of_string(object, i);
        auto name = unescape(object.substr(i + 1, name_end - i - 2), arena);
        i = skip_blanks(object, skip_blanks(object, name_end) + 1);  // over the colon
        auto size = end_of_value(object.substr(i), true).value_or(object.size() - i);
        auto value = object.substr(i, size);
        switch (value.front()) {
            case '"':
                fields.push_back(
                    {name, unescape(value.substr(1, size - 2), arena), Field::Kind::text}
                );
                break;
            case '{':
            case '[':
                fields.push_back({name, value, Field::Kind::json});
                break;
            case 't':
            case 'f':
                fields.push_back({name, value, Field::Kind::boolean});
                break;
            case 'n':
                fields.push_back({name, value, Field::Kind::null});
                break;
            default:
                fields.push_back({name, value, Field::Kind::number});
        }
        i = skip_blanks(object, i + size);
        if (i < object.size() && object[i] == ',') i = skip_blanks(object, i + 1);
    }
}

void append_json_string(std::string_view text, std::string& out) {
    static constexpr auto special = [] {
        std::array<bool, 256> table{};
        for (std::size_t i = 0; i < 0x20; ++i) table[i] = true;
        table['"'] = true;
        table['\\'] = true;
        return table;
    }();
    out.push_back('"');
    std::size_t clean = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (!special[static_cast<unsigned char>(text[i])]) continue;
        out.append(text, clean, i - clean);
        clean = i + 1;
        switch (text[i]) {
            case '"':
                out.append("\\\"");
                break;
            case '\\':
                out.append("\\\\");
                break;
            case '\n':
                out.append("\\n");
                break;
            case '\r':
                out.append("\\r");
                break;
            case '\t':
                out.append("\\t");
                break;
            default:
                out.append("\\u00");
                base::append_hex(std::string_view(text).substr(i, 1), out);
        }
    }
    out.append(text, clean, text.size() - clean);
    out.push_back('"');
}

}  // namespace formats
