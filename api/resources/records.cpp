#include "service/records/records.hpp"
#include "api/ids.hpp"
#include "api/resources/resources.hpp"
#include "base/bytes/png.hpp"
#include "labeling/queue/people_store.hpp"
#include "service/refusal.hpp"

namespace api {

namespace {

// Kinds that a browser shows as pictures and nothing else. SVG is a document that can hold scripts.
bool is_safe_picture(std::string_view media_type) {
    return media_type == "image/png" || media_type == "image/jpeg" || media_type == "image/gif" ||
           media_type == "image/webp" || media_type == "image/bmp";
}

// Others than the record's readers learn nothing, not even that it exists.
void check_readable(Call& call) {
    auto [source_id, rk] = record_number(call.segment("id"));
    bool all = call.account.role != Role::label;
    if (!all && !labeling::was_handed(call.tx, call.account.id, source_id, rk))
        not_found("record", call.segment("id"));
}

schema::RecordBlob blob_of(Call& call) {
    check_readable(call);
    service::Work work{call.tx, call.here, call.account, call.at};
    auto key = call.request.parameter("key").value_or("");
    try {
        return service::blob_of_record(
            work, {.id = call.segment("id"), .source = {}, .key = std::move(key)}
        );
    } catch (const service::Refusal& refusal) {
        throw problem_of(refusal);
    }
}

std::string picture_type(const schema::RecordBlob& blob) {
    if (is_safe_picture(blob.media_type)) return blob.media_type;
    if (auto guess = "image/" + blob.format; is_safe_picture(guess)) return guess;
    return {};
}

}  // namespace

Response show_image(Call& call) {
    auto blob = blob_of(call);
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
    auto blob = blob_of(call);
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
