#include <algorithm>

#include "base/error.hpp"
#include "base/words.hpp"
#include "service/gather/kinds/kind.hpp"

namespace service {

namespace {

constexpr const SourceKind* kinds[] =
    {&crawl_kind, &files_kind, &api_kind, &database_kind, &feed_kind, &push_kind};

}  // namespace

std::span<const SourceKind* const> source_kinds() {
    return kinds;
}

const SourceKind& source_kind(std::string_view name) {
    for (const auto* kind : kinds)
        if (kind->name == name) return *kind;
    throw base::UsageError(
        "kind '" + std::string(name) + "'", "unknown", "use " + source_kind_names()
    );
}

std::string source_kind_names() {
    std::string names;
    for (const auto* kind : kinds) {
        if (!names.empty()) names += kind == std::end(kinds)[-1] ? " or " : ", ";
        names += kind->name;
    }
    return names;
}

}  // namespace service
