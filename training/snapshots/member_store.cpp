#include "training/snapshots/member_store.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "base/bytes/hash.hpp"
#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "training/sql.hpp"

namespace training {

void each_member(
    base::Database& database,
    std::int64_t snapshot_id,
    const std::function<void(const SnapshotMember&)>& visit
) {
    constexpr std::size_t page_size = 5000;
    SnapshotMember last;
    last.rk = std::numeric_limits<std::int64_t>::min();
    for (;;) {
        auto page = database.call([&](base::Tx& tx) {
            return base::rows_as<SnapshotMember>(tx.exec(
                sql::file["snapshot_members"],
                snapshot_id,
                last.rk,
                last.source_id,
                last.key,
                page_size
            ));
        });
        for (const auto& member : page)
            if (!member.content_sha256.empty()) visit(member);
        if (page.size() < page_size) return;
        last = std::move(page.back());
    }
}

std::string label_text(
    const std::optional<int>& class_id,
    const std::optional<double>& value,
    const std::optional<std::string>& label,
    const std::vector<std::string>& classes
) {
    if (class_id) return classes.at(static_cast<std::size_t>(*class_id));
    return value ? fmt::format("{}", *value) : label.value_or("");
}

std::string label_text(const SnapshotMember& member, const std::vector<std::string>& classes) {
    return label_text(member.class_id, member.value, member.label, classes);
}

std::string member_line(
    const std::string& key,
    const std::string& content_sha256,
    const std::string& label,
    int split,
    const std::optional<double>& probability,
    const std::optional<int>& fold
) {
    auto line = fmt::format(
        "{}\n{}\n{}\n{}\n", base::sha256_hex(key), content_sha256, base::sha256_hex(label), split
    );
    if (probability && *probability != 1) line += fmt::format("p{}\n", *probability);
    if (fold) line += fmt::format("f{}\n", *fold);
    return line;
}

std::string members_hash(const std::string& source, std::vector<std::string> lines) {
    std::sort(lines.begin(), lines.end());
    std::string all = source + "\n";
    for (const auto& line : lines) all += line;
    return base::sha256(all);
}

}  // namespace training
