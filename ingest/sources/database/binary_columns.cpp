// A table says nothing of what its bytes are. Where one column is the record's by its settings or
// for want of another, all it has is kept; where it is one of several, keys and hashes lie beside
// pictures, and only what is seen to be a file is taken out of the row.
#include "ingest/sources/database/binary_columns.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/error.hpp"

namespace ingest::database {

namespace {

constexpr auto bytes_of_no_kind = "application/octet-stream";

bool is_binary(const Column& column) {
    return column.kind == Column::Kind::bytes;
}

}  // namespace

BinaryColumns::BinaryColumns(
    const std::vector<Column>& columns,
    const std::string& named,
    const std::string& subject
)
    : columns_(&columns), all_of_(columns.size()) {
    const bool only = std::count_if(columns.begin(), columns.end(), is_binary) == 1;
    for (std::size_t i = 0; i < columns.size(); ++i)
        if (is_binary(columns[i]) && (named.empty() ? only : columns[i].name == named)) all_of_ = i;
    if (!named.empty() && all_of_ == columns.size())
        throw base::Error(
            "column '" + named + "'", "is no binary column of " + subject, "mend 'blob'"
        );
}

void BinaryColumns::see(const std::vector<Value>& row, Notes& notes) {
    seen_.clear();
    const bool any = all_of_ == columns_->size();
    for (std::size_t i = 0; i < columns_->size(); ++i) {
        if (!row[i] || !(any ? is_binary((*columns_)[i]) : i == all_of_)) continue;
        if (auto examined = examine(i, *row[i], notes)) seen_.push_back({i, std::move(*examined)});
    }
}

std::optional<formats::Examined>
BinaryColumns::examine(std::size_t column, const std::string& bytes, Notes& notes) const {
    if (column != all_of_) return formats::examine_content(bytes);
    const auto& name = (*columns_)[column].name;
    if (bytes.empty()) {
        ++notes[fmt::format("'{}' is there, and has no bytes", name)];
        return std::nullopt;
    }
    if (auto examined = formats::examine_content(bytes)) return examined;
    auto picture = formats::examine_as(formats::ContentKind::picture, bytes);
    if (std::holds_alternative<formats::Content>(picture)) return picture;
    ++notes[fmt::format("'{}' is no picture, sound, film or PDF: kept as bytes", name)];
    formats::Content content;
    content.media_type = bytes_of_no_kind;
    return content;
}

bool BinaryColumns::takes(std::size_t column) const {
    return column == all_of_ || std::any_of(seen_.begin(), seen_.end(), [&](const Seen& one) {
               return one.column == column;
           });
}

void BinaryColumns::add_to_last(Page& page, const std::vector<Value>& row) {
    auto& record = page.records.back();
    record.first_cell = static_cast<std::uint32_t>(page.cells.size());
    std::optional<std::pair<std::size_t, formats::ContentFault>> broken;
    for (auto& one : seen_) {
        const auto& bytes = *row[one.column];
        page.bytes += bytes.size();
        auto& cell = page.cells.emplace_back();
        cell.name = page.arena.keep((*columns_)[one.column].name);
        cell.place = static_cast<std::uint32_t>(one.column) - record.cells++;
        cell.bytes = page.arena.keep(bytes);
        if (auto* content = std::get_if<formats::Content>(&one.examined)) {
            cell.content = std::move(*content);
        } else {
            cell.content.media_type = bytes_of_no_kind;
            if (!broken)
                broken.emplace(
                    one.column, std::move(std::get<formats::ContentFault>(one.examined))
                );
        }
    }
    if (!broken) return;
    auto& bad = page.rejects.emplace_back();
    set_place(record, bad);
    bad.raw = raw_of(page, record);
    bad.column = (*columns_)[broken->first].name;
    bad.code = std::move(broken->second.code);
    bad.reason = std::move(broken->second.reason);
    page.cells.resize(record.first_cell);
    page.fields.resize(record.first_field);
    page.records.pop_back();
}

}  // namespace ingest::database
