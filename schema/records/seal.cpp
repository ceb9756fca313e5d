#include <algorithm>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text/utf8.hpp"
#include "formats/text/text_sketch.hpp"
#include "schema/records/record_store.hpp"

namespace schema {

namespace {

constexpr std::size_t longest_key = 2000;  // a btree entry holds 2,704 bytes

std::int32_t count_words(std::string_view text) {
    std::int32_t words = 0;
    bool inside = false;
    for (unsigned char c : text) {
        bool space = c <= ' ';
        if (!space && !inside) ++words;
        inside = !space;
    }
    return words;
}

}  // namespace

Sealed seal(const std::string& source_name, Draft draft, const Blobs& blobs) {
    if (draft.key.empty())
        throw base::Error("record", "has no key", "name a key column with --key");
    if (draft.key.size() > longest_key)
        throw base::Error(
            fmt::format("record '{}..'", draft.key.substr(0, 60)),
            fmt::format(
                "its key has {} bytes, at most {} are allowed", draft.key.size(), longest_key
            ),
            "choose another key column"
        );
    Sealed sealed;
    sealed.rk = record_key(source_name, draft.key);
    if (!draft.blob.empty()) sealed.blob = blobs.seal(draft.blob);
    sealed.content_sha256 = content_sha256(
        draft.payload, sealed.blob ? std::string_view(sealed.blob->sha256) : std::string_view()
    );
    if (draft.text) {
        const auto& body = draft.text->body;
        sealed.characters = static_cast<std::int32_t>(
            std::count_if(body.begin(), body.end(), base::starts_character)
        );
        sealed.words = count_words(body);
        formats::TextWords words(draft.text->title + "\n" + body);
        sealed.simhash = words.simhash();
        if (sealed.words >= formats::least_sketched_words)
            sealed.sketch = formats::packed_sketch(words);
    }
    draft.blob = {};
    sealed.draft = std::move(draft);
    return sealed;
}

}  // namespace schema
