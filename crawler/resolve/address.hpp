#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace crawler {

// Whether an address (text form, IPv4 or IPv6) is one that strangers' pages must not reach:
// loopback, private, link-local, shared, multicast, reserved, and IPv6 forms that carry such an
// IPv4 address (RFC 6890 and updates). What is no address counts as one.
bool is_private_address(const std::string& address);

// Addresses that share their leading bits (CIDR, RFC 4632 and 4291).
class AddressRange {
public:
    // From "10.1.0.0/16", "fd00::/8" or one address; nothing if it is none, or has bits set behind
    // its prefix.
    static std::optional<AddressRange> parse(std::string_view text);

    // An IPv4 address also lies in a range of the IPv6 form that maps it (::ffff:a.b.c.d), and the
    // other way round.
    bool holds(const std::string& address) const;

private:
    std::array<unsigned char, 16> network_{};
    int bits_ = 128;
};

}  // namespace crawler
