#pragma once

#include <string>
#include <string_view>

// The signs of selectors (CSS Syntax 3), for their parser alone.
namespace formats::selector {

// CSS Syntax 3, 3.3: line ends as one sign, NUL as the replacement character.
std::string preprocessed(std::string_view css);

// Whether a name goes on with the byte, which may be a part of any character beyond ASCII.
bool in_name(char c);

// Takes signs from the front of a text, and knows the column of a fault.
class Lexer {
public:
    // The text must outlive it.
    explicit Lexer(std::string_view css) : css_(css) {}

protected:
    // Throws base::UsageError that names the selector, the reason and the column.
    [[noreturn]] void fail(const std::string& reason) const;

    char peek(std::size_t ahead = 0) const {
        return at_ + ahead < css_.size() ? css_[at_ + ahead] : '\0';
    }
    bool take(char c);
    void expect(char c);
    // White space and comments; whether there were any.
    bool spaces();

    bool starts_identifier() const;
    std::string name();
    std::string identifier();
    std::string string();
    // With a sign; what an int can not hold is a million.
    int integer();

    std::string_view css_;
    std::size_t at_ = 0;

private:
    void escape(std::string& out);
};

}  // namespace formats::selector
