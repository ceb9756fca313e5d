// Web pages of which each file is one record. What a page says is found by the code that reads
// crawled pages, which belongs to another module: here a file is known, told apart from what only
// bears the name of a page, and handed on whole (RawRecord::page).
//
// By its content a file is taken for a page only where its name does not promise data: a table that
// a server answered with a page of excuses must not become a text.
#include <utility>

#include <fmt/format.h>

#include "base/text/ascii.hpp"
#include "formats/signature/signature.hpp"
#include "ingest/sources/files/format.hpp"
#include "ingest/sources/files/sole/sole_record.hpp"

namespace ingest {

namespace {

constexpr std::size_t looked_at = 16 * 1024;

bool has_tag(std::string_view text) {
    for (auto at = text.find('<'); at != text.npos; at = text.find('<', at + 1)) {
        const auto next = at + 1 < text.size() ? text[at + 1] : ' ';
        if (base::is_alpha(next) || next == '!' || next == '/') return true;
    }
    return false;
}

// What the bytes are if they are no page; empty if they may be one. Pieces of HTML count, too.
std::string other_than_page(std::string_view bytes) {
    const auto head = bytes.substr(0, looked_at);
    const auto text = text_of_head(head);
    if (formats::is_html_page(text)) return {};
    const auto found = detect_format({}, head);
    const auto* known = find_format(found.format);
    if (!known) return found.reason;
    for (const auto& [format, name] : {
             std::pair(&images_format, "an image"),
             std::pair(&media_format, "a sound or film"),
             std::pair(&pdf_format, "a PDF"),
             std::pair(&json_format, "JSON"),
             std::pair(&jsonl_format, "JSON lines"),
             std::pair(&feed_format, "a feed"),
         })
        if (known == format) return fmt::format("{}: {}", name, found.reason);
    if (text.starts_with("<?xml")) return "XML of another kind";
    return has_tag(text) ? std::string() : "a text without a tag";
}

// One page as one record with the fields name and folder.
class HtmlReader : public SoleRecordReader {
public:
    explicit HtmlReader(const MemberInput& input) : SoleRecordReader(input, "page.too_large") {
        if (!input.options.encoding.empty()) media_type_ += "; charset=" + input.options.encoding;
    }

    std::string describe() const override { return "one web page a file"; }

private:
    bool read(Page& page, std::string data) override {
        if (base::trim(data).empty()) return reject_whole(page, {}, "page.empty", "it is empty");
        if (auto other = other_than_page(data); !other.empty())
            return reject_whole(page, std::move(data), "page.not_html", "it is " + other);
        auto& record = add(page);
        record.blob = page.arena.keep(data);
        record.media_type = page.arena.keep(media_type_);
        record.page = true;
        return true;
    }

    std::string media_type_ = "text/html";
};

std::string by_name(const Sample& sample) {
    const bool named = sample.named({"html", "htm", "xhtml", "xht", "shtml"});
    return named ? "the name ends in ." + std::string(sample.extension) : "";
}

std::string by_start(const Sample& sample) {
    if (formats::is_html_page(sample.text)) return "begins as a web page does";
    // Pieces of HTML begin like XML.
    const bool tag = sample.text.starts_with('<') && !sample.text.starts_with("<?");
    return tag ? by_name(sample) : "";
}

constexpr Sign signs[]{{Strength::start, by_start}, {Strength::name, by_name}};

std::unique_ptr<MemberReader> open(const MemberInput& input) {
    return std::make_unique<HtmlReader>(input);
}

}  // namespace

const Format html_format{
    .name = "html",
    .words =
        "a web page a file: what it says, as of a crawled page; the folder it lies in is a field",
    .signs = signs,
    .open = open,
};

}  // namespace ingest
