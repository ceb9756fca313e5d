// Who may name which table.
//
// A table is read and written by the module that owns it. The tables of the records are the
// contract of schema/, which the modules above read as they read its structs; the others are an
// owner's own, so that he can change them without asking.
#include <map>
#include <set>

#include <catch2/catch.hpp>

#include "base/text/pattern.hpp"
#include "tests/layering/source_tree.hpp"

using namespace layering;

namespace {

const std::map<std::string, std::set<std::string>> owned{
    {"schema",
     {"access_token",
      "app_user",
      "audit_event",
      "blob",
      "category",
      "column_set",
      "content_image",
      "content_media",
      "content_numeric",
      "content_quality",
      "content_text",
      "idempotent_answer",
      "job",
      "worker",
      "job_history",
      "label_tally",        // a purge counts
      "label_truth_tally",  // likewise
      "openid_attempt",
      "record",
      "record_search",
      "record_version",
      "reject",
      "service_address",
      "source",
      "source_cursor",
      "source_progress",
      "source_run",
      "source_run_count",
      "source_settings",
      "user_identity",
      "user_password",
      "web_session",
      "webhook",
      "webhook_message"}},
    {"crawler",
     {"consent_denial",
      "crawl_worker",
      "fetch_log",
      "frontier_address",
      "frontier_canonical",
      "frontier_count",
      "frontier_host",
      "frontier_pattern",
      "frontier_url",
      "page_record",
      "site_file"}},
    {"ingest", {"push_receipt", "quarantine", "source_contract", "source_field"}},
    {"quality",
     {"cell_issue", "check_result", "duplicate", "profile_part", "quality_profile", "text_sketch"}},
    {"labeling",
     {"annotation",          "ground_truth",    "label_audit",      "label_audit_class",
      "label_audit_item",    "label_bookmark",  "label_class",      "label_comment",
      "label_draft",         "label_event",     "label_gold",       "label_guideline",
      "label_invalidation",  "label_lease",     "label_machine",    "label_mark",
      "label_member",        "label_pace",      "label_person",     "label_project",
      "label_review",        "label_rule",      "label_rule_set",   "label_rule_vote",
      "label_schema_change", "label_skip_pace", "label_suggestion", "label_suggestion_seen",
      "label_task",          "label_trust"}},
    {"training",
     {"forecast",
      "metric",
      "model",
      "model_about",
      "model_promotion",
      "model_reference",
      "model_run",
      "model_test",
      "model_test_result",
      "model_window",
      "prediction",
      "preparation",
      "preparation_fit",
      "run_fit",
      "run_step",
      "snapshot",
      "snapshot_item",
      "snapshot_read"}},
};

std::map<std::string, std::string> owners() {
    std::map<std::string, std::string> all;
    for (const auto& [module, tables] : owned)
        for (const auto& table : tables) all[table] = module;
    return all;
}

bool is_migration(const SourceFile& file) {
    return file.path.starts_with("schema/migrations/");
}

// Partitions are the table's own.
std::string parent_of(const std::string& table) {
    for (std::string_view part : {"_default", "_rest"})
        if (table.ends_with(part)) return table.substr(0, table.size() - part.size());
    return table;
}

// Who names whose tables, and how often, until the owner has a verb for it. Lower a number when
// one goes; never raise it.
const std::map<std::string, std::size_t> left{
    {"quality names tables of ingest", 1},
    {"quality names tables of labeling", 11},
    {"quality names tables of training", 3},
    // A purge and a search go through all that hangs on a record.
    {"schema names tables of crawler", 4},
    {"schema names tables of ingest", 1},
    {"schema names tables of labeling", 10},
    {"schema names tables of quality", 11},
    {"schema names tables of training", 6},
    // A snapshot is made of records and their labels in one statement, at one moment.
    {"training names tables of crawler", 1},
    {"training names tables of ingest", 1},
    {"training names tables of labeling", 11},
    {"training names tables of quality", 2},
};

}  // namespace

TEST_CASE("every table has an owner", "[layering]") {
    static const auto made = base::Pattern::parse(R"(CREATE TABLE ([a-z_]+))");
    auto known = owners();
    std::set<std::string> seen;
    for (const auto& file : queries()) {
        if (!is_migration(file)) continue;
        for (std::size_t i = 0; i < file.lines.size(); ++i) {
            auto found = made.find(file.lines[i]);
            if (!found) continue;
            auto table = parent_of(std::string(*found));
            INFO(file.place(i) << ": " << table);
            CHECK(known.contains(table));
            seen.insert(table);
        }
    }
    CHECK(seen.size() == known.size());
}

TEST_CASE("a table is named by its owner's queries, and the records' by all", "[layering]") {
    static const auto named =
        base::Pattern::parse(R"(\b(?:FROM|JOIN|INTO|UPDATE|ONLY|TABLE)\s+([a-z_]+))");
    auto known = owners();
    std::map<std::string, std::vector<std::string>> found;
    std::size_t all = 0;
    for (const auto& file : queries()) {
        if (is_migration(file)) continue;
        for (std::size_t i = 0; i < file.lines.size(); ++i) {
            std::string_view rest = file.lines[i];
            if (rest.starts_with("--")) continue;
            while (auto match = named.find(rest)) {
                auto owner = known.find(std::string(*match));
                rest.remove_prefix(static_cast<std::size_t>(match->end() - rest.begin()));
                if (owner == known.end()) continue;
                ++all;
                auto module = file.module();
                if (owner->second == module || owner->second == "schema") continue;
                found[module + " names tables of " + owner->second].push_back(
                    file.place(i) + ": " + owner->first
                );
            }
        }
    }
    CHECK(all > 300);
    for (const auto& [what, places] : found) {
        std::string list;
        for (const auto& place : places) list += "\n  " + place;
        INFO(what << ":" << list);
        auto most = left.find(what);
        CHECK(places.size() <= (most == left.end() ? 0 : most->second));
    }
}

TEST_CASE("the faces hold no SQL", "[layering]") {
    for (const auto& file : queries()) {
        if (file.module() == "api") continue;  // its queries are moving to the stores they read
        INFO(file.path);
        CHECK((file.module() != "app" && file.module() != "worker" && file.module() != "service"));
    }
}
