// Tags are one JSON object a run: they are read with it, and asked for by containment, which an
// index serves. An edit names the edition that it changes, so that none is lost.
#include "training/registry/run_label_store.hpp"

#include <algorithm>

#include <boost/json.hpp>

#include "base/bytes/hex.hpp"
#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "base/error.hpp"
#include "training/sql.hpp"

namespace training {

namespace json = boost::json;

namespace {

constexpr std::size_t longest_name = 200;
constexpr std::size_t longest_note = 10'000;
constexpr std::size_t most_tags = 50;

struct LabelRow {
    std::int64_t id = 0;
    std::optional<base::Binary> run_key;
    std::string name, note;
    base::JsonText tags;
    int edition = 1;
};
BOOST_DESCRIBE_STRUCT(LabelRow, (), (id, run_key, name, note, tags, edition))

RunTags tags_from(const base::JsonText& text) {
    RunTags tags;
    const auto all = json::parse(text.text).as_object();
    for (const auto& [name, value] : all) tags[std::string(name)] = value.as_string();
    return tags;
}

std::string text_of(const RunTags& tags) {
    json::object all;
    for (const auto& [name, value] : tags) all[name] = value;
    return json::serialize(all);
}

void check_length(const std::string& thing, const std::string& text, std::size_t most) {
    if (text.size() > most)
        throw base::UsageError(
            thing, "longer than " + std::to_string(most) + " bytes", "shorten it"
        );
}

}  // namespace

void check(const RunEdit& edit) {
    if (edit.name) check_length("'name'", *edit.name, longest_name);
    if (edit.note) check_length("'note'", *edit.note, longest_note);
    constexpr std::string_view signs = "._-/";
    for (const auto& [name, value] : edit.tags) {
        const bool plain = std::all_of(name.begin(), name.end(), [&](char c) {
            return std::isalnum(static_cast<unsigned char>(c)) || signs.find(c) != signs.npos;
        });
        if (name.empty() || name.size() > longest_name || !plain)
            throw base::UsageError(
                "tag '" + name + "'", "its name is none", "use letters, digits and . _ - /"
            );
        check_length("tag '" + name + "'", value, longest_name);
    }
}

std::map<std::int64_t, RunLabels> run_labels(base::Tx& tx, std::int64_t first, std::int64_t last) {
    std::map<std::int64_t, RunLabels> all;
    for (auto& row : base::rows_as<LabelRow>(tx.exec(sql::file["run_labels"], first, last)))
        all[row.id] = {
            .id = row.id,
            .run_key = row.run_key ? base::hex(row.run_key->bytes) : "",
            .name = std::move(row.name),
            .note = std::move(row.note),
            .tags = tags_from(row.tags),
            .edition = row.edition};
    return all;
}

RunLabels labels_of(base::Tx& tx, std::int64_t run_id) {
    return run_labels(tx, run_id, run_id)[run_id];
}

bool edit_labels(base::Tx& tx, std::int64_t run_id, int edition, const RunEdit& edit) {
    check(edit);
    auto now = labels_of(tx, run_id);
    for (const auto& [name, value] : edit.tags) now.tags[name] = value;
    for (const auto& name : edit.untag) now.tags.erase(name);
    if (now.tags.size() > most_tags)
        throw base::UsageError("'tag'", "a run has at most 50", "take some off by --untag");
    return tx.change(
               sql::file["edit_run_labels"],
               run_id,
               edition,
               edit.name.value_or(now.name),
               edit.note.value_or(now.note),
               text_of(now.tags)
           ) > 0;
}

void label_run(base::Tx& tx, std::int64_t run_id, const std::string& note, const RunTags& tags) {
    if (!note.empty() || !tags.empty()) edit_labels(tx, run_id, 1, {.note = note, .tags = tags});
}

void set_key(base::Tx& tx, std::int64_t run_id, const std::string& key) {
    tx.exec(sql::file["set_run_key"], run_id, base::bytes_of(key));
}

std::optional<std::int64_t> done_before(base::Tx& tx, const std::string& key) {
    return tx.value<std::int64_t>(sql::file["run_done_before"], base::bytes_of(key));
}

}  // namespace training
