#include <vector>

#include "base/database/database.hpp"
#include "schema/sources/source_store.hpp"
#include "service/gather/sources.hpp"
#include "service/refusal.hpp"

namespace service {

const base::Settings<SourceName> SourceName::settings{
    {"source", &SourceName::source, "its name", {.required = true}},
};

namespace {

SourceState set_state(Work& work, const std::string& name, const std::string& state) {
    auto source = known_source(work, name);
    schema::set_source_state(work.tx, source.id, state);
    return {source.id, name, state};
}

}  // namespace

schema::Source known_source(Work& work, const std::string& name) {
    auto source = schema::find_source(work.tx, name);
    if (!source)
        throw Refusal(
            Refusal::Kind::not_found,
            "source '" + name + "'",
            "no such source",
            "see 'tilth source list'"
        );
    return *source;
}

SourceState pause_source(Work& work, const SourceName& request) {
    return set_state(work, request.source, "paused");
}

SourceState resume_source(Work& work, const SourceName& request) {
    return set_state(work, request.source, "active");
}

SourceState remove_source(Work& work, const SourceName& request) {
    return set_state(work, request.source, "removed");
}

std::span<const Verb> source_verbs() {
    static const std::vector<Verb> verbs{
        verb<pause_source>("source pause", "Let the scheduler and workers pass it by", operators),
        verb<resume_source>("source resume", "Undo pause", operators),
        verb<remove_source>(
            "source remove", "Take it out of all lists; its records stay", operators
        ),
    };
    return verbs;
}

}  // namespace service
