#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "labeling/quality/audit_store.hpp"
#include "schema/people/user.hpp"
#include "service/verb.hpp"

// Audits: how many of a project's labels are wrong, estimated from a sample that reviewers answer
// again without seeing the labels. claim_tasks() gives them these.
namespace service {

// The audit of a project that runs, for somebody who may answer it: who reviews or owns the
// project, or sees all. Refused to others, and where none runs.
std::int64_t
running_audit_for(Work& work, const labeling::StoredProject& stored, const schema::User& who);

struct AuditName {
    std::string project;
    static const base::Settings<AuditName> settings;
};
struct AuditState : labeling::Audit {
    std::string project;
    labeling::AuditProgress progress;
    std::int64_t flagged = 0;  // for review, by the stop
};
BOOST_DESCRIBE_STRUCT(AuditState, (labeling::Audit), (project, progress, flagged))
// How far the last audit is. Refused if there was none.
AuditState show_audit(Work& work, const AuditName& request);

struct StartAudit {
    std::string project;
    std::int64_t sample = 0;
    labeling::AuditBy by = labeling::AuditBy::chance;
    std::optional<std::int64_t> seed{};  // another one each time by default
    static const base::Settings<StartAudit> settings;
};
// Refused while another runs.
AuditState start_audit(Work& work, const StartAudit& request);

// What the last audit says so far.
labeling::AuditReport report_audit(Work& work, const AuditName& request);

struct StopAudit {
    std::string project;
    bool review = false;
    static const base::Settings<StopAudit> settings;
};
// Refused if none runs.
AuditState stop_audit(Work& work, const StopAudit& request);

}  // namespace service
