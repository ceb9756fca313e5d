// The records that a snapshot may hold, page by page. A record whose site forbids training is
// counted and left out, unless its source only records what sites say.
#include "training/candidates/candidate_store.hpp"

#include <future>
#include <limits>

#include <fmt/format.h>

#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "base/error.hpp"
#include "base/not_found.hpp"
#include "schema/records/record_fields.hpp"
#include "schema/records/values.hpp"
#include "schema/sources/source_store.hpp"
#include "training/candidates/gathered.hpp"
#include "training/labels/part_labels.hpp"
#include "training/sql.hpp"

namespace training {

namespace {

constexpr std::size_t page_size = 5000;

// What a condition may ask for, by the names of the columns.
schema::RecordFields
fields_of(const pqxx::row& row, const Labeled& labeled, const std::vector<std::string>& classes) {
    static constexpr std::pair<const char*, const char*> columns[] = {
        {"key", "key"},
        {"version", "version"},
        {"group", "group_key"},
        {"time", "time"},
        {"value", "value"},
        {"probability", "probability"},
        {"method", "method"},
        {"words", "words"},
        {"characters", "characters"},
        {"language", "language"},
        {"title", "title"},
        {"url", "url"},
        {"file", "file"},
        {"media_type", "media_type"},
        {"width", "width"},
        {"height", "height"}};
    schema::RecordFields fields;
    for (const auto& [name, column] : columns) {
        auto field = row[column];
        fields.set(name, field.is_null() ? std::nullopt : std::optional(field.as<std::string>()));
    }
    if (labeled.class_id)
        fields.set("class", classes.at(static_cast<std::size_t>(*labeled.class_id)));
    if (labeled.payload) fields.set_payload(*labeled.payload);
    return fields;
}

pqxx::result next_page(
    base::Tx& tx,
    const SnapshotProject& project,
    std::int64_t rk,
    const std::string& key,
    bool payload,
    const std::string& question,
    const std::vector<std::string>& classes
) {
    if (project.id == 0)
        return tx.exec(
            sql::file["records_of_source"],
            project.source_id,
            rk,
            key,
            page_size,
            payload,
            words_to_compare
        );
    return tx.exec(
        sql::file["labeled_records"],
        project.id,
        project.source_id,
        rk,
        key,
        page_size,
        payload,
        words_to_compare,
        labels_are_parts(project.kind),
        question,
        question.empty() ? "{}" : schema::array_of(classes)
    );
}

std::vector<schema::RecordFields> fields_of_page(
    base::Database& database,
    const SnapshotProject& project,
    const SnapshotPlan& plan,
    const pqxx::result& rows,
    const std::vector<Labeled>& page,
    const std::vector<std::string>& classes
) {
    std::vector<schema::RecordFields> fields;
    std::vector<schema::RecordVersion> versions;
    for (std::size_t i = 0; i < page.size(); ++i) {
        const auto row = rows[static_cast<pqxx::result::size_type>(i)];
        fields.push_back(fields_of(row, page[i], classes));
        versions.push_back({page[i].rk, page[i].key, page[i].version});
    }
    if (!plan.asked.empty())
        database.call([&](base::Tx& tx) {
            schema::add_findings(tx, plan.asked, project.source_id, versions, fields);
        });
    return fields;
}

// A form is learnt question by question.
void check_question(const SnapshotSpec& spec, const SnapshotProject& project) {
    const auto thing = fmt::format("label project '{}'", spec.project);
    if (spec.question.empty()) {
        if (!project.questions.empty())
            throw base::UsageError(
                thing,
                "is a form, which is learnt question by question",
                "give --question, one of: " + project.questions
            );
        return;
    }
    if (project.questions.empty())
        throw base::UsageError(
            thing, "asks one question, which has no name", "leave --question out"
        );
    if (project.kind.empty())
        throw base::UsageError(
            thing,
            fmt::format("has no question '{}'", spec.question),
            "give one of: " + project.questions
        );
}

}  // namespace

SnapshotProject find_project(base::Tx& tx, const SnapshotSpec& spec) {
    if (spec.project.empty()) {
        auto source = schema::require_source(tx, spec.source);
        return {.id = 0, .source_id = source.id, .source = source.name, .kind = {}};
    }
    auto found = base::first_as<SnapshotProject>(
        tx.exec(sql::file["find_project"], spec.project, std::int64_t{0}, spec.question)
    );
    if (!found)
        throw base::NotFound(
            fmt::format("label project '{}'", spec.project),
            "there is none of that name",
            "see 'tilth label project list'"
        );
    check_question(spec, *found);
    if (!spec.source.empty() && spec.source != found->source)
        throw base::UsageError(
            fmt::format("label project '{}'", spec.project),
            fmt::format("is of source '{}', not of '{}'", found->source, spec.source),
            "name one of the two"
        );
    return *found;
}

SnapshotPlan plan_of(const SnapshotSpec& spec) {
    SnapshotPlan plan{schema::Filter::parse(spec.where), {}, "", {}, {}};
    plan.split.seed = spec.seed;
    plan.split.folds = spec.folds;
    if (spec.split.starts_with("field=")) {
        plan.split.by = SplitSpec::By::fixed;
        plan.split_field = spec.split.substr(6);
        if (!spec.time.empty())
            throw base::UsageError(
                "split", "a field says the sides, and so does the time", "give one of them"
            );
    } else {
        parse_fractions(spec.split, plan.split);
        if (!spec.time.empty()) plan.split.by = SplitSpec::By::time;
    }
    const bool asked = !spec.stratify.empty() && spec.stratify != "none";
    const bool by_hash = plan.split.by == SplitSpec::By::hash;
    if (asked) {
        plan.stratify = spec.stratify;
    } else if (spec.stratify.empty() && !spec.project.empty() && spec.group.empty()) {
        plan.stratify = "class";
    }
    plan.split.strata = by_hash && !plan.stratify.empty();
    plan.asked = plan.where.fields();
    for (const auto& field : {spec.group, spec.time, plan.split_field, plan.stratify})
        if (!field.empty()) plan.asked.push_back(field);
    return plan;
}

Candidates choose(
    base::Database& database,
    const SnapshotProject& project,
    const SnapshotSpec& spec,
    const SnapshotPlan& plan,
    const std::vector<std::string>& classes
) {
    Gathered gathered(spec, plan);
    Presence presence(plan.asked);
    bool honour = database.call([&](base::Tx& tx) {
        return tx.value<std::string>(sql::file["consent_policy"], project.source_id) != "record";
    });
    const bool payload = schema::needs_payload(plan.asked);
    // The server looks for the next page while this one is read.
    const auto ask = [&](std::int64_t rk, std::string key) {
        return std::async(std::launch::async, [&, rk, key = std::move(key)] {
            return database.call([&](base::Tx& tx) {
                return next_page(tx, project, rk, key, payload, spec.question, classes);
            });
        });
    };
    auto next = ask(std::numeric_limits<std::int64_t>::min(), "");
    for (;;) {
        const auto rows = next.get();
        auto page = base::rows_as<Labeled>(rows);
        if (page.empty()) {
            presence.refuse(fmt::format("snapshot '{}'", spec.name));
            return gathered.finish();
        }
        next = ask(page.back().rk, page.back().key);
        const auto fields = fields_of_page(database, project, plan, rows, page, classes);
        for (std::size_t i = 0; i < page.size(); ++i) {
            const auto& one = page[i];
            if (project.id != 0 && !one.class_id && !one.value && !one.label) {
                gathered.outdated();
                continue;
            }
            presence.see(fields[i]);
            if (page[i].quarantined || !plan.where.matches(fields[i])) continue;
            if (honour && page[i].denied) {
                gathered.deny();
            } else {
                gathered.add(page[i], fields[i]);
            }
        }
    }
}

}  // namespace training
