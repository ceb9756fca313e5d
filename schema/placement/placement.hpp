#pragma once

#include <array>
#include <string_view>

namespace schema {

// Where the rows of a table lie when one database is spread over many nodes (Citus):
// - reference: whole on each node. Small, read with everything, seldom written.
// - by_record: spread by rk, all of one record on one node. Every unique key holds rk.
// - by_blob: spread by bk, beside the records.
// - single: whole on one node, all of them on the same one: queues and sessions, which are locked,
//   claimed and joined among themselves, and never joined with records in one level of a statement.
enum class Place { reference, by_record, by_blob, single };

struct Placed {
    std::string_view table;
    Place place;
};

// Every table but schema_migration, which the coordinator keeps for itself. In the order in which
// they are placed: a table whose rows another one refers to comes before it. `tilth db distribute`,
// the tests and docs/data-model.md read it; a migration that makes a table adds its line here.
inline constexpr std::array placement{
    // Sources and what is known of each.
    Placed{"app_user", Place::reference},
    Placed{"source", Place::reference},
    Placed{"source_settings", Place::reference},
    Placed{"column_set", Place::reference},
    Placed{"category", Place::reference},
    Placed{"source_run", Place::reference},
    Placed{"source_cursor", Place::reference},
    Placed{"source_field", Place::reference},
    Placed{"source_contract", Place::reference},
    Placed{"source_progress", Place::reference},
    Placed{"quality_profile", Place::reference},
    Placed{"profile_part", Place::reference},
    Placed{"check_result", Place::reference},
    Placed{"push_receipt", Place::reference},
    Placed{"preparation", Place::reference},
    // People, projects, snapshots and models.
    Placed{"user_identity", Place::reference},
    Placed{"user_password", Place::reference},
    Placed{"label_project", Place::reference},
    Placed{"label_class", Place::reference},
    Placed{"label_member", Place::reference},
    Placed{"label_machine", Place::reference},
    Placed{"label_guideline", Place::reference},
    Placed{"label_rule", Place::reference},
    Placed{"label_rule_set", Place::reference},
    Placed{"label_schema_change", Place::reference},
    Placed{"snapshot", Place::reference},
    Placed{"snapshot_read", Place::reference},
    Placed{"preparation_fit", Place::reference},
    Placed{"model_run", Place::reference},
    Placed{"metric", Place::reference},
    Placed{"run_fit", Place::reference},
    Placed{"run_step", Place::reference},
    Placed{"forecast", Place::reference},
    Placed{"model", Place::reference},
    Placed{"model_about", Place::reference},
    Placed{"model_promotion", Place::reference},
    Placed{"model_reference", Place::reference},
    Placed{"model_test", Place::reference},
    Placed{"model_test_result", Place::reference},
    Placed{"model_window", Place::reference},
    // Records and all that hangs on one.
    Placed{"record", Place::by_record},
    Placed{"record_version", Place::by_record},
    Placed{"content_text", Place::by_record},
    Placed{"content_numeric", Place::by_record},
    Placed{"content_image", Place::by_record},
    Placed{"content_media", Place::by_record},
    Placed{"content_quality", Place::by_record},
    Placed{"text_sketch", Place::by_record},
    Placed{"record_search", Place::by_record},
    Placed{"reject", Place::by_record},
    Placed{"annotation", Place::by_record},
    Placed{"ground_truth", Place::by_record},
    Placed{"label_suggestion", Place::by_record},
    Placed{"label_rule_vote", Place::by_record},
    Placed{"snapshot_item", Place::by_record},
    Placed{"prediction", Place::by_record},
    Placed{"duplicate", Place::by_record},
    Placed{"cell_issue", Place::by_record},
    Placed{"quarantine", Place::by_record},
    Placed{"consent_denial", Place::by_record},
    Placed{"page_record", Place::by_record},
    Placed{"blob", Place::by_blob},
    // Queues, sessions, logs.
    Placed{"source_run_count", Place::single},
    Placed{"frontier_host", Place::single},
    Placed{"frontier_address", Place::single},
    Placed{"frontier_url", Place::single},
    Placed{"frontier_canonical", Place::single},
    Placed{"frontier_pattern", Place::single},
    Placed{"frontier_count", Place::single},
    Placed{"site_file", Place::single},
    Placed{"crawl_worker", Place::single},
    Placed{"fetch_log", Place::single},
    Placed{"label_task", Place::single},
    Placed{"label_lease", Place::single},
    Placed{"label_draft", Place::single},
    Placed{"label_bookmark", Place::single},
    Placed{"label_gold", Place::single},
    Placed{"label_comment", Place::single},
    Placed{"label_review", Place::single},
    Placed{"label_invalidation", Place::single},
    Placed{"label_suggestion_seen", Place::single},
    Placed{"label_mark", Place::single},
    Placed{"label_pace", Place::single},
    Placed{"label_skip_pace", Place::single},
    Placed{"label_person", Place::single},
    Placed{"label_trust", Place::single},
    Placed{"label_event", Place::single},
    Placed{"label_tally", Place::single},
    Placed{"label_truth_tally", Place::single},
    Placed{"label_audit", Place::single},
    Placed{"label_audit_class", Place::single},
    Placed{"label_audit_item", Place::single},
    Placed{"job", Place::single},
    Placed{"worker", Place::single},
    Placed{"job_history", Place::single},
    Placed{"access_token", Place::single},
    Placed{"web_session", Place::single},
    Placed{"openid_attempt", Place::single},
    Placed{"service_address", Place::single},
    Placed{"idempotent_answer", Place::single},
    Placed{"audit_event", Place::single},
    Placed{"webhook", Place::single},
    Placed{"webhook_message", Place::single},
};

constexpr std::string_view name_of(Place place) {
    switch (place) {
        case Place::reference:
            return "reference";
        case Place::by_record:
            return "rk";
        case Place::by_blob:
            return "bk";
        case Place::single:
            return "single";
    }
    return "";
}

}  // namespace schema
