// Labels on their way out, a page at a time.
//
// Answers are read for the span of records that a page covers and joined to them here: both come in
// the order of records, and one query a page is all it takes however many people answered. The
// server reads the next page while this one is written, since each takes about as long as the
// other; two pages are all that is held.
#include "labeling/export/export_store.hpp"

#include <algorithm>
#include <future>
#include <limits>
#include <set>
#include <unordered_map>
#include <utility>

#include "base/database/rows.hpp"
#include "labeling/sql.hpp"
#include "labeling/tasks/task_type.hpp"
#include "schema/records/values.hpp"

namespace labeling {

namespace {

constexpr int export_page_size = 2'000;

struct PlacedRow : ExportRow {
    std::int64_t rk = 0;
};
BOOST_DESCRIBE_STRUCT(PlacedRow, (ExportRow), (rk))

struct PlacedAnswer {
    std::int64_t rk = 0;
    std::string key;
    std::int64_t user_id = 0;
    int attempt = 1;
    std::optional<std::int64_t> class_id;
    std::string value;
    std::optional<std::int64_t> milliseconds;
    Time submitted_at;
    std::optional<Time> withdrawn_at;
    int schema_version = 1;
};
BOOST_DESCRIBE_STRUCT(
    PlacedAnswer,
    (),
    (rk,
     key,
     user_id,
     attempt,
     class_id,
     value,
     milliseconds,
     submitted_at,
     withdrawn_at,
     schema_version)
)

struct NameRow {
    std::int64_t id = 0;
    std::string name;
};
BOOST_DESCRIBE_STRUCT(NameRow, (), (id, name))

struct PersonRow {
    std::int64_t id = 0;
    std::string name;
    bool simulated = false;
};
BOOST_DESCRIBE_STRUCT(PersonRow, (), (id, name, simulated))

// Names of people and classes by their numbers, as they were when they were met first.
class AnswerNames {
public:
    void learn(base::Tx& tx, std::int64_t project_id, const std::vector<PlacedAnswer>& answers) {
        std::set<std::int64_t> people, classes;
        for (const auto& each : answers) {
            if (!people_.contains(each.user_id)) people.insert(each.user_id);
            if (each.class_id && !classes_.contains(*each.class_id)) classes.insert(*each.class_id);
        }
        if (!people.empty())
            for (auto& row :
                 base::rows_as<PersonRow>(tx.exec(sql::file["user_names"], array(people))))
                people_.emplace(row.id, std::move(row));
        if (classes.empty()) return;
        for (auto& row :
             base::rows_as<NameRow>(tx.exec(sql::file["class_names"], project_id, array(classes))))
            classes_.emplace(row.id, std::move(row.name));
    }

    GivenAnswer named(PlacedAnswer&& answer) const {
        const auto& person = people_.at(answer.user_id);
        return {
            .user = person.name,
            .simulated = person.simulated,
            .attempt = answer.attempt,
            .label = answer.class_id ? classes_.at(*answer.class_id) : "",
            .value = std::move(answer.value),
            .milliseconds = answer.milliseconds,
            .submitted_at = base::rfc3339(answer.submitted_at, base::Precision::microseconds),
            .withdrawn_at = answer.withdrawn_at
                                ? base::rfc3339(*answer.withdrawn_at, base::Precision::microseconds)
                                : "",
            .schema_version = answer.schema_version};
    }

private:
    static std::string array(const std::set<std::int64_t>& ids) {
        return schema::array_of(std::vector(ids.begin(), ids.end()));
    }

    std::unordered_map<std::int64_t, PersonRow> people_;
    std::unordered_map<std::int64_t, std::string> classes_;
};

// Both in the order of records. Answers to each are put in the order of people's names.
void join_answers(
    std::vector<PlacedRow>& rows,
    std::vector<PlacedAnswer> answers,
    const AnswerNames& names
) {
    auto row = rows.begin();
    for (auto& answer : answers) {
        while (row != rows.end() && (row->rk != answer.rk || row->key != answer.key)) ++row;
        if (row == rows.end()) break;
        row->answers.push_back(names.named(std::move(answer)));
    }
    for (auto& each : rows)
        std::stable_sort(
            each.answers.begin(),
            each.answers.end(),
            [](const GivenAnswer& a, const GivenAnswer& b) { return a.user < b.user; }
        );
}

std::vector<PlacedRow> read_page(
    base::Tx& tx,
    const StoredProject& project,
    AnswerNames* names,
    std::int64_t rk,
    const std::string& key
) {
    auto query = names ? sql::file["export_answered_page"] : sql::file["export_page"];
    auto rows = base::rows_as<PlacedRow>(
        tx.exec(query, project.id, project.source_id, rk, key, export_page_size)
    );
    if (!names || rows.empty()) return rows;
    auto answers = base::rows_as<PlacedAnswer>(tx.exec(
        sql::file["answers_between"],
        project.id,
        project.source_id,
        rows.front().rk,
        rows.front().key,
        rows.back().rk,
        rows.back().key
    ));
    names->learn(tx, project.id, answers);
    join_answers(rows, std::move(answers), *names);
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
    AnswerNames known;  // used by one page at a time
    auto* names = with_answers ? &known : nullptr;
    auto page_after = [&](std::int64_t rk, std::string key) {
        return std::async(policy, [&steps, &project, names, rk, key = std::move(key)] {
            return steps.call([&](base::Tx& tx) { return read_page(tx, project, names, rk, key); });
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
                     tx.value<bool>(sql::file["has_spans_in_fields"], project.id).value_or(false),
        .simulated =
            tx.value<bool>(sql::file["has_simulated_answers"], project.id).value_or(false)};
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
