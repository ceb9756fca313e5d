// What a job says is what the command line would say; here it is done, and what came of it told to
// the queue by how it ends: with a result, parked until it is due again, or by an error that tells
// whether another try could end otherwise.
#include "worker/jobs.hpp"

#include <stdexcept>

#include <boost/json.hpp>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "base/settings/settings.hpp"
#include "schema/blobs/blobs_away.hpp"
#include "schema/sources/source_store.hpp"
#include "service/context.hpp"
#include "service/gather/gather.hpp"
#include "service/gather/life/source_end.hpp"
#include "service/gather/rejects.hpp"
#include "service/quality/examination.hpp"
#include "service/version.hpp"
#include "training/experiment.hpp"
#include "worker/slot.hpp"

namespace worker {

namespace json = boost::json;

namespace {

// Of work that cannot end otherwise later, because it reads what does not change, or what is wrong
// with it was asked so: only that what it reads is not there now may pass.
template <typename Do>
json::object once(Do work) {
    try {
        return work();
    } catch (const base::DatabaseAway&) {
        throw;
    } catch (const schema::BlobsAway&) {
        throw;
    } catch (const base::Error& failure) {
        throw Final(failure);
    }
}

json::object train(service::Context& context, const schema::Job& job, std::stop_token stop) {
    auto settings = training::TrainSettings::settings.read(base::Document::json(job.spec));
    return once([&]() -> json::object {
        auto outcome = training::train(
            context.database(), context.blobs(), {}, settings, service::version, {}, stop
        );
        return {
            {"run", outcome.run.id},
            {"model", outcome.model_name},
            {"version", outcome.model_version}};
    });
}

json::object gather(service::Context& context, const schema::Job& job, std::stop_token stop) {
    auto spec = base::Document::json(job.spec);
    auto here = context.environment();
    here.stop = stop;
    if (auto replay = spec.part("replay"); !replay.root().is_null())
        return base::to_json(
                   service::replay_now(here, service::ReplayRejects::settings.read(replay))
        )
            .as_object();
    auto name = std::string(spec.root().at("source").as_string());
    auto source =
        context.database().call([&](base::Tx& tx) { return schema::require_source(tx, name); });
    if (auto given = spec.part("spec"); !given.root().is_null())  // for this run alone
        source.spec = json::serialize(given.root());
    auto result = service::gather(here, source, stop, {}, service::Company::helped);
    if (result.due_again) throw Parked{*result.due_again};
    if (result.state == "interrupted") throw base::Interrupted();
    if (result.nothing) throw result.nothing->error();
    return {
        {"run", result.run_id},
        {"read", result.counts.read},
        {"new", result.counts.added},
        {"changed", result.counts.changed},
        {"unchanged", result.counts.unchanged},
        {"rejected", result.counts.rejected}};
}

}  // namespace

json::object do_job(service::Context& context, const schema::Job& job, std::stop_token stop) {
    switch (job.kind) {
        case schema::JobKind::train:
            return train(context, job, stop);
        case schema::JobKind::crawl:
        case schema::JobKind::ingest:
            return gather(context, job, stop);
        case schema::JobKind::quality:
            return once([&] { return service::examine(context.environment(), job.spec, stop); });
    }
    throw std::logic_error("job of an unknown kind");
}

void clear_up(service::Context& context, const schema::Job& job, const json::object& result) {
    const auto made = base::Document::json(job.spec).part("made").root();
    const auto* read = result.if_contains("read");
    if (made.is_null() || (read && *read != 0)) return;
    auto source = context.database().call([&](base::Tx& tx) {
        auto spec = base::Document::json(job.spec);
        return schema::find_source(tx, std::string(spec.root().at("source").as_string()));
    });
    if (source && source->id == made) service::drop_if_empty(context.environment(), *source);
}

}  // namespace worker
