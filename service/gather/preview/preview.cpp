// A look goes the way of a run up to the place where records are stored: the kind opens its reader,
// the rules of the source or those inferred from a sample map what it yields. What bounds it is the
// stop that all readers know already, which a clock asks for here, and the limits of the lines and
// downloads (look.hpp).
//
// Rules are inferred from as many records as a run infers them from where reading is free; an API
// or a feed is asked for no more than is shown.
#include "service/gather/preview/preview.hpp"

#include <chrono>
#include <cmath>
#include <filesystem>
#include <thread>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/error.hpp"
#include "base/json/described.hpp"
#include "base/run/stop.hpp"
#include "base/run/temporary_folder.hpp"
#include "base/settings/settings.hpp"
#include "base/text/figures.hpp"
#include "base/text/utf8.hpp"
#include "ingest/mapping/mapping.hpp"
#include "service/config.hpp"
#include "service/gather/gather_records.hpp"
#include "service/gather/kinds/kind.hpp"
#include "service/gather/preview/look.hpp"
#include "service/gather/preview/previewed.hpp"
#include "service/gather/sources.hpp"

namespace service {

namespace fs = std::filesystem;
namespace json = boost::json;

const base::Settings<ListKinds> ListKinds::settings{};

const base::Settings<PreviewSource> PreviewSource::settings{
    {"source", &PreviewSource::source, "one that is there; else its kind and settings are given"},
    {"kind", &PreviewSource::kind, source_kind_names()},
    {"spec", &PreviewSource::spec, "an object: settings in the place of those that are stored"},
    {"records",
     &PreviewSource::records,
     "how many to show; 0: the settings are only checked",
     {.low = 0, .high = 1000}},
    {"seconds", &PreviewSource::seconds, "how long it may take", {.low = 1, .high = 60}},
};

namespace {

constexpr std::size_t page_bytes = 8 * 1024 * 1024;
constexpr std::size_t shown_text = 2000;
constexpr std::size_t shown_raw = 500;
constexpr std::size_t shown_payload = 20'000;

// Asks for a stop after a time, or with another stop.
class Deadline {
public:
    Deadline(std::stop_token outer, std::chrono::seconds time)
        : outer_(outer, [this] { end_.request_stop(); }),
          clock_([this, time](std::stop_token over) {
              if (base::rest(over, time)) end_.request_stop();
          }) {}
    std::stop_token token() const { return end_.get_token(); }
    bool is_over() const { return end_.stop_requested(); }

private:
    std::stop_source end_;
    std::stop_callback<std::function<void()>> outer_;
    std::jthread clock_;
};

std::string cut(std::string_view text, std::size_t characters) {
    auto whole = base::mend_utf8(text.substr(0, 4 * characters));
    return std::string(base::first_characters(whole, characters));
}

// The first records by the source's reader and rules.
void read(
    const ingest::RunRequest& request,
    std::size_t records,
    const Deadline& deadline,
    SourcePreview& seen
) {
    bool costs = request.reading && !request.reading->again;
    auto connector = open_request(request);
    ingest::Page page;
    if (!request.rules) connector->look_ahead(page, sampled_records);
    auto sample_is_apart = !page.records.empty();
    std::optional<ingest::Mapping> mapping;
    if (sample_is_apart) mapping.emplace(rules_for(request, page), request.read_page);
    std::uint64_t met = 0, rejected = 0;
    for (bool more = true; more && seen.records.size() + seen.rejects.size() < records;) {
        if (deadline.is_over()) break;
        page.clear();
        more = connector->next(page, costs || mapping ? records : sampled_records, page_bytes);
        if (!mapping) mapping.emplace(rules_for(request, page), request.read_page);
        for (const auto& record : page.records) {
            schema::Draft draft;
            schema::Reject reject;
            if (!mapping->apply(page, record, draft, reject))
                page.rejects.push_back(std::move(reject));
            else if (seen.records.size() < records)
                seen.records.push_back(previewed(draft, mapping->columns()));
        }
        met += page.records.size();
        rejected += page.rejects.size();
        for (const auto& reject : page.rejects)
            if (seen.rejects.size() < records) seen.rejects.push_back(previewed(reject));
        for (const auto& [line, times] : page.notes)
            seen.notes.push_back(fmt::format("{} {}", base::grouped(times), line));
        seen.ended = !more && met <= records;
    }
    if (auto explained = connector->explain(); !explained.empty())
        seen.notes.insert(seen.notes.begin(), std::move(explained));
    if (mapping) seen.rules = ingest::to_toml(mapping->rules());
    if (rejected > seen.rejects.size())
        seen.notes.push_back(fmt::format(
            "{} of {} inputs looked at would be rejected",
            base::grouped(rejected),
            base::grouped(met)
        ));
    if (auto parked = connector->parked()) seen.notes.push_back("parked: " + parked->reason);
}

// What is looked at: a source as it is stored, with other settings, or one that there is not yet.
schema::Source source_of(Work& work, const PreviewSource& request) {
    schema::Source source;
    if (!request.source.empty()) {
        source = known_source(work, request.source);
        if (!request.kind.empty() && request.kind != source.kind)
            throw base::UsageError(
                "source '" + source.name + "'",
                fmt::format("is of kind {}, not {}", source.kind, request.kind),
                "leave the kind out"
            );
    } else if (request.kind.empty()) {
        throw base::UsageError(
            "a source to preview",
            "is not named",
            "name one, or give 'kind' and 'spec' of one to be"
        );
    } else {
        source.name = "preview";
        source.kind = source_kind(request.kind).name;
        source.spec = "{}";
    }
    if (!request.spec.text.empty()) source.spec = request.spec.text;
    return source;
}

std::vector<KindSetting> settings_of(const SourceKind& kind) {
    std::vector<KindSetting> settings;
    for (auto& info : base::list_settings(kind.settings(), true)) {
        KindSetting one{
            .path = std::move(info.path),
            .type = std::move(info.type),
            .usual = std::move(info.usual),
            .words = std::move(info.words),
            .required = info.required,
            .secret = info.member && info.member->options.secret,
            .choices = {}};
        for (auto& [word, meaning] : info.choices)
            one.choices.push_back({std::move(word), std::move(meaning)});
        settings.push_back(std::move(one));
    }
    return settings;
}

}  // namespace

PreviewedRecord previewed(const schema::Draft& draft, const std::vector<schema::Column>& columns) {
    json::object numbers;
    for (std::size_t i = 0; i < draft.numbers.size() && i < columns.size(); ++i)
        if (!std::isnan(draft.numbers[i])) numbers[columns[i].name] = draft.numbers[i];
    for (const auto& [column, value] : draft.categories) numbers[columns.at(column).name] = value;
    PreviewedRecord shown{
        .key = base::mend_utf8(draft.key),
        .title = draft.text ? cut(draft.text->title, shown_raw) : "",
        .text = draft.text ? cut(draft.text->body, shown_text) : "",
        .group = draft.group,
        .time = draft.time,
        .url = draft.origin.url,
        .file = draft.origin.file,
        .member = draft.origin.member,
        .line = {},
        .media_type = draft.media_type,
        .columns = {json::serialize(numbers)},
        .payload = {}};
    if (draft.origin.line >= 0) shown.line = draft.origin.line;
    if (draft.image) {
        shown.width = draft.image->width;
        shown.height = draft.image->height;
    }
    boost::system::error_code broken;
    auto payload = json::parse(draft.payload, broken);
    if (broken || draft.payload.size() > shown_payload)
        payload = json::string(cut(draft.payload, shown_text));
    shown.payload.text = json::serialize(payload);
    return shown;
}

PreviewedReject previewed(const schema::Reject& reject) {
    PreviewedReject shown{
        .code = reject.code,
        .reason = base::mend_utf8(reject.reason),
        .column = base::mend_utf8(reject.column),
        .file = base::mend_utf8(reject.file),
        .member = base::mend_utf8(reject.member),
        .line = {},
        .raw = cut(reject.raw, shown_raw)};
    if (reject.line >= 0) shown.line = reject.line;
    return shown;
}

Page<KindItem> list_kinds(Work&, const ListKinds&) {
    Page<KindItem> page;
    for (const auto* kind : source_kinds())
        page.items.push_back(
            {.kind = std::string(kind->name),
             .words = std::string(kind->words),
             .pushed = kind->pushed,
             .example = {std::string(kind->example)},
             .schema = {json::serialize(base::schema(kind->shape()))},
             .settings = settings_of(*kind)}
        );
    return page;
}

SourcePreview preview_source(Work& work, const PreviewSource& request) {
    auto started = std::chrono::steady_clock::now();
    auto source = source_of(work, request);
    const auto& kind = source_kind(source.kind);
    auto document = base::Document::json(source.spec);
    kind.check(document);
    SourcePreview seen;
    seen.kind = kind.name;
    seen.plan = kind.explain(document);
    if (kind.pushed)
        seen.notes.emplace_back("its records come by themselves: none is there to see");
    if (request.records == 0 || kind.pushed) return seen;
    Deadline deadline(work.here.stop, std::chrono::seconds(request.seconds));
    base::TemporaryFolder folder(work.here.config.home / "downloads", "look");
    Look look{.time = std::chrono::seconds(request.seconds), .folder = folder.path()};
    auto records = static_cast<std::size_t>(request.records);
    Opening opening{work.here, source, deadline.token(), &look};
    try {
        if (!kind.look || !kind.look(opening, records, seen))
            read(run_request(opening), records, deadline, seen);
    } catch (const base::Interrupted&) {  // by the stop: what there was is shown
    }
    if (work.here.stop.stop_requested()) throw base::Interrupted();
    if (deadline.is_over()) {
        seen.ended = false;
        seen.notes.push_back(fmt::format("ended after {} s, with what there was", request.seconds));
    }
    seen.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
    return seen;
}

std::span<const Verb> preview_verbs() {
    static const std::vector<Verb> verbs{
        verb<list_kinds>(
            "source kinds", "Kinds of sources, and the settings that each takes", analysts
        ),
        verb<preview_source>(
            "source preview",
            "The first records of a source as a run would store them; nothing is stored",
            operators
        ),
    };
    return verbs;
}

}  // namespace service
