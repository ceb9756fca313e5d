#include "ingest/sources/api/paginate.hpp"

#include <charconv>

#include "base/error.hpp"
#include "ingest/sources/api/pointer.hpp"

namespace ingest::api {

namespace {

std::int64_t number_of(const Place& place, const Paginator& paginator) {
    if (place.at.empty()) return paginator.start();
    std::int64_t number = 0;
    auto end = place.at.data() + place.at.size();
    auto [stopped, code] = std::from_chars(place.at.data(), end, number);
    if (code != std::errc() || stopped != end)
        throw base::Error("cursor", "names no page", "run with --restart");
    return number;
}

Place linked(const std::string& reference, const std::string& address) {
    if (reference.empty()) return {};
    auto target = resolve(reference, address);
    if (target.empty()) throw base::Error("next page", "'" + reference + "' is no address");
    return {target, {}};
}

}  // namespace

Place next_place(const Paginator& paginator, const Place& place, const Answer& answer) {
    using Kind = Paginator::Kind;
    auto count = static_cast<std::int64_t>(answer.records.size());
    if (!paginator.more.empty()) {
        auto more = value_at(answer.body, paginator.more);
        if (!more || *more == "false" || *more == "null" || *more == "0") return {};
    }
    if (paginator.stop_short && count < paginator.size) return {};
    switch (paginator.kind) {
        case Kind::single:
            return {};
        case Kind::page:
            if (count == 0) return {};
            return {std::to_string(number_of(place, paginator) + 1), {}};
        case Kind::offset:
            // By what came, not by what was asked for: servers cap their pages.
            if (count == 0) return {};
            return {std::to_string(number_of(place, paginator) + count), {}};
        case Kind::cursor:
            if (!paginator.header.empty())
                return {std::string(header(answer.headers, paginator.header)), {}};
            return {text_at(answer.body, paginator.pointer).value_or(""), {}};
        case Kind::link_header:
            return linked(next_link(answer.headers), answer.address);
        case Kind::next_url:
            return linked(text_at(answer.body, paginator.pointer).value_or(""), answer.address);
        case Kind::keyset: {
            if (count == 0) return {};
            auto last = answer.records.back();
            auto at = text_at(last, paginator.pointer);
            if (!at)
                throw base::Error(
                    "next page", "the last record has no '" + paginator.pointer + "'"
                );
            return {*at, paginator.tie.empty() ? "" : text_at(last, paginator.tie).value_or("")};
        }
    }
    return {};
}

}  // namespace ingest::api
