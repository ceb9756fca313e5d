// Profiles by their names, drift between two of them, and the report about a source.
//
// A profile of the present records is kept with the source's last run whenever it is made, so that
// later ones can be compared with it by NAME@RUN; sketches add up, so what one run brought, and
// the sides of a snapshot, are profiled from their own records alone.
#include "service/quality/profiles.hpp"

#include <boost/json.hpp>

#include "base/database/database.hpp"
#include "base/numbers/parse.hpp"
#include "quality/profile/profile_store.hpp"
#include "service/gather/sources.hpp"
#include "service/refusal.hpp"

namespace service {

const base::Settings<QualitySource> QualitySource::settings{
    {"source", &QualitySource::source, "whose records", {.required = true}},
};

const base::Settings<CompareProfiles> CompareProfiles::settings{
    {"before",
     &CompareProfiles::before,
     "NAME; NAME@RUN as kept after a run; NAME#RUN what a run brought; "
     "snapshot:NAME[:training|:validation|:test]",
     {.required = true}},
    {"after", &CompareProfiles::after, "the same", {.required = true}},
};

const base::Settings<ReportQuality> ReportQuality::settings{
    {"source", &ReportQuality::source, "whose records", {.required = true}},
    {"duplicates", &ReportQuality::duplicates, "look for duplicates; else show those known"},
    {"page", &ReportQuality::page, "give the page of HTML as well"},
};

namespace {

[[noreturn]] void no_profile(const std::string& thing, const char* reason, const char* mend) {
    throw Refusal(Refusal::Kind::not_found, thing, reason, mend);
}

quality::Profile fresh_profile(Work& work, const schema::Source& source) {
    auto made = quality::profile_source(work.here.database, source.id);
    if (auto run = quality::latest_run(work.tx, source.id))
        quality::save_profile(work.tx, source.id, run, made.profile);
    return std::move(made.profile);
}

// "snapshot:NAME", or with ":training", ":validation", ":test".
quality::Profile snapshot_profile(Work& work, const std::string& given) {
    auto name = given.substr(given.find(':') + 1);
    auto side = quality::Side::all;
    for (auto [word, which] :
         {std::pair(":training", quality::Side::training),
          {":validation", quality::Side::validation},
          {":test", quality::Side::test}})
        if (name.ends_with(word)) {
            side = which;
            name.resize(name.rfind(':'));
        }
    auto found = quality::profile_snapshot(work.here.database, name, side);
    if (!found)
        no_profile(
            "snapshot '" + name + "'", "there is none of that name", "see 'tilth snapshot list'"
        );
    return std::move(*found);
}

quality::Profile profile_named(Work& work, const std::string& name) {
    if (name.starts_with("snapshot:")) return snapshot_profile(work, name);
    auto at = name.find_last_of("@#");
    auto source = known_source(work, name.substr(0, at));
    if (at == name.npos) return fresh_profile(work, source);
    auto run = base::whole_number<std::int64_t>(std::string_view(name).substr(at + 1), 10);
    bool of_run = name[at] == '#';
    std::optional<quality::Profile> found;
    if (run && *run > 0)
        found = of_run ? quality::profile_run(work.here.database, source.id, *run)
                       : quality::load_profile(work.tx, source.id, *run);
    if (!found && of_run)
        no_profile(
            "profile '" + name + "'",
            "the source has no run of that number that brought records",
            "see 'tilth source show'"
        );
    if (!found)
        no_profile(
            "profile '" + name + "'",
            "is not kept",
            "make it with 'tilth quality profile' after the run"
        );
    return std::move(*found);
}

DriftItem item_of(const quality::Drift& drift) {
    DriftItem item{
        .column = drift.column,
        .verdict = drift.verdict,
        .psi = drift.psi,
        .jensen_shannon = drift.jensen_shannon,
        .l_infinity = drift.l_infinity,
        .chi_square = drift.chi_square,
        .chi_square_p = drift.chi_square_p,
        .missing_before = drift.missing_before,
        .missing_after = drift.missing_after,
        .ks = {},
        .ks_p = {}};
    if (drift.numeric) {
        item.ks = drift.ks;
        item.ks_p = drift.ks_p;
    }
    return item;
}

}  // namespace

ProfileAnswer profile_source(Work& work, const QualitySource& request) {
    auto profile = fresh_profile(work, known_source(work, request.source));
    auto summary = boost::json::parse(profile.summary()).as_object();
    ProfileAnswer answer{profile.records, std::move(summary.at("columns").as_object()), nullptr};
    if (auto* images = summary.if_contains("images")) answer.images = std::move(*images);
    return answer;
}

Page<DriftItem> find_drift(Work& work, const CompareProfiles& request) {
    auto before = profile_named(work, request.before);
    Page<DriftItem> page;
    for (const auto& one : quality::find_drift(before, profile_named(work, request.after)))
        page.items.push_back(item_of(one));
    return page;
}

QualityAnswer report_quality(Work& work, const ReportQuality& request) {
    auto source = known_source(work, request.source);
    auto made = quality::report_quality(work.here.database, source, request.duplicates);
    QualityAnswer answer{quality::to_json(made), made.alerts, {}};
    if (request.page) answer.page = quality::render_html(made);
    return answer;
}

}  // namespace service
