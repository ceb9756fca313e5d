// The format of a file, from its first bytes.
//
// Content counts before names: signatures of binary formats, then what only one format starts with,
// and the extension only where several could begin so. The order is from the certain to the likely;
// a text that looks like nothing is one record of text.
#include <algorithm>

#include <fmt/format.h>

#include "base/text/decoder.hpp"
#include "base/text/encoding_guess.hpp"
#include "formats/csv/csv.hpp"
#include "formats/json/json.hpp"
#include "ingest/sources/connector.hpp"

namespace ingest {

namespace {

using namespace std::string_view_literals;

std::string_view image_kind(std::string_view head) {
    if (head.starts_with("\x89PNG\r\n\x1a\n"sv)) return "PNG";
    if (head.starts_with("\xFF\xD8\xFF"sv)) return "JPEG";
    if (head.starts_with("GIF87a"sv) || head.starts_with("GIF89a"sv)) return "GIF";
    if (head.starts_with("RIFF"sv) && head.substr(8, 4) == "WEBP"sv) return "WebP";
    if (head.starts_with("II*\0"sv) || head.starts_with("MM\0*"sv)) return "TIFF";
    return {};
}

std::string extension_of(std::string_view name) {
    for (auto packed : {".gz"sv, ".zst"sv, ".xz"sv, ".bz2"sv, ".lz4"sv}) {
        if (name.ends_with(packed)) name.remove_suffix(packed.size());
    }
    name.remove_prefix(name.rfind('/') + 1);
    auto dot = name.rfind('.');
    std::string extension(dot == name.npos ? std::string_view{} : name.substr(dot + 1));
    std::transform(extension.begin(), extension.end(), extension.begin(), [](char c) {
        return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
    });
    return extension;
}

// The first paragraph is made of two or more lines "Name: value" and lines that go on.
bool looks_like_deb822(std::string_view text) {
    int fields = 0;
    while (!text.empty()) {
        auto end = text.find('\n');
        if (end == text.npos) break;  // the sample may cut a line
        auto line = text.substr(0, end);
        text.remove_prefix(end + 1);
        if (line.starts_with('#')) continue;
        if (line.empty() || line == "\r") break;
        if (line.front() == ' ' || line.front() == '\t') {
            if (fields == 0) return false;
            continue;
        }
        auto colon = line.find(':');
        if (colon == 0 || colon == line.npos ||
            (colon + 1 < line.size() && line[colon + 1] != ' ' && line[colon + 1] != '\r')) {
            return false;
        }
        for (char c : line.substr(0, colon)) {
            bool name = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                        (c >= '0' && c <= '9') || c == '-' || c == '_';
            if (!name) return false;
        }
        ++fields;
    }
    return fields >= 2;
}

bool same_name(std::string_view name, std::string_view lower) {
    return name.size() == lower.size() &&
           std::equal(name.begin(), name.end(), lower.begin(), [](char a, char b) {
               return (a >= 'A' && a <= 'Z' ? a + 32 : a) == b;
           });
}

// A header of mail: lines "Name: value" of which several have names that only mail has.
bool looks_like_mail(std::string_view text) {
    int known = 0;
    bool inside = false;
    while (!text.empty()) {
        auto line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        if (line.empty() || line == "\r") break;
        if (line.front() == ' ' || line.front() == '\t') {
            if (!inside) return false;
            continue;
        }
        auto name = line.substr(0, line.find(':'));
        if (name.size() == line.size() || name.empty() || name.find(' ') != name.npos) return false;
        inside = true;
        for (auto one :
             {"received"sv,
              "return-path"sv,
              "message-id"sv,
              "mime-version"sv,
              "from"sv,
              "date"sv,
              "subject"sv,
              "to"sv,
              "delivered-to"sv})
            known += same_name(name, one);
    }
    return known >= 3;
}

// "From ann@example.org Sat Jan  3 01:05:34 1996" and a header.
bool looks_like_mbox(std::string_view text) {
    if (!text.starts_with("From ")) return false;
    auto line = text.substr(0, text.find('\n'));
    auto rest = text.substr(std::min(line.size() + 1, text.size()));
    auto name = rest.substr(0, rest.find_first_of(": \r\n"));
    return line.find(':') != line.npos && !name.empty() &&
           rest.substr(name.size()).starts_with(':');
}

std::string_view feed_kind(std::string_view text) {
    while (text.starts_with("<?") || text.starts_with("<!--")) {
        auto end = text.find(text[1] == '?' ? "?>" : "-->");
        if (end == text.npos) return {};
        text.remove_prefix(end + 2);
        text.remove_prefix(std::min(text.find('<'), text.size()));
    }
    auto root = text.substr(0, text.find('>'));
    if (root.starts_with("<rss") || root.find("purl.org/rss/1.0") != root.npos) return "RSS";
    if (root.starts_with("<feed") && root.find("Atom") != root.npos) return "Atom";
    return {};
}

Detected detect_json(std::string_view text, std::string_view extension) {
    auto line = text.substr(0, text.find('\n'));
    bool more = line.size() + 1 < text.size();
    if (extension == "jsonl" || extension == "ndjson")
        return {"jsonl", "an object, and the name ends in ." + std::string(extension)};
    if (!formats::check_json(line)) {
        auto next = text.substr(std::min(line.size() + 1, text.size()));
        auto at = next.find_first_not_of(" \t\r\n");
        if (more && at != next.npos && next[at] == '{') return {"jsonl", "each line is an object"};
        return {"json", "one JSON object"};
    }
    return {"json", "starts with an object over several lines"};
}

}  // namespace

Detected detect_format(std::string_view name, std::string_view head) {
    auto extension = extension_of(name);
    if (head.starts_with("\0\0\x08\x03"sv)) return {"idx", "the idx3 signature"};
    if (head.starts_with("\0\0\x08\x01"sv)) return {"idx", "the idx1 signature"};
    if (auto kind = image_kind(head); !kind.empty())
        return {"images", fmt::format("a {} signature", kind)};
    for (auto known : {"png"sv, "jpg"sv, "jpeg"sv, "gif"sv, "webp"sv, "tif"sv, "tiff"sv}) {
        if (extension == known) return {"images", "the name ends in ." + extension};
    }
    auto guess = base::guess_encoding(head);
    std::string text;
    base::Decoder(guess.encoding).decode(head.substr(guess.bom), false, text);
    if (text.substr(0, 512).find('\0') != std::string::npos && extension != "csv" &&
        extension != "jsonl") {
        return {"unknown", "binary, of no known signature"};
    }
    auto at = text.find_first_not_of(" \t\r\n");
    if (at == std::string::npos) {
        for (auto known : {"jsonl"sv, "json"sv, "xml"sv}) {
            if (extension == known) return {extension, "empty; by its name"};
        }
        return {"csv", "empty"};
    }
    auto begin = std::string_view(text).substr(at);
    if (begin.front() == '<' && begin.size() > 1 &&
        (std::isalpha(static_cast<unsigned char>(begin[1])) || begin[1] == '?' || begin[1] == '!'
        )) {
        if (auto kind = feed_kind(begin); !kind.empty())
            return {"feed", fmt::format("the root element of {}", kind)};
        return {"xml", "starts with a tag"};
    }
    if (begin.front() == '{' && begin.substr(0, 2048).find("jsonfeed.org/version") != begin.npos)
        return {"feed", "the version of JSON Feed"};
    if (begin.front() == '{') return detect_json(begin, extension);
    if (begin.front() == '[') {
        auto inner = begin.find_first_not_of(" \t\r\n", 1);
        if (inner == begin.npos ||
            "{[\"]-0123456789tfn"sv.find(begin[inner]) != std::string_view::npos) {
            return {"json", "starts with an array"};
        }
    }
    if (extension == "csv" || extension == "tsv") return {"csv", "the name ends in ." + extension};
    if (extension == "jsonl" || extension == "json" || extension == "xml")
        return {extension, "the name ends in ." + extension};
    if (extension == "mbox" || looks_like_mbox(begin))
        return {"mbox", "starts with a line 'From '"};
    if (extension == "eml" || looks_like_mail(begin)) return {"message", "a header of mail"};
    if (looks_like_deb822(begin)) return {"deb822", "paragraphs of 'Name: value' lines"};
    if (extension == "txt" || extension == "md") return {"files", "the name ends in ." + extension};
    auto sniffed = formats::sniff(text, head.size() < 16 * 1024, {});
    if (sniffed.names.size() > 1 && sniffed.dialect.delimiter.size() == 1 &&
        ",;\t|"sv.find(sniffed.dialect.delimiter) != std::string_view::npos) {
        return {"csv", fmt::format("{} columns; {}", sniffed.names.size(), sniffed.why.front())};
    }
    return {"files", "text without a known form"};
}

}  // namespace ingest
