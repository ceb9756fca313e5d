// Rejects: looked at, read again, forgotten. A replay writes batch by batch in transactions of its
// own, so that one that is ended keeps what it did.
#include "service/gather/rejects.hpp"

#include <boost/json.hpp>

#include "base/bytes/base64.hpp"
#include "base/database/database.hpp"
#include "base/settings/settings.hpp"
#include "base/text/utf8.hpp"
#include "ingest/pipeline/replay.hpp"
#include "schema/jobs/job_store.hpp"
#include "service/gather/kinds/kind.hpp"
#include "service/gather/scraping.hpp"
#include "service/gather/settings.hpp"
#include "service/refusal.hpp"

namespace service {

const base::Settings<ListRejects> ListRejects::settings{
    {"source", &ListRejects::source, "whose rejects", {.required = true}},
    {"code", &ListRejects::code, "only of this code"},
    {"state", &ListRejects::state, "only in this state"},
    {&ListRejects::page},
};

const base::Settings<RejectId> RejectId::settings{
    {"source", &RejectId::source, "whose reject; its id alone will do"},
    {"id", &RejectId::id, "its id or the id's beginning", {.required = true}},
};

const base::Settings<ReplayRejects> ReplayRejects::settings{
    {"source", &ReplayRejects::source, "whose rejects", {.required = true}},
    {"code", &ReplayRejects::code, "only of this code"},
    {"rules", &ReplayRejects::rules, "other rules than the source's, as TOML"},
};

const base::Settings<ExpireRejects> ExpireRejects::settings{
    {"source", &ExpireRejects::source, "whose rejects", {.required = true}},
    {"days", &ExpireRejects::days, "older than so many days", {.low = 0, .high = 36500}},
};

const base::Settings<Replayed> Replayed::settings{
    {"run", &Replayed::run, "its number"},
    {"read", &Replayed::read, "how many were read again"},
    {"new", &Replayed::added, "how many are records now"},
    {"changed", &Replayed::changed, "how many changed a record"},
    {"unchanged", &Replayed::unchanged, "how many are what a record holds already"},
    {"rejected", &Replayed::rejected, "how many stay"},
};

Page<ingest::StoredReject> list_rejects(Work& work, const ListRejects& request) {
    auto id = known_source(work, request.source).id;
    return page_of(
        ingest::list_rejects(
            work.tx, id, request.state, request.code, request.page.after, request.page.limit
        ),
        request.page,
        [](const auto& reject) { return reject.id; }
    );
}

ShownReject show_reject(Work& work, const RejectId& request) {
    auto id = request.source.empty() ? 0 : known_source(work, request.source).id;
    auto found = ingest::show_reject(work.tx, id, request.id);
    if (!found)
        throw Refusal(
            Refusal::Kind::not_found,
            "reject '" + request.id + "'",
            "there is none of that id",
            "see 'tilth rejects list'"
        );
    ShownReject shown{std::move(*found)};
    if (base::is_utf8(shown.raw)) return shown;
    shown.raw = base::base64(shown.raw);
    shown.encoding = "base64";
    return shown;
}

QueuedRun replay_rejects(Work& work, const ReplayRejects& request) {
    auto source = known_source(work, request.source);
    auto spec = boost::json::serialize(boost::json::object{
        {"source", source.name}, {"replay", ReplayRejects::settings.write(request)}});
    const auto name = "replay:" + source.name;
    auto added = schema::add_job(work.tx, job_kind(source), spec, name, work.now, work.now);
    return {
        .source = source.name,
        .queued = added.has_value(),
        .job = added ? added : schema::job_named(work.tx, name)};
}

Replayed replay_now(const Environment& here, const ReplayRejects& request) {
    auto source = here.database.call([&](base::Tx& tx) {
        return schema::require_source(tx, request.source);
    });
    constexpr auto name = "the rules";
    auto document = base::Document::json(source.spec);
    if (source_kind(source.kind).pages(document)) {
        auto result = replay_pages(here, source, request.rules, name, request.code);
        return {result.counts, result.run_id};
    }
    ingest::Rules rules;
    if (!request.rules.empty()) {
        rules = ingest::parse_rules(request.rules, name);
    } else if (document.has("rules")) {
        rules = ingest::Rules::settings.read(document.embedded("rules", "the source's rules"));
    } else {
        // Those that were inferred: a reject becomes the record that it would have been.
        rules = here.database.call([&](base::Tx& tx) { return ingest::last_rules(tx, source.id); }
        ).value_or(ingest::Rules());
    }
    auto result = ingest::replay(
        here.database,
        here.blobs,
        {source.name, request.code, std::move(rules), here.stop, page_reader(here, document)}
    );
    return {result.counts, result.run_id};
}

ExpiredRejects expire_rejects(Work& work, const ExpireRejects& request) {
    auto id = known_source(work, request.source).id;
    auto before = work.now - std::chrono::hours(24) * request.days;
    return {ingest::expire_rejects(work.tx, id, before)};
}

std::span<const Verb> reject_verbs() {
    static const std::vector<Verb> verbs{
        verb<list_rejects>("rejects list", "Rejects of a source", operators),
        verb<show_reject>("rejects show", "One reject with its raw bytes", operators),
        verb<replay_rejects>(
            "rejects replay", "Map open rejects again, by the source's present rules", operators
        ),
        verb<expire_rejects>("rejects expire", "Forget the raw bytes of old rejects", operators),
    };
    return verbs;
}

}  // namespace service
