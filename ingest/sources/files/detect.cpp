// The format of a file, from its first bytes.
//
// Each format says what it is known by; here the signs are looked for from the strongest to the
// weakest, so that costly ones (is this a table, and with which delimiter?) are asked only of what
// nothing else has claimed. Names of files come in the middle: they say more than a likeness, and
// less than how the content begins.
#include <algorithm>

#include <fmt/format.h>

#include "base/text/ascii.hpp"
#include "base/text/decoder.hpp"
#include "base/text/encoding_guess.hpp"
#include "formats/signature/signature.hpp"
#include "ingest/sources/connector.hpp"
#include "ingest/sources/files/format.hpp"

namespace ingest {

namespace {

constexpr std::size_t binary_within = 512;
constexpr std::size_t head_size = 16 * 1024;

std::string extension_of(std::string_view name) {
    for (std::string_view packed : {".gz", ".zst", ".xz", ".bz2", ".lz4"})
        if (name.ends_with(packed)) name.remove_suffix(packed.size());
    name.remove_prefix(name.rfind('/') + 1);
    const auto dot = name.rfind('.');
    return base::to_lower(dot == name.npos ? std::string_view{} : name.substr(dot + 1));
}

// Names by which a person or a server promises data.
bool promises_data(const Sample& sample) {
    return sample.named(
        {"csv",
         "tsv",
         "tab",
         "json",
         "jsonl",
         "ndjson",
         "xml",
         "rss",
         "atom",
         "yaml",
         "yml",
         "xls",
         "xlsx"}
    );
}

// Why a file of a kind that is known is not read.
std::string unread(const Sample& sample) {
    auto said = [](std::string_view name, std::string_view mend) {
        return fmt::format("{}; {}", name, mend);
    };
    if (const auto known = formats::signature_of(sample.head))
        return said(known->name, known->mend);
    if (formats::is_html_page(sample.text) && promises_data(sample))
        return said(
            fmt::format("an HTML page, though its name ends in .{}", sample.extension),
            "see what it says, or take it as a page by --format html"
        );
    if (formats::is_sql_dump(sample.text))
        return said("a dump of a database", "load it, and gather the database as a source");
    return {};
}

}  // namespace

std::string text_of_head(std::string_view head) {
    const auto guess = base::guess_encoding(head);
    std::string text;
    base::Decoder(guess.encoding).decode(head.substr(guess.bom), false, text);
    text.erase(0, text.find_first_not_of(" \t\r\n"));
    return text;
}

Detected detect_format(std::string_view name, std::string_view head) {
    const auto extension = extension_of(name);
    const auto text = text_of_head(head);
    const bool binary = text.substr(0, binary_within).find('\0') != text.npos;
    const Sample sample{extension, head, text, head.size() < head_size};
    if (auto reason = unread(sample); !reason.empty()) return {"unknown", std::move(reason)};
    for (auto strength : {
             Strength::signature,
             Strength::start,
             Strength::name,
             Strength::look,
             Strength::hint,
             Strength::guess,
             Strength::rest,
         }) {
        if (binary && strength != Strength::signature && strength != Strength::name) continue;
        for (const auto* format : formats())
            for (const auto& sign : format->signs)
                if (sign.strength == strength)
                    if (auto reason = sign.seen(sample); !reason.empty())
                        return {std::string(format->name), std::move(reason)};
    }
    return {"unknown", "binary, of no known signature"};
}

}  // namespace ingest
