#include "labeling/projects/project_view_store.hpp"

#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "labeling/sql.hpp"

namespace labeling {

namespace {

struct PageRow : ProjectLine {
    std::string instructions;
};
BOOST_DESCRIBE_STRUCT(PageRow, (ProjectLine), (instructions))

constexpr std::optional<std::string> any;
constexpr std::optional<std::int64_t> anybody;

}  // namespace

std::vector<ProjectLine> project_lines(
    base::Tx& tx,
    const std::string& after,
    int at_most,
    std::optional<std::int64_t> only_for
) {
    return base::rows_as<ProjectLine>(
        tx.exec(sql::file["project_lines"], after, any, at_most, only_for)
    );
}

std::vector<Guideline> guidelines(base::Tx& tx, std::int64_t project_id) {
    return base::rows_as<Guideline>(tx.exec(sql::file["list_guidelines"], project_id));
}

std::optional<ProjectPage> project_page(base::Tx& tx, const std::string& name) {
    auto row = base::first_as<PageRow>(
        tx.exec(sql::file["project_lines"], "", std::optional(name), 1, anybody)
    );
    if (!row) return std::nullopt;
    ProjectPage page;
    static_cast<ProjectLine&>(page) = *row;
    page.instructions = std::move(row->instructions);
    page.classes = base::rows_as<ClassLine>(tx.exec(sql::file["class_progress"], page.id));
    page.definition = load_project(tx, page.id).project;
    page.keys = page_keys(page.definition.question);
    page.notes = page_key_notes(page.definition.question);
    return page;
}

}  // namespace labeling
