// Blobs as objects of a bucket.
//
// The SHA-256 of the whole object is written beside it as x-amz-meta-sha256, since the ETag of what
// came in parts says nothing of the bytes. What was put is there for all when the server says so
// (S3 has been consistent since 2020), and no part of a multipart upload is seen before its end;
// one that was cut off is dropped here if we live, and else by the bucket's own rule for such.
#include <algorithm>

#include <fmt/format.h>

#include "base/bytes/hash.hpp"
#include "base/bytes/percent.hpp"
#include "base/error.hpp"
#include "base/html/html.hpp"
#include "base/text/ascii.hpp"
#include "formats/url/url.hpp"
#include "schema/blobs/blobs_away.hpp"
#include "schema/blobs/s3/answer.hpp"
#include "schema/blobs/s3/client.hpp"

namespace schema::s3 {

namespace {

constexpr auto sum_header = "x-amz-meta-sha256";

bool all_of(std::string_view text, std::string_view more) {
    return std::ranges::all_of(text, [&](char c) {
        return base::is_alnum(c) || more.find(c) != more.npos;
    });
}

class BucketStore : public BlobStore {
public:
    explicit BucketStore(BucketOptions options) : client_(std::move(options)) {}

    Lies look(const std::string& name, std::string_view bytes) override {
        return lies_there(name, base::sha256_hex(bytes), bytes.size());
    }

    void replace(const std::string& name, std::string_view bytes) override {
        auto sum = base::sha256_hex(bytes);
        if (bytes.size() > client_.options().part) {
            put_in_parts(name, bytes, sum);
            return;
        }
        auto answer = client_.send(
            {.method = Method::put, .key = key(name), .body = bytes, .headers = described(sum)}
        );
        if (!answer.good()) client_.fail(thing(name), answer);
    }

    std::string get(const std::string& name) override {
        for (bool again : {true, false}) {
            auto answer = asked_for(name, {});
            if (!answer.good()) client_.fail(thing(name), answer);
            auto sum = answer.header(sum_header);
            if (sum.empty() || sum == base::sha256_hex(answer.body)) return std::move(answer.body);
            if (!again) break;
        }
        throw base::Error(
            thing(name), "its bytes are not those that were stored", "restore it from a backup"
        );
    }

    std::string get_part(const std::string& name, std::uint64_t from, std::uint64_t size) override {
        if (size == 0) return {};
        auto answer = asked_for(name, {fmt::format("Range: bytes={}-{}", from, from + size - 1)});
        if (answer.status == 416) return {};  // nothing lies there
        if (!answer.good()) client_.fail(thing(name), answer);
        if (answer.status == 206) return std::move(answer.body);
        return from < answer.body.size() ? answer.body.substr(from, size) : std::string();
    }

    bool has(const std::string& name) override {
        auto page = list(key(name), 1, {});
        return !page.objects.empty() && page.objects.front().first == key(name);
    }

    bool remove(const std::string& name) override {
        auto answer = client_.send({.method = Method::remove, .key = key(name)});
        return answer.good() ||
               (answer.status == 404 && read_problem(answer.body).code != "NoSuchBucket");
    }

    using BlobStore::each;
    void each(const std::string& start, const Visit& visit) override {
        const auto& prefix = client_.options().place.prefix;
        std::string from;
        do {
            auto page = list(key(start), 1000, from);
            for (const auto& [each, size] : page.objects)
                if (each.starts_with(key(start)) && !visit(each.substr(prefix.size()), size))
                    return;
            from = page.next;
        } while (!from.empty());
    }

    std::string place() const override {
        const auto& at = client_.options().place;
        return fmt::format("s3://{}/{}", at.bucket, at.prefix);
    }

private:
    std::string key(const std::string& name) const { return client_.options().place.prefix + name; }
    std::string thing(const std::string& name) const { return place() + name; }

    Answer asked_for(const std::string& name, std::vector<std::string> headers) {
        auto answer = client_.send({.key = key(name), .headers = std::move(headers)});
        if (answer.status == 404 && read_problem(answer.body).code != "NoSuchBucket")
            throw BlobsAway(
                thing(name),
                "the object of a stored blob is missing",
                "restore it from a backup, or the bucket's older version"
            );
        return answer;
    }

    static std::vector<std::string> described(const std::string& sum) {
        return {"Content-Type: application/octet-stream", fmt::format("{}: {}", sum_header, sum)};
    }

    // Whatever else the answer is, who wants to put it hears by that.
    Lies lies_there(const std::string& name, const std::string& sum, std::size_t size) {
        auto answer = client_.send({.method = Method::head, .key = key(name)});
        if (answer.status != 200) return Lies::nothing;
        return answer.header(sum_header) == sum &&
                       answer.header("content-length") == std::to_string(size)
                   ? Lies::same
                   : Lies::other;
    }

    Listing list(const std::string& prefix, int count, const std::string& from) {
        std::string query;
        if (!from.empty()) query = "continuation-token=" + base::percent_encoded(from) + "&";
        query +=
            fmt::format("list-type=2&max-keys={}&prefix={}", count, base::percent_encoded(prefix));
        auto answer = client_.send({.query = query});
        auto listing = answer.good() ? read_listing(answer.body) : std::nullopt;
        if (!listing) client_.fail(place(), answer);
        return *listing;
    }

    void put_in_parts(const std::string& name, std::string_view bytes, const std::string& sum) {
        auto begun = client_.send(
            {.method = Method::post,
             .key = key(name),
             .query = "uploads=",
             .headers = {described(sum)[1]}}
        );
        auto upload = begun.good() ? read_upload_id(begun.body) : std::string();
        if (upload.empty()) client_.fail(thing(name), begun);
        upload = base::percent_encoded(upload);
        try {
            finish(name, upload, put_parts(name, upload, bytes), sum, bytes.size());
        } catch (...) {
            client_.send({.method = Method::remove, .key = key(name), .query = "uploadId=" + upload}
            );
            throw;
        }
    }

    // Returns what the server is told at the end of all parts.
    std::string
    put_parts(const std::string& name, const std::string& upload, std::string_view bytes) {
        std::string parts;
        for (int number = 1; !bytes.empty(); ++number) {
            auto part = bytes.substr(0, client_.options().part);
            bytes.remove_prefix(part.size());
            auto answer = client_.send(
                {.method = Method::put,
                 .key = key(name),
                 .query = fmt::format("partNumber={}&uploadId={}", number, upload),
                 .body = part}
            );
            if (!answer.good()) client_.fail(thing(name), answer);
            parts += fmt::format(
                "<Part><PartNumber>{}</PartNumber><ETag>{}</ETag></Part>",
                number,
                base::escape(answer.header("etag"))
            );
        }
        return parts;
    }

    void finish(
        const std::string& name,
        const std::string& upload,
        const std::string& parts,
        const std::string& sum,
        std::size_t size
    ) {
        auto body = "<CompleteMultipartUpload>" + parts + "</CompleteMultipartUpload>";
        auto answer = client_.send(
            {.method = Method::post, .key = key(name), .query = "uploadId=" + upload, .body = body}
        );
        // An answer that was lost says nothing of what was done.
        if (answer.good() && !holds_problem(answer.body)) return;
        if (lies_there(name, sum, size) != Lies::same) client_.fail(thing(name), answer);
    }

    Client client_;
};

}  // namespace

std::optional<Place> parse_place(std::string_view url) {
    constexpr std::string_view scheme = "s3://";
    if (!url.starts_with(scheme)) return std::nullopt;
    url.remove_prefix(scheme.size());
    auto slash = url.find('/');
    Place place{std::string(url.substr(0, slash)), {}};
    if (slash != url.npos) place.prefix = url.substr(slash + 1);
    while (place.prefix.ends_with('/')) place.prefix.pop_back();
    bool bucket = place.bucket.size() >= 3 && place.bucket.size() <= 63 &&
                  base::is_alnum(place.bucket.front()) && all_of(place.bucket, ".-_");
    bool prefix = place.prefix.size() <= 500 && all_of(place.prefix, "._-/") &&
                  !place.prefix.starts_with('/') &&
                  ("/" + place.prefix + "/").find("/./") == std::string::npos &&
                  ("/" + place.prefix + "/").find("/../") == std::string::npos &&
                  place.prefix.find("//") == std::string::npos;
    if (!bucket || !prefix) return std::nullopt;
    if (!place.prefix.empty()) place.prefix += '/';
    return place;
}

bool is_endpoint(std::string_view url) {
    auto parsed = formats::parse_url(url);
    if (!parsed || !(url.starts_with("http://") || url.starts_with("https://"))) return false;
    return url.find_first_of("/?#@", url.find("://") + 3) == url.npos;
}

std::shared_ptr<BlobStore> open_bucket(BucketOptions options) {
    return std::make_shared<BucketStore>(std::move(options));
}

}  // namespace schema::s3
