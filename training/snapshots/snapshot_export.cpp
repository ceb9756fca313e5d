// The members of a snapshot as files. Pages of members are loaded and written one by one, so that
// an export needs the memory of a page, whatever the snapshot's size.
#include "training/snapshots/snapshot_export.hpp"

#include <array>
#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/database/database.hpp"
#include "base/json/finite.hpp"
#include "formats/csv/csv.hpp"
#include "formats/csv/guard.hpp"
#include "training/snapshots/example_store.hpp"
#include "training/snapshots/member_store.hpp"

namespace training {

namespace json = boost::json;

namespace {

constexpr std::array<const char*, 3> split_names{"training", "validation", "test"};

// A member as it is written.
struct Line {
    const std::string& key;
    const char* split;
    const std::string& label;
    const TextItem& text;
    const PageItem& page;
    std::span<const schema::Column> columns;
    std::span<const double> numbers;  // NaN: none
};

void write_csv_head(
    std::ostream& out,
    std::span<const schema::Column> columns,
    bool guard_formulas
) {
    std::vector<std::string> names{"key", "split", "label", "title", "body"};
    for (const auto& column : columns) names.push_back(column.name);
    if (guard_formulas)
        for (auto& name : names) formats::guard_formula(name);
    std::string text;
    formats::append_row(names, text);
    out << text;
}

void write_csv(std::ostream& out, const Line& line, bool guard_formulas) {
    std::vector<std::string> cells{
        line.key, line.split, line.label, line.text.title, line.text.body};
    if (guard_formulas)
        for (auto& cell : cells) formats::guard_formula(cell);
    for (double number : line.numbers)
        cells.push_back(number == number ? fmt::format("{}", number) : "");
    std::string text;
    formats::append_row(cells, text);
    out << text;
}

void write_json(std::ostream& out, const Line& line) {
    json::object object{
        {"key", line.key},
        {"split", line.split},
        {"label", line.label},
        {"title", line.text.title},
        {"body", line.text.body}};
    if (!line.page.type.empty()) object["page_type"] = line.page.type;
    if (!line.page.markdown.empty()) object["markdown"] = line.page.markdown;
    json::object values;
    for (std::size_t c = 0; c < line.columns.size(); ++c)
        values[line.columns[c].name] = base::finite_or_null(line.numbers[c]);
    if (!values.empty()) object["numbers"] = std::move(values);
    out << json::serialize(object) << '\n';
}

}  // namespace

std::uint64_t export_snapshot(
    base::Database& database,
    const SnapshotInfo& snapshot,
    SnapshotFormat format,
    std::ostream& out,
    const FittedPreparation& prepared,
    bool guard_formulas
) {
    constexpr std::size_t page_size = 5000;
    auto classes = database.call([&](base::Tx& tx) { return class_names(tx, snapshot); });
    schema::Blobs no_blobs{""};
    ExampleStore store(database, no_blobs);
    store.leave_images();
    if (!prepared.empty()) store.choose_columns(store.columns_of(snapshot.id, snapshot.source_id));
    store.use_fixes(prepared.uses_fixes());
    std::uint64_t written = 0;
    bool headed = format != SnapshotFormat::csv;
    std::vector<Item> page;
    std::vector<std::pair<int, std::string>> labels;
    auto flush = [&] {
        Examples rows;
        if (prepared.empty()) {
            rows.text = store.load_texts(page);
        } else {
            rows = prepared.apply(store.load(page, {}));
        }
        rows.text.resize(page.size());
        // What a recipe made of the text is not what the page said.
        bool pages = format == SnapshotFormat::jsonl && prepared.empty();
        auto crawled = pages ? store.load_pages(page) : std::vector<PageItem>(page.size());
        if (!headed) write_csv_head(out, rows.columns, guard_formulas);
        headed = true;
        for (std::size_t i = 0; i < page.size(); ++i) {
            const auto& [split, label] = labels[i];
            auto width = rows.columns.size();
            Line line{
                .key = page[i].id.key,
                .split = split_names.at(static_cast<std::size_t>(split)),
                .label = label,
                .text = rows.text[i],
                .page = crawled[i],
                .columns = rows.columns,
                .numbers = std::span(rows.numeric).subspan(i * width, width)};
            if (format == SnapshotFormat::csv) {
                write_csv(out, line, guard_formulas);
            } else {
                write_json(out, line);
            }
            ++written;
        }
        page.clear();
        labels.clear();
    };
    each_member(database, snapshot.id, [&](const SnapshotMember& member) {
        page.push_back(
            {{member.rk, snapshot.source_id, member.key},
             member.version,
             std::nullopt,
             std::nullopt,
             ""}
        );
        labels.emplace_back(member.split, label_text(member, classes));
        if (page.size() == page_size) flush();
    });
    if (!page.empty() || !headed) flush();
    return written;
}

}  // namespace training
