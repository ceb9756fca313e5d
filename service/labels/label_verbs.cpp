#include <vector>

#include "service/areas.hpp"
#include "service/labels/judging.hpp"
#include "service/labels/projects.hpp"
#include "service/labels/quality.hpp"
#include "service/labels/tasks.hpp"

namespace service {

std::span<const Verb> label_verbs() {
    static const std::vector<Verb> verbs{
        verb<create_project>("label project create", "Make a labeling project", operators),
        verb<list_projects>("label project list", "Label projects by name", everyone),
        verb<show_project>("label project show", "One project, its labels by class", everyone),
        verb<edit_project>(
            "label project edit", "Edit title, instructions, state, overlap", operators
        ),
        verb<import_labels>(
            "label project import",
            "Take ground truth from a file, or from a field of the records",
            operators
        ),
        verb<export_labels>("label project export", "Write the labels of a project", analysts),
        verb<queue_records>(
            "label queue", "What waits to be labeled; put more into the queue", operators
        ),
        verb<measure_agreement>(
            "label agreement", "How far annotators agree, with 95 % intervals", analysts
        ),
        verb<resolve_truth>(
            "label truth",
            "Infer the truth from a project's answers and store it as labels",
            operators
        ),
        verb<simulate_answers>(
            "label simulate",
            "Let simulated annotators of known error rates work off the queue, for trials of a "
            "project's set-up",
            operators
        ),
        verb<list_annotators>(
            "label annotators", "Who answered how much, how fast, how rightly", analysts
        ),
        verb<add_gold>("label gold add", "Mix tasks whose truth is known in unseen", operators),
        verb<list_gold>("label gold list", "Which tasks check those who label", operators),
        verb<remove_gold>("label gold remove", "Mix them in no more; answers stay", operators),
        verb<list_answers>("label answers", "Who answered what", analysts),
        verb<claim_tasks>("label claim", "Take the next tasks, or get one's own again", labelers),
        verb<submit_answer>("label submit", "Answer a task", labelers),
        verb<skip_task>("label skip", "Skip a task, with a reason", labelers),
        verb<renew_task>("label renew", "Hold a task longer", labelers),
        verb<undo_answer>(
            "label undo", "Take back one's last answer or skip; its task comes back", labelers
        ),
    };
    return verbs;
}

}  // namespace service
