// Changes of a project's classes in the database.
//
// Answers and labels are rewritten as they are read from then on, so that whoever reads them needs
// to know nothing of changes. What stood there is kept with the row, under the change's version: a
// merge can not be undone from what it leaves. A rename can, and keeps nothing. Changes are undone
// last first, so that what is kept always fits the names of its time.
#include "labeling/projects/schema_store.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <boost/json.hpp>

#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "base/error.hpp"
#include "base/settings/settings.hpp"
#include "labeling/projects/schema_rewrite_store.hpp"
#include "labeling/quality/audit_store.hpp"
#include "labeling/sql.hpp"
#include "schema/records/values.hpp"

namespace labeling {

namespace {

namespace json = boost::json;

struct LastChange {
    int version = 0;
    SchemaChange::Action action = SchemaChange::Action::rename;
    std::string question;
    base::JsonText from, to, shape;
};
BOOST_DESCRIBE_STRUCT(LastChange, (), (version, action, question, from, to, shape))

template <typename Use>
void each_question(Project& project, Use use) {
    use(std::string(), project.question);
    for (auto& part : project.question.parts) use(part.name, part.question);
}

// Names, parents and relations of the classes, and conditions on them, for undo.
std::string shape_of(StoredProject stored, const std::vector<std::int32_t>& added) {
    json::array classes, conditions;
    json::object relations;
    each_question(stored.project, [&](const std::string& part, const Question& question) {
        for (const auto& item : question.classes)
            classes.push_back(
                {{"id", item.id}, {"question", part}, {"name", item.name}, {"parent", item.parent}}
            );
        relations[part] = Question::settings.write<json::value>(question).as_object();
        relations[part].as_object().erase("class");
    });
    for (const auto& part : stored.project.question.parts)
        conditions.push_back(part.when ? json::value_from(part.when->is) : json::value(nullptr));
    return json::serialize(json::object{
        {"classes", classes},
        {"relations", relations},
        {"conditions", conditions},
        {"added", json::value_from(added)}});
}

void retire_schema_classes(
    base::Tx& tx,
    std::int64_t project,
    const std::vector<std::int32_t>& ids
) {
    tx.exec(sql::file["retire_classes"], project, schema::array_of(ids));
}

// Puts classes, parents, relations and conditions back as `shape` has them. Classes that came since
// by other ways stay.
void restore_shape(StoredProject& stored, const json::object& shape) {
    auto added = json::value_to<std::vector<std::int32_t>>(shape.at("added"));
    each_question(stored.project, [&](const std::string& part, Question& question) {
        std::vector<LabelClass> classes;
        auto known = question.classes;
        known.insert(known.end(), question.retired.begin(), question.retired.end());
        std::set<std::int32_t> placed(added.begin(), added.end());
        std::map<std::int32_t, LabelClass*> by_id;
        for (auto& item : known) by_id.emplace(item.id, &item);
        for (const auto& was : shape.at("classes").as_array()) {
            if (was.at("question").as_string() != part) continue;
            auto id = json::value_to<std::int32_t>(was.at("id"));
            const auto at = by_id.find(id);
            if (at == by_id.end()) continue;
            auto& item = *at->second;
            item.name = json::value_to<std::string>(was.at("name"));
            item.parent = json::value_to<std::string>(was.at("parent"));
            classes.push_back(item);
            placed.insert(id);
        }
        for (const auto& item : question.classes)
            if (!placed.contains(item.id)) classes.push_back(item);
        question.classes = std::move(classes);
        Question was;
        Question::settings.read(base::Document::of(shape.at("relations").at(part)), was);
        question.relations = std::move(was.relations);
    });
    const auto& conditions = shape.at("conditions").as_array();
    auto& parts = stored.project.question.parts;
    for (std::size_t i = 0; i < parts.size() && i < conditions.size(); ++i)
        if (parts[i].when && conditions[i].is_array())
            parts[i].when->is = json::value_to<std::vector<std::string>>(conditions[i]);
    check_edited(stored.project);
}

std::vector<std::string> names_in_json(const base::JsonText& text) {
    return json::value_to<std::vector<std::string>>(json::parse(text.text));
}

std::int32_t next_class(const Project& project) {
    std::int32_t next = 0;
    auto pass = [&](const Question& question) {
        for (const auto* classes : {&question.classes, &question.retired})
            for (const auto& item : *classes) next = std::max(next, item.id + 1);
    };
    pass(project.question);
    for (const auto& part : project.question.parts) pass(part.question);
    return next;
}

// Numbers the classes that a change added: under its old number one that the question has retired,
// which is so no more, each other under a new one.
std::vector<std::int32_t> number_added(Project& project, const std::string& part) {
    auto& question = question_named(project, part);
    std::map<std::string, std::int32_t> retired;
    for (const auto& item : question.retired) retired.emplace(item.name, item.id);
    auto next = next_class(project);
    std::vector<std::int32_t> added;
    std::set<std::int32_t> back;
    for (auto& item : question.classes) {
        if (item.id >= 0) continue;
        const auto known = retired.find(item.name);
        if (known != retired.end()) back.insert(known->second);
        item.id = known == retired.end() ? next++ : known->second;
        added.push_back(item.id);
    }
    std::erase_if(question.retired, [&](const auto& item) { return back.contains(item.id); });
    return added;
}

// Classes of the project before that it has no more.
std::vector<std::int32_t> missing_since(const Project& before, const Project& after) {
    std::set<std::int32_t> left;
    std::vector<std::int32_t> gone;
    auto a = after, b = before;
    each_question(a, [&](const std::string&, const Question& question) {
        for (const auto& item : question.classes) left.insert(item.id);
    });
    each_question(b, [&](const std::string&, const Question& question) {
        for (const auto& item : question.classes)
            if (!left.contains(item.id)) gone.push_back(item.id);
    });
    return gone;
}

struct Made {
    SchemaChange change;
    std::string shape = "{}";
    Rewritten rows;
};

void refuse_retired_name(const StoredProject& stored, const SchemaChange& change) {
    if (change.action != SchemaChange::Action::rename || change.to.empty()) return;
    auto project = stored.project;
    for (const auto& item : question_named(project, change.question).retired)
        if (item.name == change.to.front())
            throw base::Error(
                "class '" + item.name + "'",
                "is a retired one's name",
                "take that one back by 'add' and merge into it, or choose another name"
            );
}

Made make(base::Tx& tx, const StoredProject& before, const SchemaChange& change, Time now) {
    refuse_retired_name(before, change);
    auto after = before;
    auto then = change_schema(after.project, change);
    auto added = number_added(after.project, change.question);
    save_project(tx, after);
    retire_schema_classes(tx, before.id, missing_since(before.project, after.project));
    bool keeps = change.action != SchemaChange::Action::rename;
    return {
        .change = change,
        .shape = shape_of(before, added),
        .rows = rewrite_rows(tx, before, after, then, keeps, now)};
}

Made undo(base::Tx& tx, const StoredProject& before, Time now) {
    auto last = base::first_as<LastChange>(tx.exec(sql::file["last_schema_change"], before.id));
    if (!last)
        throw base::Error(
            "project '" + before.project.name + "'", "has no change of its classes to undo"
        );
    auto after = before;
    restore_shape(after, json::parse(last->shape.text).as_object());
    // Before others take their names.
    retire_schema_classes(tx, before.id, missing_since(before.project, after.project));
    save_project(tx, after);
    AnswersThen then{.question = last->question, .renamed = {}, .asked_again = {}};
    auto from = names_in_json(last->from), to = names_in_json(last->to);
    if (last->action == SchemaChange::Action::rename) then.renamed[to.at(0)] = from.at(0);
    auto rows = rewrite_rows(tx, before, after, then, false, now);
    auto restored = restore_rows(tx, before, last->version, now);
    rows.answers += restored.answers;
    rows.labels += restored.labels;
    tx.exec(sql::file["note_undone"], before.id, last->version, before.schema_version + 1);
    return {
        .change =
            {.action = SchemaChange::Action::undo,
             .question = last->question,
             .from = std::move(to),
             .to = std::move(from)},
        .shape = "{}",
        .rows = rows};
}

}  // namespace

SchemaLine change_schema(
    base::Tx& tx,
    const std::string& project,
    const SchemaChange& change,
    const std::string& by,
    Time now
) {
    auto before = lock_project(tx, project);
    if (change.action != SchemaChange::Action::add && running_audit(tx, before.id))
        throw base::Error(
            "project '" + project + "'",
            "is being audited, by the classes that it has",
            "stop the audit first, or only add classes"
        );
    tx.exec(sql::file["change_classes"], before.id);
    tx.exec(sql::file["forget_confusions"], before.id);
    tx.exec(sql::file["put_usual_confusion"], before.id, nullptr);
    // The log and its undo read the names that the classes really got.
    auto made = change.action == SchemaChange::Action::undo ? undo(tx, before, now)
                                                            : make(tx, before, tidied(change), now);
    tx.exec(
        sql::file["add_schema_change"],
        before.id,
        before.schema_version + 1,
        std::string(base::name_of(change.action)),
        made.change.question,
        schema::array_of(made.change.from),
        schema::array_of(made.change.to),
        made.shape,
        made.rows.answers,
        made.rows.labels,
        made.rows.queued,
        by,
        schema::timestamp(now)
    );
    return schema_changes(tx, before.id).back();
}

std::vector<SchemaLine> schema_changes(base::Tx& tx, std::int64_t project_id) {
    return base::rows_as<SchemaLine>(tx.exec(sql::file["schema_changes"], project_id));
}

StoredProject add_classes(
    base::Tx& tx,
    const std::string& project,
    const std::vector<std::string>& names,
    const std::string& by,
    Time now
) {
    auto stored = lock_project(tx, project);
    SchemaChange change{.action = SchemaChange::Action::add, .question = {}, .from = {}, .to = {}};
    std::set<std::string> there;
    for (const auto& one : stored.project.question.classes) there.insert(one.name);
    for (const auto& name : names)
        if (!there.contains(name)) change.to.push_back(name);
    if (!change.to.empty()) change_schema(tx, project, change, by, now);
    return load_project(tx, stored.id);
}

}  // namespace labeling
