#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "app/commands.hpp"
#include "app/verbs.hpp"
#include "service/disk/disk.hpp"

namespace app {

namespace {

std::string size_text(std::int64_t bytes) {
    auto value = static_cast<double>(bytes);
    for (const char* unit : {"B", "kB", "MB", "GB"}) {
        if (value < 1000) return fmt::format("{:.{}f} {}", value, *unit == 'B' ? 0 : 1, unit);
        value /= 1000;
    }
    return fmt::format("{:.1f} TB", value);
}

void show_use(const service::DiskUse& use) {
    Table volumes({"disk", "size", "free", "holds"});
    for (const auto& one : use.volumes)
        volumes.add(
            {one.mount,
             size_text(one.bytes),
             size_text(one.free),
             fmt::format("{}", fmt::join(one.parts, ", "))}
        );
    volumes.print();
    Table parts({"part", "size", "files", "where"});
    for (const auto& one : use.parts)
        parts.add(
            {one.part,
             (one.whole ? "" : "over ") + size_text(one.bytes),
             one.files ? grouped(static_cast<std::uint64_t>(*one.files)) : "",
             one.path}
        );
    parts.print();
    Table tables({"tables of", "tables", "rows about", "size", "indexes"});
    for (const auto& one : use.tables)
        tables.add(
            {one.group,
             std::to_string(one.tables),
             grouped(static_cast<std::uint64_t>(one.rows)),
             size_text(one.bytes),
             size_text(one.indexes)}
        );
    tables.print();
    for (const auto& note : use.notes) print_line(note);
}

}  // namespace

void add_disk(CLI::App& cli, service::Context& context) {
    add_verb<service::show_disk>(cli, context, "disk", {}, show_use);
}

}  // namespace app
