// Addresses, numbers and accounts of persons in a text, found by form and check digit.
//
// A pass looks only at bytes that something may begin with, and a candidate must pass what its form
// promises (Luhn, mod 97, an address that parses), because every false one masks a word of the
// text.
#include "formats/text/pii.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include <arpa/inet.h>

#include "base/text/ascii.hpp"

namespace formats {

namespace {

bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}
bool in_local_part(char c) {
    return base::is_alnum(c) || c == '.' || c == '_' || c == '%' || c == '+' || c == '-';
}

// Luhn's check digit (ISO/IEC 7812-1, annex B).
bool luhn(std::string_view digits) {
    int sum = 0;
    bool twice = false;
    for (auto at = digits.rbegin(); at != digits.rend(); ++at, twice = !twice) {
        int value = (*at - '0') << (twice ? 1 : 0);
        sum += value > 9 ? value - 9 : value;
    }
    return sum % 10 == 0;
}

// ISO 7064 mod 97-10 over an IBAN without blanks.
bool iban_checks(std::string_view iban) {
    int rest = 0;
    auto add = [&](char c) {
        rest =
            base::is_digit(c) ? (rest * 10 + (c - '0')) % 97 : (rest * 100 + (c - 'A' + 10)) % 97;
    };
    for (char c : iban.substr(4)) add(c);
    for (char c : iban.substr(0, 4)) add(c);
    return rest == 1;
}

class Finder {
public:
    explicit Finder(std::string_view text) : text_(text) {}

    std::vector<PiiSpan> run() {
        static const auto may_begin = [] {
            std::array<bool, 256> table{};
            for (int c = 0; c < 128; ++c)
                table[static_cast<std::size_t>(c)] =
                    base::is_digit(static_cast<char>(c)) || is_upper(static_cast<char>(c));
            for (unsigned char c : {'@', '+', '(', ':'}) table[c] = true;
            return table;
        }();
        for (std::size_t at = 0; at < text_.size();) {
            char c = text_[at];
            if (!may_begin[static_cast<unsigned char>(c)]) {
                ++at;
                continue;
            }
            std::optional<PiiSpan> found;
            if (c == '@') {
                found = email(at);
            } else if (base::is_digit(c) || c == '+' || c == '(') {
                if (starts(at)) found = number(at);
                if (!found && base::is_digit(c)) {
                    while (at + 1 < text_.size() && base::is_digit(text_[at + 1])) ++at;
                }
            } else if (c == ':' && at + 1 < text_.size()) {
                found = ip6(at);
            } else if (is_upper(c) && at + 3 < text_.size() && base::is_digit(text_[at + 2]) && starts(at)) {
                found = iban(at);
            }
            if (found) {
                spans_.push_back(*found);
                at = found->end;
            } else {
                ++at;
            }
        }
        return std::move(spans_);
    }

private:
    // Nothing that is part of the same word stands before it.
    bool starts(std::size_t at) const {
        if (at == 0) return true;
        char before = text_[at - 1];
        return !base::is_alnum(before) && before != '_' && before != '.' && before != '-' &&
               before != '/' && before != '=' && before != '@' && before != '#';
    }
    std::size_t free_from() const { return spans_.empty() ? 0 : spans_.back().end; }
    bool ends(std::size_t at) const {
        return at >= text_.size() ||
               (!base::is_alnum(text_[at]) && text_[at] != '_' && text_[at] != '@');
    }

    std::optional<PiiSpan> email(std::size_t at) const {
        auto begin = at;
        while (begin > free_from() && in_local_part(text_[begin - 1])) --begin;
        while (begin < at && (text_[begin] == '.' || text_[begin] == '-')) ++begin;
        auto end = at + 1;
        std::size_t dot = 0;
        while (end < text_.size() &&
               (base::is_alnum(text_[end]) || text_[end] == '-' || text_[end] == '.')) {
            if (text_[end] == '.') {
                if (text_[end - 1] == '.' || text_[end - 1] == '@') break;
                dot = end;
            }
            ++end;
        }
        while (end > at + 1 && (text_[end - 1] == '.' || text_[end - 1] == '-')) --end;
        if (dot >= end) dot = text_.substr(0, end).rfind('.');
        if (begin == at || at - begin > 64 || dot <= at || dot == text_.npos || end - dot < 3)
            return {};
        auto last = text_.substr(dot + 1, end - dot - 1);
        if (!std::all_of(last.begin(), last.end(), base::is_alpha)) return {};
        // icon@2x.png is a picture.
        for (std::string_view picture : {"png", "jpg", "jpeg", "gif", "webp", "svg"})
            if (last == picture) return {};
        return PiiSpan{PiiKind::email, begin, end};
    }

    std::optional<PiiSpan> number(std::size_t at) const {
        if (auto found = ip4(at)) return found;
        if (auto found = card(at)) return found;
        return phone(at);
    }

    std::optional<PiiSpan> ip4(std::size_t at) const {
        std::array<int, 4> parts{};
        auto end = at;
        for (std::size_t part = 0; part < 4; ++part) {
            auto first = end;
            while (end < text_.size() && end - first < 4 && base::is_digit(text_[end]))
                parts[part] = parts[part] * 10 + (text_[end++] - '0');
            if (end == first || end - first > 3 || parts[part] > 255) return {};
            if (part < 3 && (end >= text_.size() || text_[end++] != '.')) return {};
        }
        if (!ends(end) ||
            (end + 1 < text_.size() && text_[end] == '.' && base::is_digit(text_[end + 1])))
            return {};
        bool ours = parts[0] == 0 || parts[0] == 10 || parts[0] == 127 || parts[0] >= 224 ||
                    (parts[0] == 169 && parts[1] == 254) || (parts[0] == 192 && parts[1] == 168) ||
                    (parts[0] == 172 && parts[1] >= 16 && parts[1] < 32);
        if (ours) return {};
        return PiiSpan{PiiKind::ip, at, end};
    }

    // Around its first colon.
    std::optional<PiiSpan> ip6(std::size_t colon) const {
        auto in_address = [](char c) {
            return base::is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') ||
                   c == ':';
        };
        auto begin = colon, end = colon + 1;
        while (begin > free_from() && colon - begin < 5 && in_address(text_[begin - 1])) --begin;
        while (end < text_.size() && end - begin < 40 && in_address(text_[end])) ++end;
        if (end - begin < 9 || colon == begin || !starts(begin) || !ends(end)) return {};
        std::string address(text_.substr(begin, end - begin));
        in6_addr parsed{};
        if (inet_pton(AF_INET6, address.c_str(), &parsed) != 1) return {};
        auto first = parsed.s6_addr[0];
        if (first == 0 || first >= 0xfc) return {};  // loopback, private, link-local, multicast
        return PiiSpan{PiiKind::ip, begin, end};
    }

    std::optional<PiiSpan> iban(std::size_t at) const {
        if (!is_upper(text_[at + 1]) || !base::is_digit(text_[at + 3])) return {};
        std::string packed;
        auto end = at;
        for (auto i = at; i < text_.size() && packed.size() < 34; ++i) {
            char c = text_[i];
            if (base::is_digit(c) || is_upper(c)) {
                packed += c;
                end = i + 1;
                if (packed.size() >= 15 && ends(end) && iban_checks(packed))
                    return PiiSpan{PiiKind::iban, at, end};
            } else if (c != ' ' || packed.size() % 4 != 0) {
                return {};
            }
        }
        return {};
    }

    struct Run {
        std::string digits;
        std::size_t end = 0;
        int groups = 1;
        bool open = false;
    };
    // Digits that stand together, with single marks between them.
    Run run_of(std::size_t at, std::string_view marks) const {
        Run run;
        for (auto i = at; i < text_.size(); ++i) {
            char c = text_[i];
            if (base::is_digit(c)) {
                run.digits += c;
                run.end = i + 1;
                if (run.digits.size() > 24) break;
            } else if (marks.find(c) != marks.npos && i + 1 < text_.size()) {
                char next = text_[i + 1];
                bool twice = (c == ')' || next == '(') && i + 2 < text_.size() &&
                             (next == ' ' || next == '(');
                if (!base::is_digit(next) && !(twice && base::is_digit(text_[i + 2]))) break;
                run.groups += base::is_digit(text_[i > 0 ? i - 1 : 0]) ? 1 : 0;
            } else {
                break;
            }
        }
        return run;
    }

    std::optional<PiiSpan> card(std::size_t at) const {
        if (text_[at] < '2' || text_[at] > '6') return {};
        auto run = run_of(at, " -");
        auto size = run.digits.size();
        if (size < 13 || size > 19 || !ends(run.end) || !luhn(run.digits)) return {};
        bool grouped = run.groups == 1 || (run.groups >= 3 && run.groups <= 5);
        if (!grouped || run.digits.find_first_not_of(run.digits[0]) == std::string::npos) return {};
        return PiiSpan{PiiKind::card, at, run.end};
    }

    bool after_phone_word(std::size_t at) const {
        std::string before;
        for (auto i = at > 14 ? at - 14 : 0; i < at; ++i)
            before += static_cast<char>(is_upper(text_[i]) ? text_[i] + 32 : text_[i]);
        for (std::string_view word : {"tel", "phone", "fax", "mobil", "telefon", "handy", "call "})
            if (before.find(word) != before.npos) return true;
        return false;
    }

    std::optional<PiiSpan> phone(std::size_t at) const {
        bool international = text_[at] == '+';
        auto first = international ? at + 1 : at;
        bool bracket = first < text_.size() && text_[first] == '(';
        if (bracket) ++first;
        if (first >= text_.size() || !base::is_digit(text_[first])) return {};
        auto run = run_of(first, " -./()");
        auto size = run.digits.size();
        if (size < 7 || size > 15 || !ends(run.end)) return {};
        auto written = text_.substr(at, run.end - at);
        if (international)
            return size >= 8 ? std::optional(PiiSpan{PiiKind::phone, at, run.end}) : std::nullopt;
        if (bracket && written.find(')') == written.npos) return {};
        // The end of a longer row of digits is none.
        if (at >= 2 && text_[at - 1] == ' ' && base::is_digit(text_[at - 2])) return {};
        bool american = size == 10 && (bracket || run.groups == 3) && run.digits[0] >= '2' &&
                        is_american(written);
        bool national = run.digits[0] == '0' && size >= 9 && size <= 12 && run.groups >= 2 &&
                        run.groups <= 6 && written.find('.') == written.npos && !is_date(written);
        bool told = run.digits.find_first_not_of('0') != std::string::npos &&
                    after_phone_word(at) && !is_date(written);
        if (!american && !national && !told) return {};
        return PiiSpan{PiiKind::phone, at, run.end};
    }

    // (212) 555-0123, 212-555-0123 or 212.555.0123
    static bool is_american(std::string_view written) {
        std::string form;
        for (char c : written) form += base::is_digit(c) ? 'd' : c;
        return form == "(ddd) ddd-dddd" || form == "(ddd)ddd-dddd" || form == "ddd-ddd-dddd" ||
               form == "ddd.ddd.dddd" || form == "(ddd) ddd dddd" || form == "ddd ddd dddd";
    }
    static bool is_date(std::string_view written) {
        std::string form;
        for (char c : written) form += base::is_digit(c) ? 'd' : '.';
        return form.starts_with("dd.dd.dddd") || form.starts_with("dddd.dd.dd");
    }

    std::string_view text_;
    std::vector<PiiSpan> spans_;
};

}  // namespace

std::string_view name_of(PiiKind kind) {
    static constexpr std::array<std::string_view, pii_kinds> names{
        "email", "phone", "ip", "iban", "card"};
    return names[static_cast<std::size_t>(kind)];
}

std::vector<PiiSpan> find_pii(std::string_view utf8) {
    return Finder(utf8).run();
}

std::string mask_pii(std::string_view utf8) {
    std::string masked;
    std::size_t from = 0;
    for (const auto& span : find_pii(utf8)) {
        masked.append(utf8.substr(from, span.begin - from))
            .append("<")
            .append(name_of(span.kind))
            .append(">");
        from = span.end;
    }
    return masked.append(utf8.substr(from));
}

}  // namespace formats
