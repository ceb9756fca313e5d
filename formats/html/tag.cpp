// The elements of HTML by name, and the traits by which the tree is built.
//
// Every start and end tag of a crawl is looked up here, so names are found by a hash of three
// letters in a table made at compile time; a name that is in no table is Tag::other and keeps its
// text.
#include "formats/html/tag.hpp"

#include <array>

namespace formats {

namespace {

constexpr auto tag_count = static_cast<std::size_t>(Tag::count);

constexpr std::array<std::string_view, tag_count> names{
    "",           "a",        "abbr",       "address",  "applet",    "area",     "article",
    "aside",      "audio",    "b",          "base",     "basefont",  "bgsound",  "big",
    "blockquote", "body",     "br",         "button",   "canvas",    "caption",  "center",
    "cite",       "code",     "col",        "colgroup", "dd",        "del",      "details",
    "dfn",        "dialog",   "dir",        "div",      "dl",        "dt",       "em",
    "embed",      "fieldset", "figcaption", "figure",   "font",      "footer",   "form",
    "frame",      "frameset", "h1",         "h2",       "h3",        "h4",       "h5",
    "h6",         "head",     "header",     "hgroup",   "hr",        "html",     "i",
    "iframe",     "img",      "input",      "ins",      "kbd",       "keygen",   "label",
    "legend",     "li",       "link",       "listing",  "main",      "map",      "mark",
    "marquee",    "math",     "menu",       "meta",     "meter",     "nav",      "nobr",
    "noembed",    "noframes", "noscript",   "object",   "ol",        "optgroup", "option",
    "output",     "p",        "param",      "picture",  "plaintext", "pre",      "progress",
    "q",          "rb",       "rp",         "rt",       "rtc",       "ruby",     "s",
    "samp",       "script",   "search",     "section",  "select",    "small",    "source",
    "span",       "strike",   "strong",     "style",    "sub",       "summary",  "sup",
    "svg",        "table",    "tbody",      "td",       "template",  "textarea", "tfoot",
    "th",         "thead",    "time",       "title",    "tr",        "track",    "tt",
    "u",          "ul",       "var",        "video",    "wbr",       "xmp",
};
static_assert(names.back() == "xmp");

// Of a name that is not empty: its length and three of its letters tell nearly all elements apart.
constexpr std::size_t hash_of(std::string_view name) {
    auto letter = [&](std::size_t at) { return static_cast<unsigned char>(name[at]) & 0x1fU; };
    auto size = name.size();
    return (letter(0) * 33 + letter(size - 1)) * 7 + letter(size / 2) * 31 + size * 111;
}

// Open addressing; a slot of 0 is empty.
constexpr std::size_t slots = 1024;
constexpr auto table = [] {
    std::array<std::uint8_t, slots> filled{};
    for (std::size_t i = 1; i < names.size(); ++i) {
        auto at = hash_of(names[i]) % slots;
        while (filled[at]) at = (at + 1) % slots;
        filled[at] = static_cast<std::uint8_t>(i);
    }
    return filled;
}();

constexpr auto traits_of = [] {
    std::array<std::uint16_t, tag_count> all{};
    using enum Tag;
    auto give = [&](TagTrait trait, std::initializer_list<Tag> tags) {
        for (auto tag : tags) {
            auto& traits = all[static_cast<std::size_t>(tag)];
            traits = static_cast<std::uint16_t>(traits | trait);
        }
    };
    give(
        is_void,
        {area,
         base,
         basefont,
         bgsound,
         br,
         col,
         embed,
         frame,
         hr,
         img,
         input,
         keygen,
         link,
         meta,
         param,
         source,
         track,
         wbr}
    );
    give(is_special, {address, applet,     area,      article,    aside,     base,     basefont,
                      bgsound, blockquote, body,      br,         button,    caption,  center,
                      col,     colgroup,   dd,        details,    dir,       div,      dl,
                      dt,      embed,      fieldset,  figcaption, figure,    footer,   form,
                      frame,   frameset,   h1,        h2,         h3,        h4,       h5,
                      h6,      head,       header,    hgroup,     hr,        html,     iframe,
                      img,     input,      keygen,    li,         link,      listing,  main,
                      marquee, menu,       meta,      nav,        noembed,   noframes, noscript,
                      object,  ol,         p,         param,      plaintext, pre,      script,
                      search,  section,    select,    source,     style,     summary,  table,
                      tbody,   td,         template_, textarea,   tfoot,     th,       thead,
                      title,   tr,         track,     ul,         wbr,       xmp});
    give(ends_p, {address, article, aside,   blockquote, center,     details,   dialog,
                  dir,     div,     dl,      fieldset,   figcaption, figure,    footer,
                  form,    h1,      h2,      h3,         h4,         h5,        h6,
                  header,  hgroup,  hr,      li,         dd,         dt,        listing,
                  main,    menu,    nav,     ol,         p,          plaintext, pre,
                  search,  section, summary, table,      ul,         xmp});
    give(is_scope, {applet, caption, html, table, td, th, marquee, object, select, template_});
    give(is_heading, {h1, h2, h3, h4, h5, h6});
    give(is_raw, {script, style, title, textarea, xmp, iframe, noembed, noframes, plaintext});
    give(is_escapable, {title, textarea});
    give(
        is_metadata,
        {base, basefont, bgsound, link, meta, title, script, style, noscript, noframes, template_}
    );
    give(is_formatting, {a, b, big, code, em, font, i, nobr, s, small, strike, strong, tt, u});
    give(is_table_part, {caption, colgroup, col, tbody, thead, tfoot, tr, td, th});
    give(is_block, {address,   article, aside,  blockquote, body,    caption,  center,   dd,
                    details,   dialog,  dir,    div,        dl,      dt,       fieldset, figcaption,
                    figure,    footer,  form,   frameset,   h1,      h2,       h3,       h4,
                    h5,        h6,      header, hgroup,     hr,      html,     legend,   li,
                    listing,   main,    menu,   nav,        ol,      optgroup, option,   p,
                    plaintext, pre,     search, section,    summary, table,    tbody,    td,
                    tfoot,     th,      thead,  tr,         ul,      xmp,      br,       title,
                    textarea});
    give(has_implied_end, {dd, dt, li, optgroup, option, p, rb, rp, rt, rtc});
    give(
        is_invisible,
        {script,
         style,
         template_,
         noembed,
         noframes,
         iframe,
         object,
         embed,
         applet,
         canvas,
         svg,
         math,
         head,
         select,
         textarea,
         audio,
         video,
         map,
         noscript}
    );
    return all;
}();

}  // namespace

const std::array<std::uint16_t, tag_count> tag_traits = traits_of;

Tag tag_of(std::string_view name) {
    if (name.empty() || name.size() > 10) return Tag::other;
    for (auto at = hash_of(name) % slots; table[at]; at = (at + 1) % slots)
        if (names[table[at]] == name) return static_cast<Tag>(table[at]);
    return Tag::other;
}

std::string_view name_of(Tag tag) {
    return names[static_cast<std::size_t>(tag)];
}

}  // namespace formats
