// The bytes of records: pictures, media, and all others as a download.
//
// Media are seeked in, so that they come in parts. What an element of a page that plays asks for is
// cut short (RFC 9110, 15.3.7 allows it): it asks for all the rest of a film, goes on by itself,
// and would otherwise have it read anew at each step of the slider. Nobody else's part is cut,
// since a download that is taken up again ends with what it gets. What is named by the hash of its
// content can not have changed meanwhile, so that a Range needs no If-Range.
#include "service/records/records.hpp"

#include <algorithm>

#include "api/ids.hpp"
#include "api/resources/resources.hpp"
#include "api/server/ranges.hpp"
#include "base/bytes/hex.hpp"
#include "base/bytes/png.hpp"
#include "base/error.hpp"
#include "base/numbers/parse.hpp"
#include "base/run/spool.hpp"
#include "formats/text/charset.hpp"
#include "service/refusal.hpp"

namespace api {

namespace {

// Kinds that a browser shows as pictures and nothing else. SVG is a document that can hold scripts.
bool is_safe_picture(std::string_view media_type) {
    return media_type == "image/png" || media_type == "image/jpeg" || media_type == "image/gif" ||
           media_type == "image/webp" || media_type == "image/bmp";
}

template <typename Answer>
Answer of_record(Call& call, Answer (*verb)(service::Work&, const service::NameVersion&)) {
    record_number(call.segment("id"));
    service::Work work{call.tx, call.here, call.account, call.at};
    service::NameVersion asked;
    asked.id = call.segment("id");
    asked.key = call.request.parameter("key").value_or("");
    if (auto version = call.request.parameter("version")) {
        asked.version = base::whole_number<int>(*version, 10);
        if (!asked.version) not_found("record", asked.id);
    }
    try {
        return verb(work, asked);
    } catch (const service::Refusal& refusal) {
        throw problem_of(refusal);
    }
}

schema::RecordBlob blob_of(Call& call) {
    return of_record(call, &service::blob_of_record);
}

std::string etag_of(const schema::RecordMedia& media) {
    return "\"" + base::hex(media.blob_sha256).substr(0, 32) + "\"";
}

constexpr std::uint64_t longest_part = 4 << 20;
constexpr std::uint64_t most_in_memory = 32 << 20;  // what is larger goes by way of the disk

// Whether it is an element of a page that asks: browsers say so, but not where a service worker
// asks for it or the page came over plain HTTP. A download that they take up again says If-Range.
bool is_for_player(const Request& request) {
    auto what = request.header("sec-fetch-dest");
    if (what == "audio" || what == "video") return true;
    return request.header("user-agent").starts_with("Mozilla/") &&
           request.header("if-range").empty();
}

// What a browser may do with it: show it in this application, and nothing that it says itself. A
// document of pages has no sandbox, in which browsers do not start their viewers of such.
std::string_view policy_of(formats::MediaKind kind) {
    switch (kind) {
        case formats::MediaKind::html:
            return "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; "
                   "sandbox; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";
        case formats::MediaKind::pdf:
            return "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; base-uri "
                   "'none'; form-action 'none'; frame-ancestors 'self'";
        case formats::MediaKind::audio:
        case formats::MediaKind::video:
            break;
    }
    return "default-src 'none'; media-src 'self'; sandbox; frame-ancestors 'self'";
}

// As UTF-8: what a page says of its encoding may have stood in a header that is no part of it.
void answer_page(Call& call, const schema::RecordMedia& media, Response& response) {
    auto bytes = call.here.blobs.load(call.tx, media.blob_sha256);
    if (!bytes) throw base::Error("blob of record " + call.segment("id"), "it is missing");
    response.body = formats::decode_page(*bytes, media.blob_type);
    response.media_type = "text/html; charset=utf-8";
}

void answer_bytes(Call& call, const schema::RecordMedia& media, Response& response) {
    const auto& blobs = call.here.blobs;
    auto size = blobs.size(call.tx, media.blob_sha256);
    if (!size) throw base::Error("blob of record " + call.segment("id"), "it is missing");
    response.set("Accept-Ranges", "bytes");
    FilePart wanted{.from = 0, .size = *size};
    auto same = call.request.header("if-range");
    if (call.request.method == Method::get && (same.empty() || same == etag_of(media)))
        if (auto part = part_of(call.request.header("range"), *size)) {
            wanted = *part;
            if (is_for_player(call.request)) wanted.size = std::min(wanted.size, longest_part);
            set_part(response, wanted, *size);
        }
    auto read = [&](std::uint64_t from, std::uint64_t bytes) {
        auto part = blobs.load_part(call.tx, media.blob_sha256, from, bytes);
        if (part.size() != bytes)
            throw base::Error("blob of record " + call.segment("id"), "its file is too short");
        return part;
    };
    if (wanted.size <= most_in_memory) {
        response.body = read(wanted.from, wanted.size);
        return;
    }
    auto spool = std::make_shared<base::Spool>();
    for (std::uint64_t at = 0; at < wanted.size && call.request.method == Method::get;) {
        auto piece = read(wanted.from + at, std::min(most_in_memory, wanted.size - at));
        spool->out().write(piece.data(), static_cast<std::streamsize>(piece.size()));
        at += piece.size();
    }
    spool->finish();
    response.file = std::move(spool);
    response.part = FilePart{.from = 0, .size = wanted.size};
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

Response show_media(Call& call) {
    auto media = of_record(call, &service::media_of_record);
    Response response;
    response.set("ETag", etag_of(media));
    response.set("Cache-Control", "private, no-cache");
    response.set("X-Frame-Options", "SAMEORIGIN");
    response.set("Content-Security-Policy", std::string(policy_of(media.about.kind)));
    response.media_type = media.about.type;
    if (call.request.header("if-none-match") == etag_of(media)) {
        response.status = 304;
    } else if (media.about.kind == formats::MediaKind::html) {
        answer_page(call, media, response);
    } else {
        answer_bytes(call, media, response);
    }
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
