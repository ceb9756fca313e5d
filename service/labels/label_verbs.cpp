// The verbs of labeling in one place, so that who may do what is seen at a glance: what a project
// is, what its owner asks and checks, and what labelers do all day.
#include <vector>

#include "service/areas.hpp"
#include "service/labels/dashboard.hpp"
#include "service/labels/files.hpp"
#include "service/labels/invalidation.hpp"
#include "service/labels/judging.hpp"
#include "service/labels/machine/endpoint.hpp"
#include "service/labels/machine/machine.hpp"
#include "service/labels/members.hpp"
#include "service/labels/own_work.hpp"
#include "service/labels/projects.hpp"
#include "service/labels/quality.hpp"
#include "service/labels/queue/audit.hpp"
#include "service/labels/queue/browse.hpp"
#include "service/labels/queue/queue.hpp"
#include "service/labels/review.hpp"
#include "service/labels/rules/rules.hpp"
#include "service/labels/schema.hpp"
#include "service/labels/tasks.hpp"
#include "service/labels/templates.hpp"

namespace service {

namespace {

// What those who own a project may do in it as operators may everywhere; what those who review it
// may see of it as analysts may of all.
constexpr Roles owners = operators | project_owners;
constexpr Roles reviewers = analysts | project_reviewers;

std::vector<Verb> project_verbs() {
    return {
        verb<create_project>("label project create", "Make a labeling project", operators),
        verb<list_projects>("label project list", "Label projects by name", everyone),
        verb<show_project>("label project show", "One project, its labels by class", everyone),
        verb<list_classes>(
            "label classes", "The classes of a project, or those of a name", everyone
        ),
        verb<edit_project>(
            "label project edit",
            "Edit all but name, source, kind and which classes there are",
            owners
        ),
        verb<add_member>(
            "label members add",
            "Make somebody a member of a project, or change what they are",
            owners
        ),
        verb<remove_member>(
            "label members remove", "Take somebody out of a project; their answers stay", owners
        ),
        verb<list_members>("label members list", "Who works in a project", reviewers),
        verb<list_guidelines>(
            "label guidelines", "What people were told, every wording with its time", everyone
        ),
        verb<convert_project>(
            "label project convert",
            "The file of a project that asks what a labeling config of Label Studio asks",
            operators
        ),
        verb<label_template>(
            "label template", "A whole file that makes a project of a kind", operators
        ),
        verb<rename_class>("label schema rename", "Give a class another name", owners),
        verb<merge_classes>("label schema merge", "Make one class of several", owners),
        verb<split_class>(
            "label schema split",
            "Make several classes of one, and ask again about what it was said of",
            owners
        ),
        verb<add_class>("label schema add", "Offer another class", owners),
        verb<retire_class>("label schema retire", "Offer a class no longer", owners),
        verb<undo_schema>("label schema undo", "Take the last change back", owners),
        verb<schema_log>("label schema log", "What was changed, when and by whom", reviewers),
        verb<import_labels>(
            "label project import",
            "Take ground truth from a file, or from a field of the records",
            owners
        ),
        verb<export_labels>(
            "label project export", "Write the labels of a project", analysts | project_owners
        ),
    };
}

std::vector<Verb> owner_verbs() {
    return {
        verb<queue_records>(
            "label queue", "What waits to be labeled; put more into the queue", owners
        ),
        verb<measure_agreement>(
            "label agreement", "How far annotators agree, with 95 % intervals", reviewers
        ),
        verb<show_dashboard>(
            "label dashboard",
            "How the work goes: who answers how much and how fast, what waits, when it is done",
            reviewers
        ),
        verb<resolve_truth>(
            "label truth", "Infer the truth from a project's answers and store it as labels", owners
        ),
        verb<simulate_answers>(
            "label simulate",
            "Let simulated annotators of known error rates work off the queue, for trials of a "
            "project's set-up",
            operators
        ),
        verb<list_annotators>(
            "label annotators", "Who answered how much, how fast, how rightly", reviewers
        ),
        verb<add_gold>("label gold add", "Mix tasks whose truth is known in unseen", owners),
        verb<list_gold>("label gold list", "Which tasks check those who label", owners),
        verb<remove_gold>("label gold remove", "Mix them in no more; answers stay", owners),
        verb<list_answers>("label answers", "Who answered what", reviewers),
        verb<show_audit>("label audit", "How far the audit of a project's labels is", reviewers),
        verb<start_audit>(
            "label audit start", "Draw labels that reviewers answer again, unseen", owners
        ),
        verb<report_audit>(
            "label audit report",
            "How many labels are wrong, by the answers of the audit, with 95 % intervals",
            reviewers
        ),
        verb<stop_audit>("label audit stop", "Give no more of its labels out", owners),
    };
}

std::vector<Verb> machine_verbs() {
    return {
        verb<import_suggestions>(
            "label suggest import", "Take what a machine says of records from a file", owners
        ),
        verb<suggest_by_model>(
            "label suggest model", "Let the model of a training run suggest answers", operators
        ),
        verb<suggest_by_endpoint>(
            "label suggest endpoint", "Let a machine behind an address suggest answers", operators
        ),
        verb<list_suggestions>(
            "label suggest list", "What a machine said, and what of it is no answer", reviewers
        ),
        verb<report_suggestions>(
            "label suggest report",
            "How far people agree with machines, and how much seeing what they say sways them",
            reviewers
        ),
        verb<test_machine>(
            "label machine test",
            "Whether a machine may stand in for people: the alternative annotator test",
            owners
        ),
        verb<list_machines>(
            "label machine list", "The machines of a project, and which of them count", reviewers
        ),
    };
}

std::vector<Verb> rule_verbs() {
    return {
        verb<set_rules>("label rules set", "Say which rules vote for the classes", owners),
        verb<list_rules>("label rules list", "The rules of a project", owners),
        verb<show_rules>(
            "label rules show", "The rules as they were set, and what there is by them", owners
        ),
        verb<remove_rule>("label rules remove", "Take one rule out", owners),
        verb<run_rules>(
            "label rules run", "Let the rules vote on all records of the source", owners
        ),
        verb<report_rules>(
            "label rules report",
            "How often each rule votes, stands against others, and is right",
            owners
        ),
        verb<apply_rules>(
            "label rules apply",
            "Label what people said nothing of as the rules together say",
            owners
        ),
        verb<clear_rules>("label rules clear", "Take votes and labels by rules away", owners),
    };
}

// Those who review a project see its tasks and decide about them; whose answers count is said by
// those who run it all.
constexpr Roles deciders = operators | project_reviewers;

std::vector<Verb> reviewer_verbs() {
    return {
        verb<list_tasks>(
            "label tasks list", "The tasks of a project, by what they are and hold", reviewers
        ),
        verb<show_task>(
            "label tasks show", "One task as those who label see it, and what was said", everyone
        ),
        verb<list_review>(
            "label review", "Where people disagree, all answers side by side", reviewers
        ),
        verb<accept_answer>(
            "label review accept",
            "Make one person's answer, or the label as it is, final",
            deciders
        ),
        verb<fix_label>("label review fix", "Say what is right", deciders),
        verb<send_back>("label review send-back", "Ask a person again, with a comment", deciders),
        verb<undo_review>("label review undo", "Take the last decision back", deciders),
        verb<invalidate_answers>(
            "label annotators invalidate", "Let a person's answers count no more", operators
        ),
        verb<restore_answers>(
            "label annotators restore", "Let answers count again that did not", operators
        ),
        verb<list_invalidations>(
            "label annotators invalidated", "Whose answers count no more, and why", analysts
        ),
    };
}

std::vector<Verb> labeler_verbs() {
    return {
        verb<claim_tasks>("label claim", "Take the next tasks, or get one's own again", labelers),
        verb<submit_answer>("label submit", "Answer a task", labelers),
        verb<skip_task>("label skip", "Skip a task, with a reason", labelers),
        verb<renew_task>("label renew", "Hold a task longer", labelers),
        verb<undo_answer>(
            "label undo", "Take back one's last answer or skip; its task comes back", labelers
        ),
        verb<save_draft>("label draft", "Keep what one has begun to answer", labelers),
        verb<correct_answer>("label correct", "Answer again what one answered before", labelers),
        verb<comment_task>("label comment", "Tell the reviewer something about a task", labelers),
        verb<bookmark_task>(
            "label bookmark", "Keep a task among one's own, to come back to", everyone
        ),
        verb<list_comments>("label comments", "What people said about tasks", reviewers),
        verb<list_mine>("label mine", "What one answered, skipped and kept", labelers),
        verb<show_progress>("label progress", "What is left for one, and in all", labelers),
    };
}

}  // namespace

std::span<const Verb> label_verbs() {
    static const auto verbs = [] {
        auto all = project_verbs();
        for (auto&& more :
             {owner_verbs(), machine_verbs(), rule_verbs(), reviewer_verbs(), labeler_verbs()})
            all.insert(all.end(), more.begin(), more.end());
        return all;
    }();
    return verbs;
}

}  // namespace service
