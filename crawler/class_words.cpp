#include "crawler/class_words.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "crawler/characters.hpp"

namespace crawler {

namespace {

using namespace std::string_view_literals;

// Found anywhere in a name.
constexpr std::array unlikely_words{
    "-ad-"sv,       "ad-break"sv,     "adbox"sv,      "advert"sv,     "agegate"sv,
    "ai2html"sv,    "author-bio"sv,   "banner"sv,     "breadcrumb"sv, "byline-share"sv,
    "combx"sv,      "comment"sv,      "community"sv,  "consent"sv,    "cookie"sv,
    "cover-wrap"sv, "disqus"sv,       "extra"sv,      "footer"sv,     "gdpr"sv,
    "legends"sv,    "login"sv,        "masthead"sv,   "menu"sv,       "modal"sv,
    "most-read"sv,  "navbar"sv,       "navigation"sv, "newsletter"sv, "outbrain"sv,
    "pager"sv,      "pagination"sv,   "paywall"sv,    "popup"sv,      "popular"sv,
    "promo"sv,      "recirc"sv,       "recommend"sv,  "related"sv,    "remark"sv,
    "replies"sv,    "rss"sv,          "share"sv,      "sharing"sv,    "shoutbox"sv,
    "sidebar"sv,    "signup"sv,       "skyscraper"sv, "social"sv,     "sponsor"sv,
    "subscri"sv,    "supplemental"sv, "taboola"sv,    "toolbar"sv,    "trending"sv,
    "tags-list"sv,  "widget"sv,       "yom-remote"sv,
};
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
    "hentry"sv,
    "h-entry"sv,
    "main"sv,
    "page"sv,
    "post"sv,
    "text"sv,
    "blog"sv,
    "story"sv,
};
constexpr std::array negative_words{
    "hidden"sv, "banner"sv,   "combx"sv,    "comment"sv, "com-"sv,       "contact"sv, "footer"sv,
    "gdpr"sv,   "masthead"sv, "media"sv,    "meta"sv,    "outbrain"sv,   "promo"sv,   "related"sv,
    "scroll"sv, "share"sv,    "shoutbox"sv, "sidebar"sv, "skyscraper"sv, "sponsor"sv, "shopping"sv,
    "tags"sv,   "widget"sv,   "caption"sv,  "credit"sv,  "newsletter"sv,
};

template <typename Words>
bool any_in(const Words& words, std::string_view text) {
    return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
        return text.find(word) != text.npos;
    });
}

int weight_of(std::string_view name) {
    int weight = 0;
    if (name.empty()) return 0;
    if (any_in(negative_words, name)) weight -= 25;
    if (any_in(positive_words, name)) weight += 25;
    return weight;
}

}  // namespace

ClassVerdict judge_class(std::string_view class_names, std::string_view id) {
    ClassVerdict verdict;
    if (class_names.empty() && id.empty()) return verdict;
    // An id of many words is made from a heading, and says nothing about the element.
    if (std::count(id.begin(), id.end(), '-') >= 3) id = {};
    auto names = to_lower(class_names), key = to_lower(id);
    auto both = names + " " + key;
    verdict.unlikely = any_in(unlikely_words, both);
    verdict.likely = any_in(likely_words, both);
    verdict.weight = weight_of(names) + weight_of(key);
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
