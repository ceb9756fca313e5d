// What is asked of records, and of their bytes.
//
// A list under a condition reads whole pages and keeps what the condition holds for; so that no
// request reads a source to its end, a part ends after so many pages, with the place to go on from.
// A search indexes what is new before it looks, but only so much that a request does not wait for
// it: the answer says whether that was all, and the command line asks until it was.
#include <vector>

#include <boost/json.hpp>

#include "base/database/database.hpp"
#include "labeling/projects/project_store.hpp"
#include "labeling/queue/people_store.hpp"
#include "schema/records/record_fields.hpp"
#include "schema/select/filter.hpp"
#include "schema/select/record_search_store.hpp"
#include "service/gather/sources.hpp"
#include "service/labels/shown_record.hpp"
#include "service/records/export_records.hpp"
#include "service/records/records.hpp"
#include "service/refusal.hpp"

namespace service {

const base::Settings<ListRecords> ListRecords::settings{
    {"source", &ListRecords::source, "whose records", {.required = true}},
    {"where", &ListRecords::where, "condition on fields, quality, duplicates"},
    {"limit", &ListRecords::limit, "at most so many", {.low = 1, .high = 200}},
    {"after", &ListRecords::after, "the next of the part before"},
};

const base::Settings<SearchRecords> SearchRecords::settings{
    {"source", &SearchRecords::source, "whose records", {.required = true}},
    {"q", &SearchRecords::q, "words, \"a phrase\", or, -without", {.required = true}},
    {"where", &SearchRecords::where, "condition on fields, quality, duplicates"},
    {"limit", &SearchRecords::limit, "at most so many", {.low = 1, .high = 1000}},
    {"after", &SearchRecords::after, "the next of the part before"},
};

const base::Settings<NameRecord> NameRecord::settings{
    {"id", &NameRecord::id, "its id, instead of source and key"},
    {"source", &NameRecord::source, "its source"},
    {"key", &NameRecord::key, "its key"},
};

const base::Settings<FindRecords> FindRecords::settings{
    {"key", &FindRecords::key, "as its source names it", {.required = true}},
};

const base::Settings<KeyOfRecord> KeyOfRecord::settings{
    {"source", &KeyOfRecord::source, "its source", {.required = true}},
    {"key", &KeyOfRecord::key, "its key", {.required = true}},
};

const base::Settings<PurgeRecords> PurgeRecords::settings{
    {"host", &PurgeRecords::host, "all pages of a host, with its port if it has one"},
    {"url", &PurgeRecords::url, "one page"},
    {"licence", &PurgeRecords::licence, "all records under a licence"},
    {"yes", &PurgeRecords::yes, "do it; without, only count"},
};

namespace {

constexpr int rows_at_once = 500;
constexpr int pages_at_most = 20;
// A request waits for no more than this many texts to be indexed.
constexpr int indexed_at_once = 1000;

std::string cursor_of(const schema::RecordId& id) {
    auto text = schema::record_id_text(id.source_id, id.rk);
    return text.substr(text.find('.') + 1) + "." + id.key;
}

std::optional<schema::RecordId> behind(std::int64_t source_id, const std::string& after) {
    if (after.empty()) return std::nullopt;
    auto id = schema::parse_record_id(std::to_string(source_id) + "." + after.substr(0, 16));
    if (!id || (after.size() > 16 && after[16] != '.'))
        throw base::UsageError("'after'", "is no next of an earlier part", "leave it out to begin");
    if (after.size() > 17) id->key = after.substr(17);
    return id;
}

boost::json::value payload_of(const std::string& text) {
    boost::system::error_code error;
    auto value = boost::json::parse(text, error);
    return error ? boost::json::value(text) : value;
}

RecordItem item_of(const schema::RecordLine& line) {
    return {
        .id = schema::record_id_text(line.id.source_id, line.id.rk),
        .key = line.id.key,
        .version = line.version,
        .group = line.group_key,
        .first_seen = line.first_seen,
        .last_seen = line.last_seen,
        .url = line.url,
        .title = line.title,
        .excerpt = line.snippet,
        .language = line.language,
        .image = line.width > 0,
        .width = line.width,
        .height = line.height,
        .media = line.media,
        .payload = payload_of(line.payload)};
}

// Which of the lines the condition holds for.
std::vector<bool>
matching(base::Tx& tx, const schema::Filter& where, const std::vector<schema::RecordLine>& lines) {
    std::vector<bool> matches(lines.size(), true);
    if (where.fields().empty() || lines.empty()) return matches;
    std::vector<schema::RecordVersion> versions;
    for (const auto& line : lines) versions.push_back({line.id.rk, line.id.key, line.version});
    auto fields = schema::load_fields(tx, lines[0].id.source_id, where.fields(), versions);
    for (std::size_t i = 0; i < lines.size(); ++i) matches[i] = where.matches(fields[i]);
    return matches;
}

[[noreturn]] void no_record(const std::string& name, const std::string& source) {
    throw Refusal(
        Refusal::Kind::not_found,
        "record '" + name + "'",
        source.empty() ? "no such record" : "source '" + source + "' has none of that key",
        "see 'tilth records list'"
    );
}

schema::NamedRecord found_record(Work& work, const NameRecord& request) {
    if (request.id.empty()) {
        if (request.source.empty() || request.key.empty())
            throw base::UsageError(
                "a record", "is not named", "give its source and key, or its id"
            );
        return {known_source(work, request.source), request.key};
    }
    auto id = schema::parse_record_id(request.id);
    if (!id) no_record(request.id, {});
    id->key = request.key;
    auto named = schema::records_of_id(work.tx, *id);
    if (named.empty()) no_record(request.id, {});
    if (named.size() > 1)
        throw Refusal(
            Refusal::Kind::conflict,
            "record '" + request.id + "'",
            "two keys share this id",
            "add the record's key"
        );
    return std::move(named[0]);
}

// A version of a record that the caller may see (nothing: the last one), and the project that says
// what of it (nothing: all), which is read when its turn comes.
struct OneSight {
    std::optional<int> version;
    std::optional<std::int64_t> project;
};

// Whether the caller may see this of it.
template <typename What>
bool may_see(Work& work, const OneSight& sight, What what) {
    return !sight.project || shows(labeling::load_project(work.tx, *sight.project).project, what);
}

std::vector<OneSight> sights(Work& work, const NameVersion& request) {
    std::vector<OneSight> all;
    if (work.caller.role != Role::label) {
        all.push_back({request.version, std::nullopt});
        return all;
    }
    auto id = schema::parse_record_id(request.id);
    if (!id) return all;
    for (const auto& each :
         labeling::sights_of_record(work.tx, work.caller.id, id->source_id, id->rk)) {
        if (!request.version || request.version == each.version)
            all.push_back({each.version, each.project});
    }
    return all;
}

}  // namespace

Page<RecordItem> list_records(Work& work, const ListRecords& request) {
    auto where = schema::Filter::parse(request.where);
    auto source = known_source(work, request.source);
    auto after = behind(source.id, request.after);
    bool filtered = !where.fields().empty();
    auto limit = static_cast<std::size_t>(request.limit);
    int step = filtered ? rows_at_once : request.limit;
    Page<RecordItem> page;
    for (int pages = 0; pages < pages_at_most; ++pages) {
        auto lines = schema::list_records(work.tx, source.id, after, step);
        auto matches = matching(work.tx, where, lines);
        for (std::size_t i = 0; i < lines.size() && page.items.size() < limit; ++i) {
            after = lines[i].id;
            if (matches[i]) page.items.push_back(item_of(lines[i]));
        }
        bool last = lines.size() < static_cast<std::size_t>(step);
        bool all_read = lines.empty() || after == lines.back().id;
        if (last && all_read) return page;
        if (page.items.size() == limit) break;
    }
    if (after) page.next = cursor_of(*after);
    return page;
}

std::uint64_t index_records(const Environment& here, const std::string& source) {
    auto id =
        here.database.call([&](base::Tx& tx) { return schema::require_source(tx, source).id; });
    return schema::index_texts(here.database, id, here.stop);
}

RecordHits search_records(Work& work, const SearchRecords& request) {
    auto where = schema::Filter::parse(request.where);
    auto source = known_source(work, request.source);
    RecordHits hits;
    hits.complete = schema::index_some_texts(work.tx, source.id, indexed_at_once);
    auto answer = schema::search(
        work.tx,
        {.source_id = source.id,
         .query = request.q,
         .where = where,
         .after = request.after,
         .limit = request.limit}
    );
    hits.next = answer.next;
    for (auto& hit : answer.hits)
        hits.items.push_back(
            {.id = schema::record_id_text(hit.id.source_id, hit.id.rk),
             .key = hit.id.key,
             .version = hit.version,
             .rank = hit.rank,
             .title = std::move(hit.title),
             .snippet = std::move(hit.snippet),
             .url = hit.url.empty() ? std::nullopt : std::optional(hit.url)}
        );
    return hits;
}

schema::ShownRecord show_record(Work& work, const NameRecord& request) {
    auto [source, key] = found_record(work, request);
    auto shown = schema::show_record(work.tx, source, key);
    if (!shown) no_record(key, source.name);
    return std::move(*shown);
}

labeling::LabelsOfRecord list_record_labels(Work& work, const NameRecord& request) {
    auto [source, key] = found_record(work, request);
    auto rk = schema::record_key(source.name, key);
    if (schema::records_of_id(work.tx, {.rk = rk, .source_id = source.id, .key = key}).empty())
        no_record(key, source.name);
    return labeling::labels_of_record(work.tx, source.id, rk, key);
}

Page<schema::FoundRecord> find_records(Work& work, const FindRecords& request) {
    return {schema::find_by_key(work.tx, request.key), std::nullopt};
}

schema::RecordBlob blob_of_record(Work& work, const NameVersion& request) {
    for (const auto& sight : sights(work, request)) {
        if (!may_see(work, sight, labeling::Project::Show::image)) continue;
        auto [source, key] = found_record(work, request);
        if (auto blob = schema::record_blob(work.tx, work.here.blobs, source, key, sight.version))
            return std::move(*blob);
        throw Refusal(Refusal::Kind::not_found, "record '" + key + "'", "has no bytes of its own");
    }
    no_record(request.id, {});
}

schema::RecordMedia media_of_record(Work& work, const NameVersion& request) {
    for (const auto& sight : sights(work, request)) {
        auto [source, key] = found_record(work, request);
        auto media = schema::record_media(work.tx, source, key, sight.version);
        if (sight.project && (!media || !may_see(work, sight, media->about.kind))) continue;
        if (media) return std::move(*media);
        throw Refusal(
            Refusal::Kind::not_found, "record '" + key + "'", "is no sound, film, document or page"
        );
    }
    no_record(request.id, {});
}

schema::RecordLineage trace_record(Work& work, const KeyOfRecord& request) {
    auto source = known_source(work, request.source);
    auto lineage = schema::record_lineage(work.tx, source, request.key);
    if (!lineage) no_record(request.key, source.name);
    return std::move(*lineage);
}

Purged purge_records(Work& work, const PurgeRecords& request) {
    schema::PurgeWhat what{request.host, request.url, request.licence};
    Purged answer;
    static_cast<schema::PurgeCounts&>(answer) =
        request.yes
            ? schema::purge(work.here.database, work.here.blobs, what, work.caller.name, work.now)
            : schema::count_purge(work.here.database, what);
    answer.what = what.text();
    answer.purged = request.yes;
    return answer;
}

std::span<const Verb> record_verbs() {
    static const std::vector<Verb> verbs{
        verb<list_records>("records list", "Records of a source", analysts),
        verb<search_records>(
            "records search", "Records whose texts hold words, best first", analysts
        ),
        verb<show_record>("records show", "One record, with where it came from", analysts),
        verb<list_record_labels>(
            "records labels",
            "What projects hold true of a record, who said what, who skipped it",
            analysts
        ),
        verb<find_records>("records find", "Records of a key, in all sources", analysts),
        verb<trace_record>(
            "records lineage",
            "Where each version of a record came from: run, file and offset or URL",
            analysts
        ),
        verb<export_records>(
            "records export", "Write the records of a source with all that is stored", analysts
        ),
        verb<purge_records>(
            "records purge",
            "Destroy what must not be kept, with its bytes; without --yes only count it",
            admins
        ),
    };
    return verbs;
}

}  // namespace service
