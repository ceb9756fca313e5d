// Verbs of snapshots, for command line and HTTP alike. Before one is made of a crawled source the
// pages' sites are judged by what they say now: a site may have refused since its pages were
// fetched. Reading a snapshot's members takes many transactions, so that work runs on a connection
// of its own (work.here.database) and not in the request's.
#include "service/learn/snapshots.hpp"

#include <algorithm>
#include <vector>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "base/run/temporary_folder.hpp"
#include "base/settings/settings.hpp"
#include "crawler/policy/consent_store.hpp"
#include "crawler/run/crawl.hpp"
#include "formats/csv/guard.hpp"
#include "labeling/projects/project_store.hpp"
#include "labeling/tasks/task_type.hpp"
#include "schema/sources/source_settings_store.hpp"
#include "schema/sources/source_store.hpp"
#include "service/areas.hpp"
#include "service/gather/kinds/kind.hpp"
#include "service/learn/label_origins.hpp"
#include "service/records/dataset_download.hpp"
#include "service/refusal.hpp"
#include "training/preparation/prepare.hpp"
#include "training/snapshots/example_store.hpp"

namespace service {

const base::Settings<ListSnapshots> ListSnapshots::settings{
    {"limit", &ListSnapshots::limit, "how many at most", {.low = 1, .high = 200}},
    {"after", &ListSnapshots::after, "the 'next' of an earlier answer"},
};

const base::Settings<SnapshotName> SnapshotName::settings{
    {"snapshot", &SnapshotName::snapshot, "its name", {.required = true}},
};

const base::Settings<SnapshotPair> SnapshotPair::settings{
    {"snapshot", &SnapshotPair::snapshot, "its name", {.required = true}},
    {"other", &SnapshotPair::other, "what it is compared with", {.required = true}},
    {"only", &SnapshotPair::only, "list records of this kind alone"},
    {"limit", &SnapshotPair::limit, "records listed at most", {.low = 0, .high = 1000}},
    {"after", &SnapshotPair::after, "the 'next' of an earlier answer"},
};

const base::Settings<VerifySnapshot> VerifySnapshot::settings{
    {"snapshot", &VerifySnapshot::snapshot, "its name", {.required = true}},
    {"consent",
     &VerifySnapshot::consent,
     "also judge what the members' sites say of training now, and their licences"},
};

const base::Settings<ExportSnapshot> ExportSnapshot::settings{
    {"snapshot", &ExportSnapshot::snapshot, "its name", {.required = true}},
    {"format", &ExportSnapshot::format, "how it is written"},
    {"prepared",
     &ExportSnapshot::prepared,
     "as models see the members: see 'tilth prepare'; their text and columns alone"},
    {"guard_formulas", &ExportSnapshot::guard_formulas, formats::guard_words},
};

namespace {

Snapshot snapshot_of(const training::SnapshotInfo& info) {
    return {
        .id = info.id,
        .name = info.name,
        .project = info.project,
        .source = info.source,
        .state = info.state,
        .hash = info.hash,
        .content_sha256 = info.hash,
        .members = info.members,
        .counts = {info.counts},
        .spec = {info.spec},
        .created_at = info.created_at,
        .closed_at = info.closed_at,
        .test_reads = {}};
}

training::SnapshotInfo known_snapshot(Work& work, const std::string& name) {
    auto found = training::find_snapshot(work.tx, name);
    if (!found)
        throw Refusal(
            Refusal::Kind::not_found,
            "snapshot '" + name + "'",
            "there is none of that name",
            "see 'tilth snapshot list', or create it"
        );
    return *found;
}

schema::Source source_of(Work& work, const training::SnapshotSpec& request) {
    const auto& name = request.project;
    if (name.empty()) return schema::require_source(work.tx, request.source);
    auto project = labeling::load_project(work.tx, name).project;
    const auto& parts = project.question.parts;
    const auto part = std::find_if(parts.begin(), parts.end(), [&](const auto& one) {
        return one.name == request.question;
    });
    const auto& asked = part == parts.end() ? project.question : part->question;
    // A form as a whole is refused with the names of its questions.
    if (asked.parts.empty() && labeling::task_type(asked.kind).target() == labeling::Target::none)
        throw base::UsageError(
            part == parts.end() ? "project '" + name + "'" : "question '" + part->name + "'",
            "no model here learns the labels of a " + asked.kind + " question",
            "choose one of another kind, or export its labels"
        );
    return schema::require_source(work.tx, project.source);
}

void judge_consent(Work& work, const schema::Source& source) {
    if (!source_kind(source.kind).crawls) return;
    auto agent = crawl_user_agent(work.here.config, source);
    crawler::check_consent(work.here.database, source.id, agent, work.here.stop);
    if (work.here.stop.stop_requested()) throw base::Interrupted();  // pages are left unjudged
}

}  // namespace

NewSnapshot create_snapshot(Work& work, const training::SnapshotSpec& request) {
    auto source = source_of(work, request);
    judge_consent(work, source);
    auto origins = origins_of(schema::rules_ever(work.tx, source.id));
    auto result =
        training::create_snapshot(work.here.database, request, work.now, origins, work.here.stop);
    return {snapshot_of(result.snapshot), result.created};
}

Page<Snapshot> list_snapshots(Work& work, const ListSnapshots& request) {
    Page<Snapshot> page;
    auto limit = static_cast<std::size_t>(request.limit);
    for (const auto& info : training::list_snapshots(work.tx, request.after, request.limit + 1)) {
        if (page.items.size() == limit) {
            page.next = std::to_string(page.items.back().id);
            break;
        }
        page.items.push_back(snapshot_of(info));
    }
    return page;
}

Snapshot show_snapshot(Work& work, const SnapshotName& request) {
    auto info = known_snapshot(work, request.snapshot);
    auto shown = snapshot_of(info);
    shown.test_reads = training::count_reads(work.tx, info.id);
    return shown;
}

training::SnapshotDiff diff_snapshots(Work& work, const SnapshotPair& request) {
    known_snapshot(work, request.snapshot);
    known_snapshot(work, request.other);
    return training::diff_snapshots(
        work.here.database,
        training::require_snapshot(work.tx, request.snapshot),
        training::require_snapshot(work.tx, request.other),
        {.at_most = static_cast<std::size_t>(request.limit),
         .after = request.after,
         .only = request.only}
    );
}

training::Card card_of(Work& work, const SnapshotName& request) {
    known_snapshot(work, request.snapshot);
    return training::card_of(work.tx, training::require_snapshot(work.tx, request.snapshot));
}

Verified verify_snapshot(Work& work, const VerifySnapshot& request) {
    known_snapshot(work, request.snapshot);
    auto snapshot = training::require_snapshot(work.tx, request.snapshot);
    if (!training::verify_snapshot(work.here.database, snapshot))
        throw base::Error(
            "snapshot '" + snapshot.name + "'",
            "its members are not those it was closed with",
            "restore it from a backup, or make another"
        );
    Verified verified{
        .name = snapshot.name, .hash = snapshot.hash, .verified = true, .rights = std::nullopt};
    if (!request.consent) return verified;
    judge_consent(work, schema::require_source(work.tx, snapshot.source));
    verified.rights =
        work.here.database.call([&](base::Tx& tx) { return training::rights_of(tx, snapshot); });
    return verified;
}

Download export_snapshot(Work& work, const ExportSnapshot& request) {
    known_snapshot(work, request.snapshot);
    base::TemporaryFolder folder;
    auto written = write_snapshot(work.here, request, folder.path());
    return download_of(folder.path(), written.files.front());
}

training::SnapshotFiles write_snapshot(
    const Environment& here,
    const ExportSnapshot& request,
    const std::filesystem::path& folder
) {
    auto snapshot = training::require_snapshot(here.database, request.snapshot);
    training::Prepared prepared;
    if (request.prepared) {
        training::ExampleStore store(here.database, here.blobs);
        prepared = training::prepare(
            here.database, store, snapshot, std::nullopt, std::chrono::system_clock::now()
        );
    }
    here.database.call([&](base::Tx& tx) {
        training::note_read(
            tx, snapshot.id, training::TestReader::exporting, 0, std::chrono::system_clock::now()
        );
    });
    return training::export_snapshot(
        here.database,
        here.blobs,
        snapshot,
        folder,
        {.format = request.format, .rows = {.guard_formulas = request.guard_formulas}},
        prepared.fitted
    );
}

std::span<const Verb> snapshot_verbs() {
    static const std::vector<Verb> verbs{
        verb<create_snapshot>(
            "snapshot create",
            "Fix labelled records, their labels and their split, for good",
            analysts
        ),
        verb<list_snapshots>("snapshot list", "Snapshots, the newest first", analysts),
        verb<show_snapshot>(
            "snapshot show", "One snapshot: how it was made, and classes by side", analysts
        ),
        verb<diff_snapshots>(
            "snapshot diff",
            "What another snapshot has added, removed, changed, relabelled or moved",
            analysts
        ),
        verb<verify_snapshot>(
            "snapshot verify", "Compute the hash again from the stored members", analysts
        ),
        verb<card_of>(
            "snapshot card",
            "A data card: where the members come from, what they are, and what to mind",
            analysts
        ),
        verb<export_snapshot>(
            "snapshot export",
            "Write the members with all fields, label, split and origin, and a data card",
            analysts
        ),
    };
    return verbs;
}

}  // namespace service
