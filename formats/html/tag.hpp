#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace crawler {

// The HTML elements that the parser or an extractor treats specially; `other` is any other name.
// Names by name_of().
enum class Tag : std::uint8_t {
    other,
    a,
    abbr,
    address,
    applet,
    area,
    article,
    aside,
    audio,
    b,
    base,
    basefont,
    bgsound,
    big,
    blockquote,
    body,
    br,
    button,
    canvas,
    caption,
    center,
    cite,
    code,
    col,
    colgroup,
    dd,
    del,
    details,
    dfn,
    dialog,
    dir,
    div,
    dl,
    dt,
    em,
    embed,
    fieldset,
    figcaption,
    figure,
    font,
    footer,
    form,
    frame,
    frameset,
    h1,
    h2,
    h3,
    h4,
    h5,
    h6,
    head,
    header,
    hgroup,
    hr,
    html,
    i,
    iframe,
    img,
    input,
    ins,
    kbd,
    keygen,
    label,
    legend,
    li,
    link,
    listing,
    main,
    map,
    mark,
    marquee,
    math,
    menu,
    meta,
    meter,
    nav,
    nobr,
    noembed,
    noframes,
    noscript,
    object,
    ol,
    optgroup,
    option,
    output,
    p,
    param,
    picture,
    plaintext,
    pre,
    progress,
    q,
    rb,
    rp,
    rt,
    rtc,
    ruby,
    s,
    samp,
    script,
    search,
    section,
    select,
    small,
    source,
    span,
    strike,
    strong,
    style,
    sub,
    summary,
    sup,
    svg,
    table,
    tbody,
    td,
    template_,
    textarea,
    tfoot,
    th,
    thead,
    time,
    title,
    tr,
    track,
    tt,
    u,
    ul,
    var,
    video,
    wbr,
    xmp,
    count
};

// `name` in lower case.
Tag tag_of(std::string_view name);
std::string_view name_of(Tag tag);

// What an element is to the tree builder and the extractors.
enum TagTrait : std::uint16_t {
    is_void = 1,     // has no content and no end tag
    is_special = 2,  // HTML standard, "special" elements
    ends_p = 4,      // its start tag closes an open paragraph
    is_scope = 8,    // bounds "has an element in scope"
    is_heading = 16,
    is_raw = 32,          // content is text up to the end tag
    is_escapable = 64,    // .. in which character references count
    is_metadata = 128,    // belongs into head as long as there is no body
    is_formatting = 256,  // b, i, a ..
    is_table_part = 512,  // tbody, tr, td ..
    is_block = 1024,      // starts a new line of text
    has_implied_end = 2048,
    is_invisible = 4096,  // its content is not text for readers
};
extern const std::array<std::uint16_t, static_cast<std::size_t>(Tag::count)> tag_traits;
inline bool has_trait(Tag tag, unsigned traits) {
    return tag_traits[static_cast<std::size_t>(tag)] & traits;
}

}  // namespace crawler
