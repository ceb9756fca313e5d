#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "service/verb.hpp"

namespace service {

// Which part of a list is asked for. A request that holds one has its members `limit` and `after`.
struct Paging {
    int limit = 50;     // 1 to 200
    std::string after;  // the `next` of the part before; empty: the first

    // `after` as the number that it must be; nothing for the first part. Throws base::UsageError.
    std::optional<std::int64_t> after_number() const;

    static const base::Settings<Paging> settings;
};

// A part of a list; `cursor` tells the `after` that leads on behind an item.
template <typename T, typename Cursor>
Page<T> page_of(std::vector<T> items, const Paging& asked, Cursor cursor) {
    Page<T> page{std::move(items), std::nullopt};
    if (page.items.size() == static_cast<std::size_t>(asked.limit))
        page.next = cursor(page.items.back());
    return page;
}

}  // namespace service
