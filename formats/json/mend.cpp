// JSON as programs write it that do not know JSON well.
//
// Python writes NaN, JavaScript cuts an emoji in half, JVMs print numbers that no double holds: one
// such value must not cost its record, still less the page that it stands in. The mended text is
// judged by check_json() like any other, so nothing gets by that is no JSON. Whole numbers of more
// than 64 bits are JSON and are kept as spelled, but simdjson refuses them: it is shown a text with
// a 0 in their place.
#include "formats/json/mend.hpp"

#include <algorithm>
#include <charconv>

#include "base/text/ascii.hpp"
#include "base/text/utf8.hpp"

namespace formats {

namespace {

constexpr std::size_t most_whole_digits = 18;  // what 64 bits hold in any case

class Mender {
public:
    explicit Mender(std::string_view text) : text_(text) { text_out_.reserve(text.size() + 16); }

    void mend() {
        while (at_ < text_.size()) {
            char c = text_[at_];
            if (c == '"') {
                string();
            } else if (c == ',' && closes_behind_comma()) {
                ++at_;
            } else if (c == '-' || c == '+' || c == '.' || base::is_alnum(c)) {
                word();
            } else {
                put(text_.substr(at_++, 1));
            }
        }
    }

    const std::string& text() const { return text_out_; }
    // With 0 for whole numbers that are too long for simdjson.
    const std::string& judged() const { return long_numbers_ ? judged_ : text_out_; }
    const std::vector<std::string>& left_out() const { return left_out_; }

private:
    void put(std::string_view piece) {
        text_out_ += piece;
        if (long_numbers_) judged_ += piece;
    }

    void leave_out(std::string what) {
        if (std::find(left_out_.begin(), left_out_.end(), what) == left_out_.end())
            left_out_.push_back(std::move(what));
    }

    bool closes_behind_comma() const {
        auto next = text_.find_first_not_of(" \t\r\n", at_ + 1);
        return next != text_.npos && (text_[next] == ']' || text_[next] == '}');
    }

    // The code unit of the escape \uXXXX at `at`, if there is one.
    std::optional<unsigned> unit(std::size_t at) const {
        if (text_.substr(at, 2) != "\\u" || at + 6 > text_.size()) return std::nullopt;
        unsigned value = 0;
        const char* first = text_.data() + at + 2;
        auto [end, code] = std::from_chars(first, first + 4, value, 16);
        return code == std::errc() && end == first + 4 ? std::optional(value) : std::nullopt;
    }

    void string() {
        put(text_.substr(at_++, 1));
        while (at_ < text_.size() && text_[at_] != '"') {
            auto size = text_.find_first_of("\\\"\b\f\n\r\t", at_);
            size = std::min(size, text_.size()) - at_;
            for (std::size_t i = 0; i < size; ++i)  // other control characters
                if (static_cast<unsigned char>(text_[at_ + i]) < 0x20) size = i;
            put(text_.substr(at_, size));
            at_ += size;
            if (at_ >= text_.size() || text_[at_] == '"') break;
            text_[at_] == '\\' ? escape() : control();
        }
        if (at_ < text_.size()) put(text_.substr(at_++, 1));
    }

    void control() {
        std::string quoted;
        append_json_string(text_.substr(at_++, 1), quoted);
        put(std::string_view(quoted).substr(1, quoted.size() - 2));
    }

    void escape() {
        auto first = unit(at_);
        if (!first || *first < 0xD800 || *first > 0xDFFF) {
            put(text_.substr(at_, 2));
            at_ = std::min(at_ + 2, text_.size());
            return;
        }
        auto second = *first < 0xDC00 ? unit(at_ + 6) : std::nullopt;
        if (second && *second >= 0xDC00 && *second <= 0xDFFF) {
            put(text_.substr(at_, 12));
            at_ += 12;
            return;
        }
        put("\\ufffd");
        at_ += 6;
        leave_out("half of a surrogate pair is no character");
    }

    // A number, true, false, null, or what is none of them.
    void word() {
        auto end = text_.find_first_of(",]}:\" \t\r\n[{", at_);
        auto word = text_.substr(at_, end - at_);
        at_ += word.size();
        auto name = base::to_lower(word.substr(word.starts_with('-') || word.starts_with('+')));
        if (name == "nan" || name == "inf" || name == "infinity") {
            put("null");
            leave_out(std::string(word) + " is no JSON value");
        } else if (is_too_large(word)) {
            put("null");
            leave_out("a number is beyond the range of a double");
        } else if (is_long_whole(word)) {
            if (!long_numbers_) judged_ = text_out_;
            long_numbers_ = true;
            text_out_ += word;
            judged_ += '0';
        } else {
            put(word);
        }
    }

    static bool is_too_large(std::string_view word) {
        double value = 0;
        auto [end, code] = std::from_chars(word.data(), word.data() + word.size(), value);
        if (code != std::errc::result_out_of_range || end != word.data() + word.size())
            return false;
        auto exponent = word.find_first_of("eE");  // what is too small is 0 to any reader
        return exponent == word.npos || word.substr(exponent + 1, 1) != "-";
    }

    static bool is_long_whole(std::string_view word) {
        auto digits = word.substr(word.starts_with('-'));
        return digits.size() > most_whole_digits && digits.front() != '0' &&
               std::all_of(digits.begin(), digits.end(), base::is_digit);
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::string text_out_;
    std::string judged_;
    bool long_numbers_ = false;
    std::vector<std::string> left_out_;
};

std::optional<JsonFault> fault_of(std::string_view text) {
    auto fault = check_json(text);
    return fault ? fault : check_storable(text);
}

}  // namespace

std::optional<JsonFault>
make_storable(std::string_view& text, Arena& arena, std::vector<std::string>& left_out) {
    auto fault = fault_of(text);
    if (!fault || fault->code == "text.encoding" || fault->code == "json.depth") return fault;
    Mender mender(text);
    mender.mend();
    if (fault_of(mender.judged())) return fault;
    left_out.insert(left_out.end(), mender.left_out().begin(), mender.left_out().end());
    text = arena.keep(mender.text());
    return std::nullopt;
}

bool is_closed(std::string_view text) {
    std::string open;
    text = base::trim(text);
    if (!text.starts_with('{') && !text.starts_with('[')) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c == '"') {
            for (++i; i < text.size() && text[i] != '"'; ++i)
                if (text[i] == '\\') ++i;
            if (i >= text.size()) return false;
        } else if (c == '{' || c == '[') {
            open.push_back(c == '{' ? '}' : ']');
        } else if (c == '}' || c == ']') {
            if (open.empty() || open.back() != c) return false;
            open.pop_back();
            if (open.empty()) return i + 1 == text.size();
        }
    }
    return false;
}

}  // namespace formats
