// Records as a data set, in two passes over the source: which columns they have, then the rows. One
// that is gathered between the two may have a field that the first did not see; it is then not in
// the file, as a record is not that comes after the end.
#include "service/records/export_records.hpp"

#include <functional>

#include <fmt/format.h>

#include "base/database/database.hpp"
#include "base/run/temporary_folder.hpp"
#include "base/settings/settings.hpp"
#include "formats/csv/guard.hpp"
#include "schema/records/record_fields.hpp"
#include "schema/rows/page_files.hpp"
#include "schema/rows/row_maker.hpp"
#include "schema/select/filter.hpp"
#include "schema/sources/source_store.hpp"
#include "service/gather/sources.hpp"
#include "service/records/dataset_download.hpp"

namespace service {

const base::Settings<ExportRecords> ExportRecords::settings{
    {"source", &ExportRecords::source, "whose records", {.required = true}},
    {"where", &ExportRecords::where, "condition on fields, quality, duplicates"},
    {"format", &ExportRecords::format, "how they are written"},
    {"guard_formulas", &ExportRecords::guard_formulas, formats::guard_words},
};

namespace {

constexpr std::size_t rows_of_page = 1000;

// Visits the rows of the records that the condition holds for, page by page.
void each_page(
    base::Database& database,
    std::int64_t source_id,
    const schema::Filter& where,
    schema::NumberColumns& numbers,
    const std::function<void(std::span<const schema::StoredRow>)>& visit
) {
    std::vector<schema::RecordVersion> page;
    auto flush = [&] {
        auto rows = database.call([&](base::Tx& tx) {
            auto found = schema::load_rows(tx, source_id, page);
            schema::load_columns(tx, source_id, found, numbers);
            return found;
        });
        visit(rows);
        page.clear();
    };
    schema::each_record(database, source_id, where.fields(), [&](schema::RecordFound& found) {
        if (where.matches(found.fields)) page.push_back({found.id.rk, found.id.key, found.version});
        if (page.size() == rows_of_page) flush();
        return true;
    });
    if (!page.empty()) flush();
}

formats::DatasetAbout about_of(const schema::Source& source, const ExportRecords& request) {
    auto words = fmt::format("records of {}", source.name);
    if (!request.where.empty()) words += ", where " + request.where;
    return {
        .name = source.name,
        .description = words,
        .hash = {},
        .created_at = base::rfc3339(std::chrono::system_clock::now()),
        .licences = {},
        .card = fmt::format("# {}\n\n{}\n", source.name, words)};
}

}  // namespace

Download export_records(Work& work, const ExportRecords& request) {
    known_source(work, request.source);
    const base::TemporaryFolder folder;
    auto written = write_records(work.here, request, folder.path());
    return download_of(folder.path(), written.files.front());
}

RecordFiles write_records(
    const Environment& here,
    const ExportRecords& request,
    const std::filesystem::path& folder
) {
    const auto where = schema::Filter::parse(request.where);
    const auto source = here.database.call([&](base::Tx& tx) {
        return schema::require_source(tx, request.source);
    });
    schema::NumberColumns numbers;
    schema::RowMaker maker(source.name, {});
    each_page(here.database, source.id, where, numbers, [&](auto rows) {
        for (const auto& row : rows) maker.look(row, numbers, {});
    });
    auto writer = formats::write_dataset(
        request.format,
        folder,
        about_of(source, request),
        maker.finish(),
        {.guard_formulas = request.guard_formulas}
    );
    RecordFiles written;
    schema::PageFiles files(here.database, here.blobs, source.id);
    each_page(here.database, source.id, where, numbers, [&](auto rows) {
        files.begin(rows);
        for (const auto& row : rows) {
            auto file = maker.has_files() ? files.next() : std::nullopt;
            writer->write(0, maker.make(row, numbers, {}, std::move(file)));
        }
        written.records += rows.size();
    });
    written.files = writer->finish();
    return written;
}

}  // namespace service
