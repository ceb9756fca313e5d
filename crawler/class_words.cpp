#include "crawler/class_words.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <string>
#include <unordered_map>

#include "crawler/article_marks.hpp"
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

ClassVerdict judge_words(std::string_view text) {
    ClassVerdict verdict;
    auto names = to_lower(text);
    verdict.unlikely = any_in(unlikely_words, names);
    verdict.likely = any_in(likely_words, names);
    verdict.weight = weight_of(names);
    verdict.body = is_body_name(text);
    verdict.byline = is_byline_name(text);
    return verdict;
}

// The pages of a site say the same few classes over and over.
ClassVerdict judge_known(std::string_view text) {
    constexpr std::size_t most = 4096, longest = 200;
    if (text.empty()) return {};
    if (text.size() > longest) return judge_words(text);
    struct Hash : std::hash<std::string_view> {
        using is_transparent = void;
    };
    thread_local std::unordered_map<std::string, ClassVerdict, Hash, std::equal_to<>> known;
    if (auto found = known.find(text); found != known.end()) return found->second;
    if (known.size() >= most) known.clear();
    return known.emplace(std::string(text), judge_words(text)).first->second;
}

}  // namespace

// No word holds a blank, so class and id can be judged apart.
ClassVerdict judge_class(std::string_view class_names, std::string_view id) {
    // An id of many words is made from a heading, and says nothing about the element.
    if (std::count(id.begin(), id.end(), '-') >= 3) id = {};
    auto verdict = judge_known(class_names);
    auto other = judge_known(id);
    verdict.unlikely = verdict.unlikely || other.unlikely;
    verdict.likely = verdict.likely || other.likely;
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
