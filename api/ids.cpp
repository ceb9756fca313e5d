#include "api/ids.hpp"

#include <optional>

#include "api/route.hpp"
#include "base/numbers/parse.hpp"

namespace api {

namespace {

std::optional<std::int64_t> parse_rk(std::string_view hex) {
    if (hex.size() != 16) return std::nullopt;
    auto value = base::whole_number<std::uint64_t>(hex, 16);
    if (!value) return std::nullopt;
    return static_cast<std::int64_t>(*value);
}

}  // namespace

RecordNumber record_number(const std::string& id) {
    auto dot = id.find('.');
    auto source = base::whole_number<std::int64_t>(std::string_view(id).substr(0, dot), 10);
    auto rk = dot == id.npos ? std::nullopt : parse_rk(std::string_view(id).substr(dot + 1));
    if (!source || !rk) not_found("record", id);
    return {*source, *rk};
}

}  // namespace api
