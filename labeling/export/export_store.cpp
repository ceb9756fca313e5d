// Labels on their way out, a page at a time.
//
// Answers are read for the span of records that a page covers and joined to them here: both come in
// the order of records, and one query a page is all it takes however many people answered. The
// server reads the next page while this one is written, since each takes about as long as the
// other; two pages are all that is held.
#include "labeling/export/export_store.hpp"

#include <future>
#include <limits>
#include <utility>

#include "base/database/rows.hpp"
#include "labeling/sql.hpp"
#include "labeling/tasks/task_type.hpp"

namespace labeling {

namespace {

constexpr int export_page_size = 2'000;

struct PlacedRow : ExportRow {
    std::int64_t rk = 0;
};
BOOST_DESCRIBE_STRUCT(PlacedRow, (ExportRow), (rk))

struct PlacedAnswer : GivenAnswer {
    std::int64_t rk = 0;
    std::string key;
};
BOOST_DESCRIBE_STRUCT(PlacedAnswer, (GivenAnswer), (rk, key))

// Both in the order of records.
void join_answers(std::vector<PlacedRow>& rows, std::vector<PlacedAnswer> answers) {
    auto row = rows.begin();
    for (auto& answer : answers) {
        while (row != rows.end() && (row->rk != answer.rk || row->key != answer.key)) ++row;
        if (row == rows.end()) return;
        row->answers.push_back(std::move(answer));
    }
}

std::vector<PlacedRow> read_page(
    base::Tx& tx,
    const StoredProject& project,
    bool with_answers,
    std::int64_t rk,
    const std::string& key
) {
    auto query = with_answers ? sql::file["export_answered_page"] : sql::file["export_page"];
    auto rows = base::rows_as<PlacedRow>(
        tx.exec(query, project.id, project.source_id, rk, key, export_page_size)
    );
    if (!with_answers || rows.empty()) return rows;
    join_answers(
        rows,
        base::rows_as<PlacedAnswer>(tx.exec(
            sql::file["answers_between"],
            project.id,
            project.source_id,
            rows.front().rk,
            rows.front().key,
            rows.back().rk,
            rows.back().key
        ))
    );
    return rows;
}

std::int64_t each_row(
    base::Steps steps,
    const StoredProject& project,
    bool with_answers,
    PageReading reading,
    const std::function<void(const ExportRow&)>& visit
) {
    auto policy = reading == PageReading::ahead ? std::launch::async : std::launch::deferred;
    auto page_after = [&](std::int64_t rk, std::string key) {
        return std::async(policy, [&steps, &project, with_answers, rk, key = std::move(key)] {
            return steps.call([&](base::Tx& tx) {
                return read_page(tx, project, with_answers, rk, key);
            });
        });
    };
    std::int64_t count = 0;
    auto next = page_after(std::numeric_limits<std::int64_t>::min(), "");
    for (;;) {
        auto rows = next.get();
        bool last = static_cast<int>(rows.size()) < export_page_size;
        if (!last) next = page_after(rows.back().rk, rows.back().key);
        for (const auto& row : rows) visit(row);
        count += static_cast<std::int64_t>(rows.size());
        if (last) return count;
    }
}

bool shape_has_spans(LabelShape shape) {
    return shape == LabelShape::spans || shape == LabelShape::relations;
}

}  // namespace

ExportContent content_of(base::Tx& tx, const StoredProject& project) {
    auto shape = task_type(project.project.question.kind).shape();
    return {
        .project = &project.project,
        .shape = shape,
        .turned = shape == LabelShape::boxes &&
                  tx.value<bool>(sql::file["has_turned_boxes"], project.id).value_or(false),
        .in_fields = shape_has_spans(shape) &&
                     tx.value<bool>(sql::file["has_spans_in_fields"], project.id).value_or(false)};
}

std::int64_t each_label(
    base::Steps steps,
    const StoredProject& project,
    const std::function<void(const ExportRow&)>& visit,
    PageReading reading
) {
    return each_row(steps, project, false, reading, visit);
}

std::int64_t each_answered(
    base::Steps steps,
    const StoredProject& project,
    const std::function<void(const ExportRow&)>& visit,
    PageReading reading
) {
    return each_row(steps, project, true, reading, visit);
}

}  // namespace labeling
