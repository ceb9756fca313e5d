// The members of a snapshot as a data set. They are read three times, page by page, whatever the
// snapshot's size in the memory of a page: what kind of labels they have, which columns and types
// (schema/rows/row_maker.hpp), and then the rows.
#include "training/snapshots/snapshot_export.hpp"

#include <array>
#include <functional>
#include <string>

#include <fmt/format.h>

#include "base/database/database.hpp"
#include "schema/rows/page_files.hpp"
#include "schema/rows/row_maker.hpp"
#include "training/snapshots/card_store.hpp"
#include "training/snapshots/example_store.hpp"
#include "training/snapshots/member_store.hpp"

namespace training {

using formats::CellType;
using formats::DataCell;

namespace {

constexpr std::size_t rows_at_once = 1000;
constexpr std::array<const char*, 3> split_names{"training", "validation", "test"};

// What members have besides their records.
struct MemberColumns {
    bool classes = false, values = false, others = false, folds = false;
    std::vector<std::string> class_names = {};

    void look(const SnapshotMember& member) {
        classes |= member.class_id.has_value();
        values |= member.value.has_value();
        others |= member.label.has_value();
        folds |= member.fold.has_value();
    }

    std::vector<formats::DataColumn> columns() const {
        std::vector<formats::DataColumn> all{
            {"split", CellType::text, "training, validation or test"}};
        if (folds)
            all.push_back({"fold", CellType::integer, "of a cross-validation over the others"});
        if (!classes && !values && !others) return all;
        const int kinds = int{classes} + int{values} + int{others};
        const auto type = kinds > 1 || others ? CellType::json
                          : values            ? CellType::number
                                              : CellType::text;
        all.push_back({"label", type, "what is to be learnt: the class, or the target"});
        all.push_back(
            {"label_probability",
             CellType::number,
             "how sure the label is: the weight of its row where labels are soft"}
        );
        return all;
    }

    DataCell label(const SnapshotMember& member) const {
        if (member.class_id) return class_names.at(static_cast<std::size_t>(*member.class_id));
        if (member.value) return *member.value;
        return member.label ? DataCell(formats::JsonCell{*member.label}) : DataCell();
    }

    std::vector<DataCell> cells(const SnapshotMember& member) const {
        std::vector<DataCell> all{
            std::string(split_names.at(static_cast<std::size_t>(member.split)))};
        if (folds) all.push_back(member.fold ? DataCell(std::int64_t{*member.fold}) : DataCell());
        if (!classes && !values && !others) return all;
        all.push_back(label(member));
        const bool labelled = !formats::is_missing(all.back());
        all.push_back(labelled ? DataCell(member.probability.value_or(1)) : DataCell());
        return all;
    }
};

// Reads the members' records, page by page.
class ExportReader {
public:
    ExportReader(
        base::Database& database,
        const schema::Blobs& blobs,
        const SnapshotInfo& snapshot,
        const FittedPreparation& prepared
    )
        : database_(database), snapshot_(snapshot), prepared_(prepared), store_(database, blobs) {
        store_.leave_images();
        if (prepared_.empty()) return;
        store_.choose_columns(store_.columns_of(snapshot.id, snapshot.source_id));
        store_.use_fixes(prepared_.uses_fixes());
    }

    using Visit = std::function<void(const SnapshotMember&, const schema::StoredRow&)>;
    // `begin` is called with the rows of each page before they are visited.
    void each_row(
        const Visit& visit,
        const std::function<void(std::span<const schema::StoredRow>)>& begin = {}
    ) {
        std::vector<SnapshotMember> page;
        auto flush = [&] {
            auto rows = load(page);
            if (begin) begin(rows);
            std::size_t at = 0;
            for (const auto& row : rows) {
                while (page[at].rk != row.id.rk || page[at].key != row.id.key) ++at;
                visit(page[at], row);
            }
            page.clear();
        };
        each_member(database_, snapshot_.id, [&](const SnapshotMember& member) {
            page.push_back(member);
            if (page.size() == rows_at_once) flush();
        });
        if (!page.empty()) flush();
    }

    const schema::NumberColumns& numbers() const { return numbers_; }

private:
    std::vector<schema::StoredRow> load(const std::vector<SnapshotMember>& page) {
        std::vector<schema::RecordVersion> versions;
        for (const auto& member : page) versions.push_back({member.rk, member.key, member.version});
        auto rows = database_.call([&](base::Tx& tx) {
            auto found = schema::load_rows(tx, snapshot_.source_id, versions);
            if (prepared_.empty()) schema::load_columns(tx, snapshot_.source_id, found, numbers_);
            return found;
        });
        if (!prepared_.empty()) prepare(rows);
        return rows;
    }

    // What models see in the place of what was stored.
    void prepare(std::vector<schema::StoredRow>& rows) {
        std::vector<Item> items;
        for (const auto& row : rows)
            items.push_back(
                {{row.id.rk, snapshot_.source_id, row.id.key},
                 row.id.version,
                 std::nullopt,
                 std::nullopt,
                 ""}
            );
        auto seen = prepared_.apply(store_.load(items, {}));
        auto columns = seen.columns;
        for (auto& column : columns)
            if (column.type == schema::ColumnType::category && !seen.levels.contains(column.name))
                column.type = schema::ColumnType::number;
        numbers_.sets = {{0, columns}};
        numbers_.values = seen.levels;
        seen.text.resize(rows.size());
        const auto width = seen.columns.size();
        for (std::size_t i = 0; i < rows.size(); ++i) {
            auto& row = rows[i];
            const bool text = row.body.has_value();
            row.payload = "{}";
            row.picture = false;
            row.title = text ? std::optional(std::string(seen.text[i].title)) : std::nullopt;
            row.body = text ? std::optional(std::string(seen.text[i].body)) : std::nullopt;
            row.column_set = 0;
            const auto first = seen.numeric.begin() + static_cast<std::ptrdiff_t>(i * width);
            row.numbers.assign(first, first + static_cast<std::ptrdiff_t>(width));
        }
    }

    base::Database& database_;
    const SnapshotInfo& snapshot_;
    const FittedPreparation& prepared_;
    ExampleStore store_;
    schema::NumberColumns numbers_;
};

formats::DatasetAbout about_of(base::Database& database, const SnapshotInfo& snapshot) {
    auto card = database.call([&](base::Tx& tx) { return card_of(tx, snapshot); });
    formats::DatasetAbout about{
        .name = snapshot.name,
        .description = fmt::format(
            "{} records of {}, a fixed set with its split", card.members, snapshot.source
        ),
        .hash = snapshot.hash,
        .created_at = snapshot.created_at,
        .licences = {},
        .card = card_markdown(card)};
    for (const auto& licence : card.licences) about.licences.push_back(licence.name);
    return about;
}

}  // namespace

SnapshotFiles export_snapshot(
    base::Database& database,
    const schema::Blobs& blobs,
    const SnapshotInfo& snapshot,
    const std::filesystem::path& folder,
    const ExportOptions& options,
    const FittedPreparation& prepared
) {
    MemberColumns given;
    given.class_names = database.call([&](base::Tx& tx) { return class_names(tx, snapshot); });
    each_member(database, snapshot.id, [&](const SnapshotMember& one) { given.look(one); });
    ExportReader reader(database, blobs, snapshot, prepared);
    schema::RowMaker maker(snapshot.source, given.columns());
    reader.each_row([&](const SnapshotMember& member, const schema::StoredRow& row) {
        maker.look(row, reader.numbers(), given.cells(member));
    });
    auto writer = formats::write_dataset(
        options.format, folder, about_of(database, snapshot), maker.finish(), options.rows
    );
    SnapshotFiles written;
    schema::PageFiles files(database, blobs, snapshot.source_id);
    reader.each_row(
        [&](const SnapshotMember& member, const schema::StoredRow& row) {
            writer->write(
                static_cast<std::size_t>(member.split),
                maker.make(
                    row,
                    reader.numbers(),
                    given.cells(member),
                    maker.has_files() ? files.next() : std::nullopt
                )
            );
            ++written.members;
        },
        [&](std::span<const schema::StoredRow> rows) { files.begin(rows); }
    );
    written.files = writer->finish();
    return written;
}

}  // namespace training
