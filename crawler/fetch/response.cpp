#include <algorithm>

#include "crawler/fetch/fetch.hpp"

namespace crawler {

std::string_view name_of(FetchError error) {
    switch (error) {
        case FetchError::none:
            return "none";
        case FetchError::refused_address:
            return "refused_address";
        case FetchError::not_found:
            return "not_found";
        case FetchError::untrusted:
            return "untrusted";
        case FetchError::connect:
            return "connect";
        case FetchError::timeout:
            return "timeout";
        case FetchError::too_large:
            return "too_large";
        case FetchError::bad_url:
            return "bad_url";
        case FetchError::cut_short:
            return "cut_short";
        case FetchError::proxy:
            return "proxy";
        case FetchError::sign_in:
            return "sign_in";
        case FetchError::signed_out:
            return "signed_out";
        case FetchError::stopped:
            return "stopped";
    }
    return "none";
}

std::string_view Response::header(std::string_view name) const {
    for (const auto& [key, value] : headers)
        if (key == name) return value;
    return {};
}

bool FetchOptions::permits(const std::string& address) const {
    auto inside = [&](const AddressRange& range) { return range.holds(address); };
    return allow_private || !is_private_address(address) ||
           std::any_of(allowed.begin(), allowed.end(), inside);
}

}  // namespace crawler
