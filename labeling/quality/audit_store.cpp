// Audits in the database.
//
// A label is drawn with its record's task, so that people answer it as they answer every task: the
// same leases, tokens, drafts and undo. What they say is marked by the audit's number from the
// lease on; inference, agreement and the merging of a record's answers pass marked answers by. What
// the task was stands with the sample and is restored at the end. The likeness of answer and label
// is fixed then, as classes may be merged or split later.
#include "labeling/quality/audit_store.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "base/error.hpp"
#include "labeling/quality/audit_estimate.hpp"
#include "labeling/quality/gold_store.hpp"
#include "labeling/queue/tally_store.hpp"
#include "labeling/sql.hpp"
#include "labeling/tasks/stored_answer.hpp"
#include "labeling/tasks/task_type.hpp"
#include "labeling/truth/truth_store.hpp"
#include "schema/records/values.hpp"

namespace labeling {

namespace {

struct LabelsOfClass {
    std::optional<std::int32_t> class_id;
    std::int64_t labels = 0;
};
BOOST_DESCRIBE_STRUCT(LabelsOfClass, (), (class_id, labels))

struct AuditClaimRow : Claimed {
    std::int64_t freed = 0;
};
BOOST_DESCRIBE_STRUCT(AuditClaimRow, (Claimed), (freed))

struct AuditClassRow {
    std::optional<std::int32_t> class_id;
    std::optional<std::string> label;
    std::int64_t labels = 0, sample = 0;
};
BOOST_DESCRIBE_STRUCT(AuditClassRow, (), (class_id, label, labels, sample))

struct AuditItemRow {
    std::int64_t task = 0;
    std::string record, key;
    std::optional<std::int32_t> class_id;
    std::optional<std::string> label;
    base::JsonText value;
    std::optional<double> likeness;
    bool answered = false;
    std::int64_t user_id = 0;
    std::string user;
    std::optional<std::string> said_label;
    base::JsonText said_value;
    bool changed = false;
};
BOOST_DESCRIBE_STRUCT(
    AuditItemRow,
    (),
    (task,
     record,
     key,
     class_id,
     label,
     value,
     likeness,
     answered,
     user_id,
     user,
     said_label,
     said_value,
     changed)
)

struct AuditedTask {
    std::int64_t id = 0;
};
BOOST_DESCRIBE_STRUCT(AuditedTask, (), (id))

std::vector<AuditItemRow> items_of_audit(base::Tx& tx, std::int64_t audit) {
    return base::rows_as<AuditItemRow>(tx.exec(sql::file["audit_items"], audit));
}

double likeness_of(const Question& question, const AuditItemRow& item) {
    if (item.likeness) return *item.likeness;
    return task_type(question.kind)
        .likeness(
            question,
            answer_of(item.said_label.value_or(""), item.said_value.text),
            answer_of(item.label.value_or(""), item.value.text)
        );
}

std::vector<std::int64_t> samples_of(
    const StoredProject& project,
    const std::vector<LabelsOfClass>& labels,
    const AuditDraw& draw
) {
    const auto& name = project.project.name;
    std::vector<std::int64_t> sizes;
    for (const auto& each : labels) {
        if (!each.class_id)
            throw base::Error(
                "project '" + name + "'",
                "has labels that are not of one class",
                "draw them by chance, without 'by'"
            );
        sizes.push_back(each.labels);
    }
    if (draw.sample < static_cast<std::int64_t>(sizes.size()))
        throw base::Error(
            "project '" + name + "'",
            fmt::format("has labels of {} classes", sizes.size()),
            fmt::format("draw {} or more, or without 'by'", sizes.size())
        );
    return dealt_out(sizes, draw.sample);
}

}  // namespace

std::optional<Audit> last_audit(base::Tx& tx, std::int64_t project_id) {
    return base::first_as<Audit>(tx.exec(sql::file["last_audit"], project_id));
}

std::optional<std::int64_t> running_audit(base::Tx& tx, std::int64_t project_id) {
    return tx.value<std::int64_t>(sql::file["running_audit"], project_id);
}

AuditProgress audit_progress(base::Tx& tx, std::int64_t audit, Time now) {
    return base::first_as<AuditProgress>(
               tx.exec(sql::file["audit_progress"], audit, schema::timestamp(now))
    )
        .value();
}

bool start_audit(base::Tx& tx, const StoredProject& project, const AuditDraw& draw, Time now) {
    tx.exec(sql::file["lock_project"], project.id);
    if (running_audit(tx, project.id)) return false;
    auto classes = base::rows_as<LabelsOfClass>(tx.exec(sql::file["labels_by_class"], project.id));
    std::int64_t labels = 0;
    for (const auto& each : classes) labels += each.labels;
    if (labels == 0)
        throw base::Error(
            "project '" + project.project.name + "'",
            "has no labels to audit",
            "see 'tilth label truth', or import some"
        );
    bool by_class = draw.by == AuditBy::one_class;
    auto sample = std::min(draw.sample, labels);
    std::vector<std::int64_t> samples(classes.size());
    if (by_class) samples = samples_of(project, classes, draw);
    auto audit = *tx.value<std::int64_t>(
        sql::file["add_audit"],
        project.id,
        labels,
        sample,
        by_class,
        draw.seed,
        draw.made_by,
        schema::timestamp(now)
    );
    auto take = [&](std::optional<std::int32_t> class_id, std::int64_t n) {
        tx.exec(
            sql::file["draw_audit"],
            project.id,
            audit,
            draw.seed,
            class_id,
            n,
            schema::timestamp(now),
            project.project.overlap
        );
    };
    if (!by_class) take(std::nullopt, sample);
    for (std::size_t i = 0; i < classes.size(); ++i) {
        if (by_class) take(classes[i].class_id, samples[i]);
        tx.exec(
            sql::file["add_audit_class"], audit, classes[i].class_id, classes[i].labels, samples[i]
        );
    }
    count_anew(tx, project.id);
    return true;
}

std::vector<Claimed> claim_audit(
    base::Tx& tx,
    const StoredProject& project,
    std::int64_t audit,
    std::int64_t user_id,
    int n,
    Time now,
    std::chrono::seconds lease
) {
    std::vector<Claimed> tasks;
    for (bool freed = n > 0; freed && static_cast<int>(tasks.size()) < n;) {
        auto rows = base::rows_as<AuditClaimRow>(tx.exec(
            sql::file["claim_audit"],
            project.id,
            user_id,
            schema::timestamp(now),
            schema::timestamp(now + lease),
            n - static_cast<int>(tasks.size()),
            audit
        ));
        freed = rows.front().freed > 0;
        for (auto& row : rows)
            if (row.task != 0) tasks.push_back(std::move(row));
    }
    return tasks;
}

AuditReport audit_report(base::Tx& tx, const StoredProject& project, const Audit& audit) {
    AuditReport report;
    static_cast<Audit&>(report) = audit;
    std::map<std::optional<std::int32_t>, AuditCounts> counts;
    auto classes = base::rows_as<AuditClassRow>(tx.exec(sql::file["audit_classes"], audit.audit));
    for (const auto& each : classes) counts[each.class_id].labels = each.labels;
    std::map<std::optional<std::int32_t>, std::int64_t> sampled;
    double likeness_sum = 0;
    for (auto& item : items_of_audit(tx, audit.audit)) {
        ++sampled[item.class_id];
        if (!item.answered) continue;
        auto likeness = likeness_of(project.project.question, item);
        likeness_sum += likeness;
        auto& of_class = counts[item.class_id];
        ++of_class.answered;
        if (likeness >= right_likeness) continue;
        ++of_class.wrong;
        report.differences.push_back(
            {.record = std::move(item.record),
             .key = std::move(item.key),
             .label = std::move(item.label),
             .value = std::move(item.value),
             .user = std::move(item.user),
             .said_label = std::move(item.said_label),
             .said_value = std::move(item.said_value),
             .likeness = likeness,
             .changed = item.changed}
        );
    }
    AuditCounts all{.labels = audit.labels};
    std::vector<AuditCounts> parts;
    for (const auto& each : classes) {
        const auto& of_class = counts[each.class_id];
        all.answered += of_class.answered;
        all.wrong += of_class.wrong;
        parts.push_back(of_class);
        if (!each.class_id) continue;
        auto found = error_rate(of_class);
        report.classes.push_back(
            {.label = each.label,
             .labels = each.labels,
             .sample = sampled[each.class_id],
             .answered = of_class.answered,
             .wrong = of_class.wrong,
             .rate = found.rate,
             .low = found.low,
             .high = found.high}
        );
    }
    auto found = audit.by_class ? error_rate_by_class(parts) : error_rate(all);
    report.answered = all.answered;
    report.wrong = all.wrong;
    report.rate = found.rate;
    report.low = found.low;
    report.high = found.high;
    if (all.answered > 0) report.likeness = likeness_sum / static_cast<double>(all.answered);
    return report;
}

std::int64_t end_audit(
    base::Tx& tx,
    const StoredProject& project,
    const Audit& audit,
    const std::string& stopped_by,
    bool review,
    Time now
) {
    tx.exec(sql::file["lock_audited"], audit.audit);
    std::vector<std::int64_t> tasks;
    std::vector<double> likenesses;
    std::int64_t flagged = 0;
    for (const auto& item : items_of_audit(tx, audit.audit)) {
        if (!item.answered) continue;
        tasks.push_back(item.task);
        likenesses.push_back(likeness_of(project.project.question, item));
        if (!review || likenesses.back() >= right_likeness) continue;
        auto said = item.said_label ? *item.said_label : item.said_value.text;
        tx.exec(
            sql::file["flag_audited"],
            item.task,
            item.user_id,
            fmt::format("audit {}: says {}", audit.audit, said.substr(0, 1'000)),
            schema::timestamp(now)
        );
        ++flagged;
    }
    tx.exec(
        sql::file["fix_likeness"],
        audit.audit,
        schema::array_of(tasks),
        fmt::format("{{{}}}", fmt::join(likenesses, ","))
    );
    auto beside =
        base::rows_as<AuditedTask>(tx.exec(sql::file["answered_beside_audit"], audit.audit));
    tx.exec(sql::file["end_audit"], audit.audit, stopped_by, schema::timestamp(now));
    count_anew(tx, project.id);
    for (const auto& task : beside) refresh_truth(tx, project, task.id, now);
    return flagged;
}

}  // namespace labeling
