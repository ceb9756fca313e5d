#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace schema {

// Kinds of personal data that have a form of their own.
enum class PiiKind : unsigned char { email, phone, ip, iban, card };
constexpr std::size_t pii_kinds = 5;
std::string_view name_of(PiiKind kind);

struct PiiSpan {
    PiiKind kind;
    std::size_t begin = 0, end = 0;  // bytes
};

// Where a text holds e-mail addresses, phone numbers (international, or written as numbers of a
// phone are: grouped with a leading zero or an area code, or after a word such as "Tel."), public
// IP addresses, IBANs (ISO 13616, check digits right) and card numbers (ISO/IEC 7812, Luhn digit
// right). In order, without overlaps. A guess by form: it misses some and may name a part number.
std::vector<PiiSpan> find_pii(std::string_view utf8);

// The text with each of them replaced by its kind: "<email>".
std::string mask_pii(std::string_view utf8);

}  // namespace schema
