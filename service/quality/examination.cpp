// Verbs of quality as jobs. A job holds the word of the verb and its settings, so that whatever the
// verb can be asked can be queued; a worker asks it as a face would.
//
// The verb's findings are kept by the transaction that it runs in, which is not committed once a
// stop was asked for: a job that was cancelled, or whose lease another has, keeps nothing. The
// answer may be as large as the source, and history is no place for that: of long lists the first
// items are told, and how many there are.
#include "service/quality/examination.hpp"

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/bytes/hash.hpp"
#include "base/run/stopping.hpp"
#include "base/settings/settings.hpp"
#include "schema/jobs/job_store.hpp"
#include "service/gather/sources.hpp"

namespace service {

namespace json = boost::json;

const base::Settings<QueueExamination> QueueExamination::settings{
    {"examination", &QueueExamination::examination, "what is looked for", {.required = true}},
    {"source", &QueueExamination::source, "whose records", {.required = true}},
    {"settings", &QueueExamination::given, "what that verb may be told, but the source"},
};

namespace {

constexpr std::size_t items_told = 20, members_told = 200, characters_told = 2000;

const Verb& verb_of(Examination examination) {
    return verb_named(fmt::format("quality {}", base::name_of(examination)));
}

// What the verb is asked: texts are read as behind a flag, since a flag gave them.
Given given_of(const QueueExamination& request) {
    json::object document;
    std::vector<std::pair<std::string, std::string>> texts;
    for (const auto& [name, value] : request.given) {
        if (name == "source") continue;  // of a job from before that was refused
        if (value.is_string()) {
            texts.emplace_back(name, std::string(value.as_string()));
        } else {
            document.emplace(name, value);
        }
    }
    document.emplace("source", request.source);
    return {base::Document::json(json::serialize(document)), std::move(texts)};
}

// Throws base::UsageError for what the verb cannot be asked, or not by a job.
void check_given(const QueueExamination& request) {
    if (request.given.contains("source"))
        throw base::UsageError(
            "setting 'source'", "is said already, and can be said once", "leave this one out"
        );
    for (const auto& [name, value] : request.given)
        for (const char* decision : {"accept", "refuse", "reopen", "key", "page"})
            if (name == decision)
                throw base::UsageError(
                    fmt::format("setting '{}'", decision),
                    "decides or shows, and leaves nothing to a worker",
                    "ask it at once, without a queue"
                );
    verb_of(request.examination).check(given_of(request));
}

json::value brief(const json::value& value);

json::object brief(const json::object& object) {
    json::object told;
    for (const auto& [name, value] : object) {
        if (told.size() >= members_told) {
            told["members_in_all"] = object.size();
            break;
        }
        told[name] = brief(value);
        if (value.is_array() && value.as_array().size() > items_told)
            told[std::string(name) + "_in_all"] = value.as_array().size();
    }
    return told;
}

json::value brief(const json::value& value) {
    if (value.is_object()) return brief(value.as_object());
    if (value.is_string() && value.as_string().size() > characters_told) return nullptr;
    if (!value.is_array()) return value;
    json::array told;
    for (const auto& item : value.as_array()) {
        if (told.size() == items_told) break;
        told.push_back(brief(item));
    }
    return told;
}

}  // namespace

QueuedExamination queue_examination(Work& work, const QueueExamination& request) {
    auto source = known_source(work, request.source);
    check_given(request);
    auto spec = QueueExamination::settings.text(request);
    const auto name = fmt::format(
        "source:{}/quality {} {}",
        source.name,
        base::name_of(request.examination),
        base::sha256_hex(spec).substr(0, 16)
    );
    auto added = schema::add_job(work.tx, schema::JobKind::quality, spec, name, work.now, work.now);
    return {.queued = added.has_value(), .job = added ? added : schema::job_named(work.tx, name)};
}

json::object examine(const Environment& place, const std::string& spec, std::stop_token stop) {
    auto request = QueueExamination::settings.read(base::Document::json(spec));
    auto here = place;
    here.stop = stop;
    json::object told{
        {"examination", base::name_of(request.examination)}, {"source", request.source}};
    run_locally(here, [&](Work& work) {
        const base::Stopping stopping(stop);
        auto answer = verb_of(request.examination).run(work, given_of(request));
        base::go_on();
        told["answer"] = brief(answer.json());
    });
    return told;
}

}  // namespace service
