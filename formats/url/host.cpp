// Hosts by the WHATWG URL standard, section 3.5: domains, IPv4, IPv6 and opaque hosts.
#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include <unicode/uidna.h>
#include <unicode/ustring.h>

#include "base/bytes/hex.hpp"
#include "base/bytes/percent.hpp"
#include "base/text/ascii.hpp"
#include "base/text/utf8.hpp"
#include "formats/url/url.hpp"

namespace formats {

namespace {

bool forbidden_in_host(char c) {
    return c == '\0' || c == '\t' || c == '\n' || c == '\r' ||
           std::string_view(" #/:<>?@[\\]^|").find(c) != std::string_view::npos;
}

bool forbidden_in_domain(char c) {
    return forbidden_in_host(c) || static_cast<unsigned char>(c) <= 0x1f || c == '%' || c == '\x7f';
}

// UTS #46 ToASCII, not transitional, without the length and hyphen rules. A domain of ASCII alone
// is taken as it is, even with labels that are no Punycode.
std::optional<std::string> domain_to_ascii(std::string_view domain) {
    bool plain = true;
    for (char c : domain) plain = plain && static_cast<signed char>(c) >= 0;
    if (plain) return base::to_lower(domain);

    UErrorCode status = U_ZERO_ERROR;
    static const UIDNA* idna = [] {
        UErrorCode opened = U_ZERO_ERROR;
        return uidna_openUTS46(
            UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ | UIDNA_NONTRANSITIONAL_TO_ASCII |
                UIDNA_NONTRANSITIONAL_TO_UNICODE,
            &opened
        );
    }();
    constexpr std::uint32_t harmless =
        UIDNA_ERROR_EMPTY_LABEL | UIDNA_ERROR_LABEL_TOO_LONG | UIDNA_ERROR_DOMAIN_NAME_TOO_LONG |
        UIDNA_ERROR_LEADING_HYPHEN | UIDNA_ERROR_TRAILING_HYPHEN | UIDNA_ERROR_HYPHEN_3_4;
    std::string out(domain.size() * 6 + 64, '\0');
    UIDNAInfo info = UIDNA_INFO_INITIALIZER;
    auto length = uidna_nameToASCII_UTF8(
        idna,
        domain.data(),
        static_cast<std::int32_t>(domain.size()),
        out.data(),
        static_cast<std::int32_t>(out.size()),
        &info,
        &status
    );
    if (U_FAILURE(status) || (info.errors & ~harmless)) return std::nullopt;
    out.resize(static_cast<std::size_t>(length));
    return out;
}

std::vector<std::string_view> split(std::string_view text, char mark) {
    std::vector<std::string_view> parts;
    for (;;) {
        auto end = text.find(mark);
        parts.push_back(text.substr(0, end));
        if (end == text.npos) return parts;
        text.remove_prefix(end + 1);
    }
}

// Decimal, 0octal or 0xhex. Values beyond 2^32 come out as 2^32.
std::optional<std::uint64_t> ipv4_number(std::string_view text) {
    if (text.empty()) return std::nullopt;
    unsigned base = 10;
    if (text.size() >= 2 && text[0] == '0' && (text[1] | 0x20) == 'x') {
        text.remove_prefix(2);
        base = 16;
    } else if (text.size() >= 2 && text[0] == '0') {
        text.remove_prefix(1);
        base = 8;
    }
    constexpr std::uint64_t limit = std::uint64_t{1} << 32;
    std::uint64_t value = 0;
    for (char c : text) {
        int digit = base::hex_value(c);
        if (digit < 0 || static_cast<unsigned>(digit) >= base) return std::nullopt;
        value = std::min(limit, value * base + static_cast<unsigned>(digit));
    }
    return value;
}

bool ends_in_number(std::string_view host) {
    auto parts = split(host, '.');
    if (parts.back().empty()) {
        if (parts.size() == 1) return false;
        parts.pop_back();
    }
    auto last = parts.back();
    if (last.empty()) return false;
    bool digits = last.find_first_not_of("0123456789") == last.npos;
    return digits || ipv4_number(last).has_value();
}

std::optional<std::string> ipv4(std::string_view host) {
    auto parts = split(host, '.');
    if (parts.back().empty() && parts.size() > 1) parts.pop_back();
    if (parts.size() > 4) return std::nullopt;
    std::uint64_t address = 0;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        auto number = ipv4_number(parts[i]);
        if (!number) return std::nullopt;
        if (i + 1 < parts.size()) {
            if (*number > 255) return std::nullopt;
            address |= *number << (8 * (3 - i));
        } else {
            if (*number >= std::uint64_t{1} << (8 * (5 - parts.size()))) return std::nullopt;
            address |= *number;
        }
    }
    std::string out;
    for (int shift = 24; shift >= 0; shift -= 8) {
        out += std::to_string((address >> shift) & 255);
        if (shift) out += '.';
    }
    return out;
}

using Pieces = std::array<std::uint16_t, 8>;

// The dotted end of "::ffff:1.2.3.4" into two pieces.
bool embedded_ipv4(std::string_view text, Pieces& pieces, std::size_t& at) {
    auto parts = split(text, '.');
    if (parts.size() != 4 || at > 6) return false;
    for (std::size_t i = 0; i < 4; ++i) {
        auto part = parts[i];
        if (part.empty() || part.size() > 3 || (part.size() > 1 && part[0] == '0')) return false;
        unsigned value = 0;
        for (char c : part) {
            if (!base::is_digit(c)) return false;
            value = value * 10 + static_cast<unsigned>(c - '0');
        }
        if (value > 255) return false;
        auto& piece = pieces[at + i / 2];
        piece = static_cast<std::uint16_t>(piece * 256 + value);
    }
    at += 2;
    return true;
}

std::optional<Pieces> ipv6_pieces(std::string_view text) {
    Pieces pieces{};
    std::size_t at = 0;
    std::optional<std::size_t> gap;
    if (text.starts_with(':')) {
        if (!text.starts_with("::")) return std::nullopt;
        text.remove_prefix(2);
        gap = at;
    }
    while (!text.empty()) {
        if (at == 8) return std::nullopt;
        if (text[0] == ':') {
            if (gap) return std::nullopt;
            text.remove_prefix(1);
            gap = at;
            continue;
        }
        unsigned value = 0;
        std::size_t length = 0;
        while (length < 4 && length < text.size() && base::hex_value(text[length]) >= 0)
            value = value * 16 + static_cast<unsigned>(base::hex_value(text[length++]));
        if (length < text.size() && text[length] == '.') {
            if (length == 0 || !embedded_ipv4(text, pieces, at)) return std::nullopt;
            text = {};
            break;
        }
        if (length == 0) return std::nullopt;
        pieces[at++] = static_cast<std::uint16_t>(value);
        text.remove_prefix(length);
        if (text.empty()) break;
        if (text[0] != ':' || text.size() == 1) return std::nullopt;
        text.remove_prefix(1);
    }
    if (!gap) return at == 8 ? std::optional(pieces) : std::nullopt;
    if (at == 8) return std::nullopt;
    std::rotate(
        pieces.begin() + static_cast<long>(*gap),
        pieces.begin() + static_cast<long>(at),
        pieces.end()
    );
    return pieces;
}

std::string serialise(const Pieces& pieces) {
    std::size_t best = 8, best_length = 1;
    for (std::size_t i = 0; i < 8;) {
        std::size_t end = i;
        while (end < 8 && pieces[end] == 0) ++end;
        if (end - i > best_length) {
            best = i;
            best_length = end - i;
        }
        i = end + 1;
    }
    std::string out = "[";
    for (std::size_t i = 0; i < 8; ++i) {
        if (i == best) {
            out += i == 0 ? "::" : ":";
            i += best_length - 1;
            continue;
        }
        char digits[4];
        out.append(digits, std::to_chars(digits, digits + sizeof digits, pieces[i], 16).ptr);
        if (i != 7) out += ':';
    }
    return out + "]";
}

std::optional<std::string> opaque_host(std::string_view input) {
    for (char c : input)
        if (forbidden_in_host(c)) return std::nullopt;
    std::string out;
    percent_encode(input, EncodeSet::control, out);
    return out;
}

}  // namespace

std::optional<std::string> parse_host(std::string_view input, bool special) {
    if (input.starts_with('[')) {
        if (!input.ends_with(']')) return std::nullopt;
        auto pieces = ipv6_pieces(input.substr(1, input.size() - 2));
        if (!pieces) return std::nullopt;
        return serialise(*pieces);
    }
    if (!special) return opaque_host(input);

    auto decoded = input.find('%') == input.npos ? std::string(input)
                                                 : base::mend_utf8(base::percent_decode(input));
    auto domain = domain_to_ascii(decoded);
    if (!domain || domain->empty()) return std::nullopt;
    for (char c : *domain)
        if (forbidden_in_domain(c)) return std::nullopt;
    if (ends_in_number(*domain)) return ipv4(*domain);
    return domain;
}

}  // namespace formats
