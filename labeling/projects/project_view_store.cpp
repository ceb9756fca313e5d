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
constexpr std::int32_t first_class = -1;  // behind it lie all

void cut(std::vector<LabelClass>& classes, int at_most) {
    if (classes.size() > static_cast<std::size_t>(at_most))
        classes.resize(static_cast<std::size_t>(at_most));
}

std::int64_t count_classes(const Question& question) {
    auto count = static_cast<std::int64_t>(question.classes.size());
    for (const auto& part : question.parts) count += count_classes(part.question);
    return count;
}

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

std::optional<ProjectPage>
project_page(base::Tx& tx, const std::string& name, std::optional<int> classes) {
    auto row = base::first_as<PageRow>(
        tx.exec(sql::file["project_lines"], "", std::optional(name), 1, anybody)
    );
    if (!row) return std::nullopt;
    ProjectPage page;
    static_cast<ProjectLine&>(page) = *row;
    page.instructions = std::move(row->instructions);
    page.classes = base::rows_as<ClassLine>(
        tx.exec(sql::file["class_progress"], page.id, classes, first_class, "")
    );
    page.definition = load_project(tx, page.id).project;
    page.keys = page_keys(page.definition.question);
    page.notes = page_key_notes(page.definition.question);
    page.class_count = count_classes(page.definition.question);
    if (!classes) return page;
    cut(page.definition.question.classes, *classes);
    for (auto& part : page.definition.question.parts) cut(part.question.classes, *classes);
    return page;
}

std::vector<ClassLine> class_lines(
    base::Tx& tx,
    std::int64_t project_id,
    const std::string& text,
    std::int32_t after,
    int at_most
) {
    return base::rows_as<ClassLine>(
        tx.exec(sql::file["class_progress"], project_id, std::optional(at_most), after, text)
    );
}

}  // namespace labeling
