// A labeler sees only records that were handed to them, and of others not even that they exist: 404
// and not 403. Bytes that came from the web are sent as pictures only if a browser cannot run them;
// SVG can hold scripts, so it is a download like everything else.
//
// A search indexes at most a thousand new texts on the way and says whether that was all, for a
// request must not wait for a million.
#include <limits>

#include <fmt/format.h>

#include "api/ids.hpp"
#include "api/resources/resources.hpp"
#include "api/store.hpp"
#include "base/bytes/png.hpp"
#include "base/error.hpp"
#include "labeling/queue/people_store.hpp"
#include "schema/select/record_search_store.hpp"

namespace api {

namespace {

// A request waits for no more than this many texts to be indexed.
constexpr int indexed_at_once = 1000;

// Kinds that a browser shows as pictures and nothing else. SVG is a document that can hold scripts.
bool is_safe_picture(std::string_view media_type) {
    return media_type == "image/png" || media_type == "image/jpeg" || media_type == "image/gif" ||
           media_type == "image/webp" || media_type == "image/bmp";
}

store::RecordName name_of_record(const Call& call) {
    auto number = record_number(call.segment("id"));
    return {number.source_id, number.rk, call.request.parameter("key")};
}

// Others than the record's readers learn nothing, not even that it exists.
store::RecordName readable_record(Call& call) {
    auto name = name_of_record(call);
    bool all = call.account.role != Role::label;
    if (!all && !labeling::was_handed(call.tx, call.account.id, name.source_id, name.rk))
        not_found("record", call.segment("id"));
    return name;
}

store::Blob blob_of(Call& call, const store::RecordName& name) {
    auto blob = store::blob(call.tx, name, call.setting.blob_directory);
    if (!blob) not_found("blob of record", call.segment("id"));
    return std::move(*blob);
}

std::string picture_type(const store::Blob& blob) {
    if (is_safe_picture(blob.media_type)) return blob.media_type;
    if (auto guess = "image/" + blob.format; is_safe_picture(guess)) return guess;
    return {};
}

}  // namespace

Response list_records(Call& call) {
    auto source = store::source(call.tx, call.segment("source"));
    if (!source) not_found("source", call.segment("source"));
    auto rk = std::numeric_limits<std::int64_t>::min();
    std::string key;
    if (auto after = call.after(); !after.empty()) {
        auto dot = after.find('.');
        rk = rk_of(after.substr(0, dot));
        if (dot != after.npos) key = after.substr(dot + 1);
    }
    auto limit = call.limit();
    auto items = store::records(call.tx, source->at("id").as_int64(), rk, key, limit);
    return page(std::move(items), limit, "cursor", true);
}

Response search_records(Call& call) {
    auto found = store::source(call.tx, call.segment("source"));
    if (!found) not_found("source", call.segment("source"));
    schema::SearchRequest request;
    request.source_id = found->at("id").as_int64();
    request.query = call.request.parameter("q").value_or("");
    request.after = call.after();
    request.limit = call.limit(20);
    bool complete = schema::index_some_texts(call.tx, request.source_id, indexed_at_once);
    schema::SearchAnswer answer;
    try {
        request.where = schema::Filter::parse(call.request.parameter("where").value_or(""));
        answer = schema::search(call.tx, request);
    } catch (const base::UsageError& error) {
        throw Problem(400, "Bad search", error.what());
    }
    boost::json::array items;
    for (const auto& hit : answer.hits)
        items.push_back(boost::json::object{
            {"id",
             fmt::format("{}.{:016x}", hit.id.source_id, static_cast<std::uint64_t>(hit.id.rk))},
            {"key", hit.id.key},
            {"version", hit.version},
            {"rank", hit.rank},
            {"title", hit.title},
            {"snippet", hit.snippet},
            {"url", hit.url.empty() ? boost::json::value() : boost::json::value(hit.url)}});
    return json(
        {{"items", std::move(items)},
         {"next", answer.next ? boost::json::value(*answer.next) : boost::json::value()},
         {"complete", complete}}
    );
}

Response show_record(Call& call) {
    auto record = store::record(call.tx, name_of_record(call));
    if (!record) not_found("record", call.segment("id"));
    return json(*record);
}

Response show_image(Call& call) {
    auto blob = blob_of(call, readable_record(call));
    Response response;
    if (blob.format == "raw") {
        response.media_type = "image/png";
        response.body = base::png(
            {.width = blob.width,
             .height = blob.height,
             .channels = blob.channels,
             .bytes = blob.bytes}
        );
    } else {
        response.media_type = picture_type(blob);
        if (response.media_type.empty())
            throw Problem(415, "Not a picture", "a browser cannot show this record's blob safely");
        response.body = std::move(blob.bytes);
    }
    response.set("Cache-Control", "private, max-age=86400");
    return response;
}

Response show_blob(Call& call) {
    auto blob = blob_of(call, readable_record(call));
    Response response;
    response.media_type = picture_type(blob);
    if (response.media_type.empty()) response.media_type = "application/octet-stream";
    response.body = std::move(blob.bytes);
    response.set(
        "Content-Disposition", "attachment; filename=\"record-" + call.segment("id") + "\""
    );
    return response;
}

}  // namespace api
