// All lists of words are compiled into one finder, so that a class is read once whatever the number
// of words; the bits of what was found make the verdict. That words in names tell what an element
// is for is an idea of Readability (see article.hpp).
//
// Sites repeat the same few classes on every page: a small cache without an order of eviction, one
// slot a hash, answers most questions.
#include "crawler/extract/article/class_words.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "base/bytes/hash.hpp"
#include "crawler/extract/article/article_marks.hpp"
#include "formats/text/word_finder.hpp"

namespace crawler {

namespace {

using namespace std::string_view_literals;

enum Bit : std::uint32_t {
    unlikely = 1,
    weak = 2,
    builder = 4,
    likely = 8,
    foreign = 16,
    comments = 32,
    positive = 64,
    negative = 128,
};

// Found anywhere in a name; '-' stands for any mark between words and for the ends.
constexpr std::array unlikely_words{
    "-ad-"sv,       "ad-break"sv,     "adbox"sv,        "advert"sv,     "agegate"sv,  "ai2html"sv,
    "author-bio"sv, "breadcrumb"sv,   "byline-share"sv, "combx"sv,      "comment"sv,  "community"sv,
    "consent"sv,    "cookie"sv,       "cover-wrap"sv,   "disqus"sv,     "-extra"sv,   "footer"sv,
    "gdpr"sv,       "-legends"sv,     "-login"sv,       "masthead"sv,   "menu"sv,     "modal"sv,
    "most-read"sv,  "navbar"sv,       "navigation"sv,   "newsletter"sv, "outbrain"sv, "-pager-"sv,
    "pagination"sv, "popup"sv,        "popular"sv,      "promo"sv,      "recirc"sv,   "recommend"sv,
    "related"sv,    "remark"sv,       "replies"sv,      "-rss-"sv,      "share"sv,    "sharing"sv,
    "shoutbox"sv,   "sidebar"sv,      "signup"sv,       "skyscraper"sv, "social"sv,   "sponsor"sv,
    "subscri"sv,    "supplemental"sv, "taboola"sv,      "toolbar"sv,    "trending"sv, "tags-list"sv,
    "yom-remote"sv,
};
constexpr std::array weak_words{"widget"sv, "banner"sv};
// Page builders call each of their boxes a widget.
constexpr std::array builder_words{
    "elementor"sv,
    "so-panel"sv,
    "so-widget"sv,
    "panel-widget"sv,
    "siteorigin"sv};
constexpr std::array foreign_words{
    "relatedpost"sv,
    "related-post"sv,
    "related-article"sv,
    "relatedarticle"sv,
    "related-content"sv,
    "relatedcontent"sv,
    "related-stories"sv,
    "relatedstories"sv,
    "related-links"sv,
    "related-news"sv,
    "related-box"sv,
    "article-related"sv,
    "post-related"sv,
    "recommended"sv,
    "recommendation"sv,
    "most-read"sv,
    "see-also"sv,
    "seealso"sv,
    "read-also"sv,
    "nextstory"sv,
    "sharedaddy"sv,
    "addtoany"sv,
    "addthis"sv,
    "social-share"sv,
    "share-button"sv,
    "sharebutton"sv,
    "share-bar"sv,
    "share-links"sv,
    "post-share"sv,
    "article-share"sv,
    "entry-share"sv,
    "author-bio"sv,
    "authorbio"sv,
    "author-box"sv,
    "authorbox"sv,
    "about-author"sv,
    "aboutauthor"sv,
    "author-info"sv,
    "author-card"sv,
    "author-description"sv,
    "newsletter"sv,
    "nl-signup"sv,
    "subscribe"sv,
    "subscription"sv,
    "advert"sv,
    "ad-unit"sv,
    "ad-container"sv,
    "ad-slot"sv,
    "adsbygoogle"sv,
    "taboola"sv,
    "outbrain"sv,
    "cookie"sv,
    "breadcrumb"sv,
    "post-nav"sv,
    "postnav"sv,
    "nav-links"sv,
    "article-nav"sv,
    "prevnext"sv,
    "prev-next"sv,
    "next-post"sv,
    "nextpost"sv,
    "previous-post"sv,
    "pagination"sv,
    "post-tags"sv,
    "article-tags"sv,
    "entry-tags"sv,
    "tag-list"sv,
    "taglist"sv,
    "tags-links"sv,
    "entry-footer"sv,
    "post-footer"sv,
    "entry-utility"sv,
    "postmetadata"sv,
    "wp-caption-text"sv,
    "image-caption"sv,
    "imagecaption"sv,
    "img-caption"sv,
    "photo-caption"sv,
    "photocaption"sv,
    "caption-text"sv,
    "photo-credit"sv,
    "image-credit"sv,
    "img-credit"sv,
    "disclaimer"sv,
    "disclosure"sv,
    "post-ratings"sv,
    "wishlist"sv,
    "comment-form"sv,
    "-cta-"sv,
    "call-to-action"sv,
    "restricted-content"sv,
    "after-content"sv,
    "after-post"sv,
    "about-the-author"sv,
    "post-author"sv,
    "post-bio"sv,
    "table-of-contents"sv,
    "tableofcontents"sv,
    "toc-container"sv,
    "-toc-"sv,
    "editors-note"sv,
    "editornote"sv,
    "affiliate"sv,
    "social-links"sv,
    "follow-us"sv,
    "trust-badge"sv,
    "jump-to"sv,
    "-skip-"sv,
    "donate"sv,
    "membership"sv,
    "in-this-article"sv,
    "further-reading"sv,
};
constexpr std::array comment_words{
    "comment"sv,
    "disqus"sv,
    "replies"sv,
    "shoutbox"sv,
    "remark"sv,
    "combx"sv,
    "-respond"sv,
    "kommentar"sv};
constexpr std::array likely_words{
    "and"sv,
    "article"sv,
    "body"sv,
    "column"sv,
    "content"sv,
    "main"sv,
    "mathjax"sv,
    "shadow"sv,
    "entry"sv,
    "post"sv,
    "story"sv};
constexpr std::array positive_words{
    "article"sv,
    "body"sv,
    "content"sv,
    "entry"sv,
    "main"sv,
    "page"sv,
    "post"sv,
    "text"sv,
    "blog"sv,
    "story"sv};
constexpr std::array negative_words{
    "hidden"sv,  "combx"sv,    "comment"sv, "-com-"sv,    "contact"sv,  "footer"sv,
    "gdpr"sv,    "masthead"sv, "media"sv,   "meta"sv,     "outbrain"sv, "promo"sv,
    "related"sv, "scroll"sv,   "share"sv,   "shoutbox"sv, "sidebar"sv,  "skyscraper"sv,
    "sponsor"sv, "shopping"sv, "tags"sv,    "caption"sv,  "credit"sv,   "newsletter"sv,
};

formats::WordFinder make_finder() {
    std::vector<formats::WordFinder::Entry> all;
    auto add = [&](const auto& words, Bit bit) {
        for (auto word : words) all.emplace_back(word, bit);
    };
    add(unlikely_words, unlikely);
    add(weak_words, weak);
    add(builder_words, builder);
    add(foreign_words, foreign);
    add(comment_words, comments);
    add(likely_words, likely);
    add(positive_words, positive);
    add(negative_words, negative);
    return formats::WordFinder(all);
}

// Names such as "md:hidden" and "[&>p]:mt-0" say how things look under a condition.
std::string without_conditions(std::string_view names) {
    std::string kept;
    while (!names.empty()) {
        auto end = std::min(names.find_first_of(" \t\n\f\r"), names.size());
        auto name = names.substr(0, end);
        if (name.find_first_of(":[") == name.npos) kept.append(name).push_back(' ');
        names.remove_prefix(std::min(end + 1, names.size()));
    }
    return kept;
}

ClassVerdict judge_words(std::string_view text) {
    static const formats::WordFinder finder = make_finder();
    std::string kept;
    if (text.find_first_of(":[") != text.npos) text = kept = without_conditions(text);
    auto bits = finder.find(text);
    ClassVerdict verdict;
    verdict.unlikely = bits & unlikely;
    bool weakly = (bits & weak) && !(bits & builder);
    if (!verdict.unlikely && weakly) verdict.unlikely = verdict.weak = true;
    verdict.foreign = bits & foreign;
    verdict.comments = bits & comments;
    verdict.likely = bits & likely;
    if (!text.empty())
        verdict.weight = (bits & positive ? 25 : 0) - (bits & negative || weakly ? 25 : 0);
    verdict.body = is_body_name(text);
    verdict.byline = is_byline_name(text);
    return verdict;
}

// The pages of a site say the same few classes over and over: the last verdict of each slot is
// kept.
ClassVerdict judge_known(std::string_view text) {
    constexpr std::size_t slots = 1024, longest = 200;
    if (text.empty()) return {};
    if (text.size() > longest) return judge_words(text);
    struct Known {
        std::string text;
        ClassVerdict verdict;
    };
    thread_local std::vector<Known> known(slots);
    auto& slot = known[base::hash_64(text) % slots];
    if (slot.text != text) slot = {std::string(text), judge_words(text)};
    return slot.verdict;
}

}  // namespace

// No word holds a blank, so class and id can be judged apart.
ClassVerdict judge_class(std::string_view class_names, std::string_view id) {
    // An id of many words is made from a heading, and says nothing about the element.
    if (std::count(id.begin(), id.end(), '-') >= 3) id = {};
    auto verdict = judge_known(class_names);
    if (id.empty()) return verdict;
    auto other = judge_known(id);
    bool surely = (verdict.unlikely && !verdict.weak) || (other.unlikely && !other.weak);
    verdict.weak = !surely && (verdict.weak || other.weak);
    verdict.unlikely = verdict.unlikely || other.unlikely;
    verdict.likely = verdict.likely || other.likely;
    verdict.foreign = verdict.foreign || other.foreign;
    verdict.comments = verdict.comments || other.comments;
    verdict.weight += other.weight;
    verdict.body = verdict.body || other.body;
    verdict.byline = verdict.byline || other.byline;
    return verdict;
}

bool is_foreign_role(std::string_view role) {
    constexpr std::array roles{
        "menu"sv,
        "menubar"sv,
        "complementary"sv,
        "navigation"sv,
        "alert"sv,
        "alertdialog"sv,
        "dialog"sv,
        "contentinfo"sv,
        "search"sv,
        "banner"sv};
    return std::find(roles.begin(), roles.end(), role) != roles.end();
}

}  // namespace crawler
