// Which addresses are not for strangers: IANA special-purpose registries (RFC 6890 and updates).
#include "crawler/resolve/address.hpp"

#include <charconv>
#include <cstdint>

#include <arpa/inet.h>

namespace crawler {

namespace {

struct Range4 {
    std::uint32_t network;
    int bits;
};
constexpr Range4 ranges4[] = {
    {0x00000000, 8},
    {0x0a000000, 8},
    {0x64400000, 10},
    {0x7f000000, 8},
    {0xa9fe0000, 16},
    {0xac100000, 12},
    {0xc0000000, 24},
    {0xc0000200, 24},
    {0xc0586300, 24},
    {0xc0a80000, 16},
    {0xc6120000, 15},
    {0xc6336400, 24},
    {0xcb007100, 24},
    {0xe0000000, 3},
};

bool is_private4(std::uint32_t address) {
    for (auto range : ranges4)
        if ((address ^ range.network) >> (32 - range.bits) == 0) return true;
    return false;
}

std::uint32_t word(const std::array<unsigned char, 16>& bytes, std::size_t at) {
    return std::uint32_t{bytes[at]} << 24U | std::uint32_t{bytes[at + 1]} << 16U |
           std::uint32_t{bytes[at + 2]} << 8U | bytes[at + 3];
}

bool is_private6(const std::array<unsigned char, 16>& b) {
    bool upper_zero = word(b, 0) == 0 && word(b, 4) == 0;
    if (upper_zero && word(b, 8) == 0)
        return is_private4(word(b, 12)) || word(b, 12) <= 0xffff;             // ::, ::1, ::a.b.c.d
    if (upper_zero && word(b, 8) == 0xffff) return is_private4(word(b, 12));  // ::ffff:a.b.c.d
    if (upper_zero && word(b, 8) == 0xffff0000)
        return is_private4(word(b, 12));  // ::ffff:0:a.b.c.d
    if (word(b, 0) == 0x0064ff9b) return b[4] || b[5] || is_private4(word(b, 12));  // NAT64
    if (word(b, 0) >> 16 == 0x2002) return is_private4(word(b, 2));                 // 6to4
    if (word(b, 0) == 0x20010000) return true;                                      // Teredo
    if (word(b, 0) == 0x20010db8 || word(b, 0) == 0x01000000)
        return true;                      // documentation, discard
    bool global = (b[0] & 0xe0) == 0x20;  // 2000::/3
    return !global;                       // fc00::/7, fe80::/10, ff00::/8 ..
}

// The 16 bytes of an address, IPv4 in its mapped form.
std::optional<std::array<unsigned char, 16>> bytes_of(const std::string& text) {
    std::array<unsigned char, 16> bytes{};
    if (inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) return bytes;
    if (inet_pton(AF_INET, text.c_str(), bytes.data() + 12) != 1) return std::nullopt;
    bytes[10] = bytes[11] = 0xff;
    return bytes;
}

bool bit(const std::array<unsigned char, 16>& bytes, int at) {
    return bytes[static_cast<std::size_t>(at / 8)] >> (7 - at % 8) & 1;
}

}  // namespace

bool is_private_address(const std::string& address) {
    std::array<unsigned char, 16> bytes{};
    auto text = address.substr(0, address.find('%'));
    if (inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) return is_private4(word(bytes, 0));
    if (inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) return is_private6(bytes);
    return true;
}

std::optional<AddressRange> AddressRange::parse(std::string_view text) {
    auto slash = text.find('/');
    std::string address(text.substr(0, slash));
    auto bytes = bytes_of(address);
    if (!bytes) return std::nullopt;
    AddressRange range;
    range.network_ = *bytes;
    if (slash == text.npos) return range;
    auto prefix = text.substr(slash + 1);
    const int longest = address.find(':') == address.npos ? 32 : 128;
    int bits = -1;
    auto [end, error] = std::from_chars(prefix.data(), prefix.data() + prefix.size(), bits);
    if (error != std::errc() || end != prefix.data() + prefix.size() || bits < 0 || bits > longest)
        return std::nullopt;
    range.bits_ = 128 - longest + bits;
    for (int at = range.bits_; at < 128; ++at)
        if (bit(range.network_, at)) return std::nullopt;
    return range;
}

bool AddressRange::holds(const std::string& address) const {
    auto bytes = bytes_of(address.substr(0, address.find('%')));
    if (!bytes) return false;
    for (int at = 0; at < bits_; ++at)
        if (bit(*bytes, at) != bit(network_, at)) return false;
    return true;
}

}  // namespace crawler
