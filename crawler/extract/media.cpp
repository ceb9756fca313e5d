// An image has many addresses (srcset, picture, lazy-loading attributes); the widest candidate is
// taken, since smaller ones can be made from it and not the other way round. What a page says of
// its size is believed only where it says "tiny", as large files are often shown small.
//
// Whether a link leads to a file is told by the ending of its path: asking for each link would
// double the requests. Links without a telling end are fetched as pages and judged by their media
// type.
#include "crawler/extract/media.hpp"

#include <algorithm>
#include <charconv>
#include <tuple>
#include <unordered_set>

#include <boost/json.hpp>

#include "base/error.hpp"
#include "base/settings/settings.hpp"
#include "base/text/ascii.hpp"
#include "base/text/utf8.hpp"

namespace crawler {

namespace {

constexpr std::size_t longest_text = 2000;  // octets of alt, title and caption

constexpr std::pair<std::string_view, std::string_view> endings[] = {
    {"jpg", "image/jpeg"},
    {"jpeg", "image/jpeg"},
    {"png", "image/png"},
    {"gif", "image/gif"},
    {"webp", "image/webp"},
    {"tif", "image/tiff"},
    {"tiff", "image/tiff"},
    {"bmp", "image/bmp"},
    {"pdf", "application/pdf"},
    {"epub", "application/epub+zip"},
    {"zip", "application/zip"},
    {"gz", "application/gzip"},
    {"tgz", "application/gzip"},
    {"7z", "application/x-7z-compressed"},
    {"doc", "application/msword"},
    {"docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
    {"xls", "application/vnd.ms-excel"},
    {"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    {"ppt", "application/vnd.ms-powerpoint"},
    {"pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
    {"odt", "application/vnd.oasis.opendocument.text"},
    {"ods", "application/vnd.oasis.opendocument.spreadsheet"},
    {"rtf", "application/rtf"},
    {"ps", "application/postscript"},
    {"csv", "text/csv"},
    {"tsv", "text/tab-separated-values"},
    {"json", "application/json"},
    {"jsonl", "application/jsonl"},
    {"mp3", "audio/mpeg"},
    {"ogg", "audio/ogg"},
    {"flac", "audio/flac"},
    {"wav", "audio/wav"},
    {"mp4", "video/mp4"},
    {"webm", "video/webm"},
};

std::optional<base::Fault> check_images(ImageRules& rules) {
    for (auto& format : rules.formats) format = format == "jpg" ? "jpeg" : base::to_lower(format);
    if (rules.css.empty()) return std::nullopt;
    std::vector<formats::Selector> selectors;
    for (const auto& css : rules.css) selectors.push_back(formats::Selector::parse(css));
    rules.within = std::make_shared<const std::vector<formats::Selector>>(std::move(selectors));
    return std::nullopt;
}

std::optional<base::Fault> check_css(const std::string& css) {
    formats::Selector::parse(css);
    return std::nullopt;
}

std::optional<base::Fault> check_type(const std::string& type) {
    if (type.find('/') != type.npos) return std::nullopt;
    return base::Fault{"is no media type", "write media types such as application/pdf"};
}

std::optional<base::Fault> check_files(FileRules& rules) {
    for (auto& type : rules.types) type = base::to_lower(type);
    return std::nullopt;
}

std::string cut(std::string text) {
    if (text.size() <= longest_text) return text;
    text.resize(longest_text);
    return base::mend_utf8(text);
}

std::optional<int> whole_number(std::string_view text) {
    text = base::trim(text);
    int value = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || value < 0) return std::nullopt;
    auto rest = std::string_view(end, static_cast<std::size_t>(text.data() + text.size() - end));
    if (!rest.empty() && rest != "px") return std::nullopt;
    return value;
}

// One of several files that show the same image; the wider, the better.
struct Candidate {
    std::string address;
    double width = 0, density = 0;
    bool better_than(const Candidate& other) const {
        return std::tie(width, density) > std::tie(other.width, other.density);
    }
};

void take_better(Candidate& best, Candidate found) {
    if (found.address.empty() || found.address.starts_with("data:")) return;
    if (best.address.empty() || found.better_than(best)) best = std::move(found);
}

// The candidates of a srcset (HTML standard, 4.8.4.2.1).
void read_srcset(std::string_view srcset, Candidate& best) {
    while (!srcset.empty()) {
        while (!srcset.empty() && (base::is_space(srcset[0]) || srcset[0] == ','))
            srcset.remove_prefix(1);
        std::size_t end = 0;
        while (end < srcset.size() && !base::is_space(srcset[end])) ++end;
        Candidate found;
        auto address = srcset.substr(0, end);
        srcset.remove_prefix(end);
        bool closed = address.ends_with(',');
        while (address.ends_with(',')) address.remove_suffix(1);
        found.address = address;
        found.density = 1;
        if (!closed) {
            auto words = srcset.substr(0, srcset.find(','));
            srcset.remove_prefix(words.size());
            words = base::trim(words);
            double size = 0;
            auto read = std::from_chars(words.data(), words.data() + words.size(), size);
            if (read.ec == std::errc() && size > 0 && read.ptr < words.data() + words.size()) {
                if (*read.ptr == 'w') found.width = size;
                if (*read.ptr == 'x') found.density = size;
            }
        }
        take_better(best, std::move(found));
    }
}

class Finder {
public:
    Finder(const formats::Document& document, const MediaRules& rules, const formats::Url& base)
        : document_(document), rules_(rules), base_(base) {
        if (rules.images && rules.images->within) {
            inside_.assign(document.size(), false);
            for (const auto& selector : *rules.images->within)
                for (auto root : selector.select(document))
                    for (auto at = root; at; at = document.following(at, root)) inside_[at] = true;
        }
    }

    std::vector<MediaLink> run() {
        for (auto at = document_.html(); at; at = document_.following(at, document_.html())) {
            if (!document_.is_element(at)) continue;
            auto tag = document_[at].tag;
            if (tag == formats::Tag::a || tag == formats::Tag::area) {
                link(at);
            } else if (rules_.images && tag == formats::Tag::img && rules_.images->takes(ImagePlace::img) && is_inside(at)) {
                image(at);
            } else if (rules_.images && tag == formats::Tag::meta && rules_.images->takes(ImagePlace::og)) {
                meta(at);
            }
        }
        return std::move(found_);
    }

private:
    bool is_inside(formats::NodeId at) const { return inside_.empty() || inside_[at]; }

    std::string_view first_of(formats::NodeId at, std::initializer_list<std::string_view> names)
        const {
        for (auto name : names) {
            auto value = base::trim(document_.attribute(at, name).value_or(""));
            if (!value.empty() && !value.starts_with("data:")) return value;
        }
        return {};
    }

    void add(MediaLink made, std::string_view address) {
        auto url = formats::parse_url(base::trim(address), &base_);
        if (!url || !url->is_web()) return;
        url->fragment.reset();
        if (!known_.insert(url->href()).second) return;
        made.url = std::move(*url);
        found_.push_back(std::move(made));
    }

    formats::NodeId ancestor(formats::NodeId at, formats::Tag tag) const {
        for (at = document_[at].parent; at; at = document_[at].parent)
            if (document_[at].tag == tag) return at;
        return 0;
    }

    std::string caption_of(formats::NodeId at) const {
        auto figure = ancestor(at, formats::Tag::figure);
        if (!figure) return {};
        for (auto node = document_.following(figure, figure); node;
             node = document_.following(node, figure))
            if (document_[node].tag == formats::Tag::figcaption)
                return cut(base::collapse_spaces(document_.visible_text(node)));
        return {};
    }

    void image(formats::NodeId at) {
        Candidate best;
        if (auto picture = document_[at].parent; document_[picture].tag == formats::Tag::picture)
            for (auto child = document_[picture].first_child; child; child = document_[child].next)
                if (document_[child].tag == formats::Tag::source) source(child, best);
        read_srcset(first_of(at, {"srcset", "data-srcset", "data-lazy-srcset"}), best);
        auto src = first_of(at, {"src", "data-src", "data-lazy-src", "data-original"});
        take_better(best, {std::string(src), 0, 1});
        if (best.address.empty()) return;
        MediaLink made;
        made.alt = cut(base::collapse_spaces(document_.attribute(at, "alt").value_or("")));
        made.title = cut(base::collapse_spaces(document_.attribute(at, "title").value_or("")));
        made.caption = caption_of(at);
        auto width = whole_number(document_.attribute(at, "width").value_or(""));
        auto height = whole_number(document_.attribute(at, "height").value_or(""));
        // A page may show a large file small: only what it says to be tiny is believed.
        constexpr int tiny = 32;
        bool small = width && height &&
                     (*width < std::min(tiny, rules_.images->min_width) ||
                      *height < std::min(tiny, rules_.images->min_height));
        if (small) made.too_small = std::to_string(*width) + " x " + std::to_string(*height);
        add(std::move(made), best.address);
    }

    void source(formats::NodeId at, Candidate& best) const {
        auto type = base::to_lower(document_.attribute(at, "type").value_or(""));
        // Beside these there is always one that every browser knows.
        if (type == "image/avif" || type == "image/jxl" || type == "image/svg+xml") return;
        read_srcset(first_of(at, {"srcset", "data-srcset"}), best);
    }

    void meta(formats::NodeId at) {
        auto name = document_.attribute(at, "property");
        if (!name) name = document_.attribute(at, "name");
        auto word = base::to_lower(base::trim(name.value_or("")));
        auto content = document_.attribute(at, "content").value_or("");
        if (word == "og:image:alt" && opengraph_ < found_.size() && found_[opengraph_].alt.empty())
            found_[opengraph_].alt = cut(base::collapse_spaces(content));
        bool shown = word == "og:image" || word == "og:image:url" ||
                     word == "og:image:secure_url" || word == "twitter:image" ||
                     word == "twitter:image:src";
        if (!shown || content.empty()) return;
        auto before = found_.size();
        add({}, content);
        if (found_.size() > before) opengraph_ = before;
    }

    void link(formats::NodeId at) {
        auto href = base::trim(document_.attribute(at, "href").value_or(""));
        auto path = href.substr(0, href.find_first_of("?#"));
        auto type = media_type_of_ending(path);
        if (type.empty()) return;
        MediaLink made;
        made.link = true;
        if (is_image_type(type)) {
            if (!rules_.images || !rules_.images->takes(ImagePlace::link) || !is_inside(at)) return;
            made.caption = caption_of(at);
        } else {
            if (!rules_.wants_file(type)) return;
            made.kind = Kind::file;
        }
        made.alt = cut(base::collapse_spaces(document_.visible_text(at)));
        made.title = cut(base::collapse_spaces(document_.attribute(at, "title").value_or("")));
        add(std::move(made), href);
    }

    const formats::Document& document_;
    const MediaRules& rules_;
    const formats::Url& base_;
    std::vector<bool> inside_;  // of what `within` selects; empty: all
    std::unordered_set<std::string> known_;
    std::vector<MediaLink> found_;
    std::size_t opengraph_ = static_cast<std::size_t>(-1);  // the last og:image
};

}  // namespace

// `media_type` in lower case.
bool MediaRules::wants_file(std::string_view media_type) const {
    if (!files) return false;
    return std::any_of(files->types.begin(), files->types.end(), [&](std::string_view type) {
        auto wanted = base::to_lower(type);
        if (!wanted.ends_with("/*")) return wanted == media_type;
        return media_type.starts_with(std::string_view(wanted).substr(0, wanted.size() - 1));
    });
}

const base::Settings<ImageRules> ImageRules::settings{
    {{"from", &ImageRules::from, "where pages show them", {.required = true}},
     {"css", &ImageRules::css, "only inside of these", {.check = &check_css}},
     {"min_width", &ImageRules::min_width, "in pixels", {.low = 0, .high = 1e9}},
     {"min_height", &ImageRules::min_height, "in pixels", {.low = 0, .high = 1e9}},
     {"min_bytes", &ImageRules::min_bytes, "of the file", {.high = 1e9}},
     {"formats", &ImageRules::formats, "jpeg, png ..; all by default"},
     {"hosts", &ImageRules::hosts, "where they may lie"}},
    &check_images};

const base::Settings<FileRules> FileRules::settings{
    {{"types",
      &FileRules::types,
      "media types such as application/pdf or application/*",
      {.required = true, .flag = "files", .check = &check_type}},
     {"max_bytes", &FileRules::max_bytes, "0: no limit but the fetcher's", {.high = 1e9}},
     {"hosts", &FileRules::hosts, "where they may lie"}},
    &check_files};

bool ImageRules::takes(ImagePlace place) const {
    return std::find(from.begin(), from.end(), place) != from.end();
}

std::vector<MediaLink>
media_links(const formats::Document& document, const MediaRules& rules, const formats::Url& base) {
    return Finder(document, rules, base).run();
}

std::string_view media_type_of_ending(std::string_view path) {
    path = path.substr(path.rfind('/') + 1);
    auto dot = path.rfind('.');
    if (dot == path.npos) return {};
    auto ending = base::to_lower(path.substr(dot + 1));
    for (const auto& [known, type] : endings)
        if (known == ending) return type;
    return {};
}

bool is_image_type(std::string_view media_type) {
    return media_type.starts_with("image/");
}

std::optional<MediaRefusal>
refusal_of(const ImageRules& rules, const formats::Image& image, std::size_t bytes) {
    auto size = std::to_string(image.width) + " x " + std::to_string(image.height);
    if (image.width < rules.min_width || image.height < rules.min_height)
        return MediaRefusal{SkipReason::too_small, size};
    if (bytes < rules.min_bytes)
        return MediaRefusal{SkipReason::too_small, std::to_string(bytes) + " bytes"};
    bool fits =
        rules.formats.empty() ||
        std::find(rules.formats.begin(), rules.formats.end(), image.format) != rules.formats.end();
    if (!fits) return MediaRefusal{SkipReason::format, image.format};
    return std::nullopt;
}

}  // namespace crawler
