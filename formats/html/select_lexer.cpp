// Names, strings and numbers of selectors, with their escapes (CSS Syntax 3, 4.3).
//
// There are no tokens: the parser asks for what may come next, which spares a table of token kinds
// and keeps the place in the text, so that each fault can name its column.
#include "formats/html/select_lexer.hpp"

#include <charconv>

#include "base/bytes/hex.hpp"
#include "base/error.hpp"
#include "base/text/ascii.hpp"
#include "base/text/utf8.hpp"

namespace formats::selector {

namespace {

bool starts_name(char c) {
    return base::is_alpha(c) || c == '_' || static_cast<signed char>(c) < 0;
}

}  // namespace

std::string preprocessed(std::string_view css) {
    std::string text;
    for (std::size_t i = 0; i < css.size(); ++i) {
        if (css[i] == '\0') {
            base::append_utf8(0xfffd, text);
        } else if (css[i] == '\r' || css[i] == '\f') {
            if (css[i] == '\r' && css.substr(i + 1, 1) == "\n") ++i;
            text.push_back('\n');
        } else {
            text.push_back(css[i]);
        }
    }
    return text;
}

bool in_name(char c) {
    return starts_name(c) || base::is_digit(c) || c == '-';
}

void Lexer::fail(const std::string& reason) const {
    throw base::UsageError(
        "selector '" + std::string(css_) + "'", reason + " at column " + std::to_string(at_ + 1)
    );
}

bool Lexer::take(char c) {
    if (peek() != c || at_ >= css_.size()) return false;
    ++at_;
    return true;
}
void Lexer::expect(char c) {
    if (!take(c)) fail(std::string("'") + c + "' expected");
}

bool Lexer::spaces() {
    auto start = at_;
    for (;;) {
        while (base::is_space(peek())) ++at_;
        if (peek() != '/' || peek(1) != '*') break;
        auto end = css_.find("*/", at_ + 2);
        at_ = end == css_.npos ? css_.size() : end + 2;
    }
    return at_ > start;
}

bool Lexer::starts_identifier() const {
    if (starts_name(peek()) || peek() == '\\') return true;
    return peek() == '-' && (starts_name(peek(1)) || peek(1) == '-' || peek(1) == '\\');
}

std::string Lexer::name() {
    std::string out;
    while (at_ < css_.size()) {
        if (in_name(peek())) {
            out += css_[at_++];
        } else if (peek() == '\\' && peek(1) != '\n') {
            ++at_;
            escape(out);
        } else {
            break;
        }
    }
    return out;
}

std::string Lexer::identifier() {
    if (!starts_identifier()) fail("a name expected");
    return name();
}

// After the backslash.
void Lexer::escape(std::string& out) {
    if (at_ >= css_.size()) {
        base::append_utf8(0xfffd, out);
        return;
    }
    if (base::hex_value(peek()) < 0) {
        out += css_[at_++];
        while (at_ < css_.size() && !base::starts_character(css_[at_])) out += css_[at_++];
        return;
    }
    char32_t value = 0;
    for (int i = 0; i < 6 && base::hex_value(peek()) >= 0; ++i)
        value = value * 16 + static_cast<char32_t>(base::hex_value(css_[at_++]));
    if (base::is_space(peek())) ++at_;
    if (value == 0 || value > 0x10ffff || (value >= 0xd800 && value < 0xe000)) value = 0xfffd;
    base::append_utf8(value, out);
}

std::string Lexer::string() {
    char quote = css_[at_++];
    std::string out;
    while (at_ < css_.size() && peek() != quote) {
        if (peek() == '\n') fail("a string without its end");
        if (peek() == '\\' && at_ + 1 < css_.size()) {
            ++at_;
            if (peek() == '\n') {
                ++at_;
            } else {
                escape(out);
            }
        } else {
            out += css_[at_++];
        }
    }
    ++at_;  // the end of the selector closes a string too
    if (at_ > css_.size()) at_ = css_.size();
    return out;
}

int Lexer::integer() {
    int sign = take('-') ? -1 : (take('+'), 1);
    auto start = at_;
    while (base::is_digit(peek())) ++at_;
    if (at_ == start) fail("a number expected");
    int value = 0;
    auto [end, error] = std::from_chars(css_.data() + start, css_.data() + at_, value);
    return error == std::errc() ? sign * value : sign * 1'000'000;
}

}  // namespace formats::selector
