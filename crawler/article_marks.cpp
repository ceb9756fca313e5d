#include "crawler/article_marks.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "crawler/characters.hpp"

namespace crawler {

namespace {

using namespace std::string_view_literals;

// Compared without the marks between the parts of a name.
constexpr std::array body_names{
    "articlebody"sv,   "articlecontent"sv,  "articletext"sv,        "articlebodycontent"sv,
    "articlemain"sv,   "articlebodytext"sv, "articlecontentbody"sv, "articlecopy"sv,
    "articlestory"sv,  "articleinner"sv,    "bodycopy"sv,           "bodytext"sv,
    "blogcontent"sv,   "blogpostcontent"sv, "blogpostbody"sv,       "contentarticle"sv,
    "contentbody"sv,   "contentbodytext"sv, "entrycontent"sv,       "entrybody"sv,
    "entrytext"sv,     "maincontentbody"sv, "newscontent"sv,        "newstext"sv,
    "newsbody"sv,      "newsarticletext"sv, "pagecontentarticle"sv, "postcontent"sv,
    "postbody"sv,      "posttext"sv,        "postentry"sv,          "postbodycontent"sv,
    "richtext"sv,      "singlecontent"sv,   "singlepostcontent"sv,  "storybody"sv,
    "storycontent"sv,  "storytext"sv,       "storybodytext"sv,      "storymain"sv,
    "tdpostcontent"sv, "textcontent"sv,     "thecontent"sv,         "zncontent"sv,
    "zn-body"sv,
};

constexpr std::array byline_names{
    "byline"sv,      "bylines"sv,     "dateline"sv,    "timestamp"sv,   "postmeta"sv,
    "entrymeta"sv,   "articlemeta"sv, "storymeta"sv,   "publishdate"sv, "publisheddate"sv,
    "pubdate"sv,     "postdate"sv,    "entrydate"sv,   "articledate"sv, "datetime"sv,
    "publishtime"sv, "postinfo"sv,    "articleinfo"sv, "postauthor"sv,  "articleauthor"sv,
    "entryauthor"sv, "authorname"sv,  "readingtime"sv, "postedon"sv,
};

constexpr std::array end_phrases{
    // English
    "related"sv,
    "read more"sv,
    "more from"sv,
    "more on"sv,
    "more stories"sv,
    "more news"sv,
    "most popular"sv,
    "most read"sv,
    "most viewed"sv,
    "recommended"sv,
    "you may also like"sv,
    "you might also like"sv,
    "you might be interested"sv,
    "also read"sv,
    "also on"sv,
    "see also"sv,
    "trending"sv,
    "top stories"sv,
    "latest news"sv,
    "latest stories"sv,
    "popular posts"sv,
    "recent posts"sv,
    "share this"sv,
    "share on"sv,
    "follow us"sv,
    "sign up"sv,
    "subscribe"sv,
    "newsletter"sv,
    "comments"sv,
    "leave a comment"sv,
    "leave a reply"sv,
    "add a comment"sv,
    "post a comment"sv,
    "join the conversation"sv,
    "about the author"sv,
    "editor's picks"sv,
    "editors' picks"sv,
    "from around the web"sv,
    "from the web"sv,
    "sponsored"sv,
    "promoted"sv,
    "like this:"sv,
    "what to read next"sv,
    "up next"sv,
    "next article"sv,
    "don't miss"sv,
    // German, French, Spanish, Italian, Portuguese, Dutch
    "mehr zum thema"sv,
    "lesen sie auch"sv,
    "das k\xc3\xb6nnte sie auch"sv,
    "weitere artikel"sv,
    "meistgelesen"sv,
    "kommentare"sv,
    "verwandte"sv,
    "sur le m\xc3\xaame sujet"sv,
    "lire aussi"sv,
    "\xc3\xa0 lire aussi"sv,
    "articles li\xc3\xa9s"sv,
    "commentaires"sv,
    "les plus lus"sv,
    "lee tambi\xc3\xa9n"sv,
    "te puede interesar"sv,
    "m\xc3\xa1s noticias"sv,
    "noticias relacionadas"sv,
    "lo m\xc3\xa1s le\xc3\xad\x64o"sv,
    "comentarios"sv,
    "leggi anche"sv,
    "potrebbe interessarti"sv,
    "articoli correlati"sv,
    "commenti"sv,
    "leia tamb\xc3\xa9m"sv,
    "leia mais"sv,
    "not\xc3\xad\x63ias relacionadas"sv,
    "coment\xc3\xa1rios"sv,
    "lees ook"sv,
    "gerelateerd"sv,
    "meest gelezen"sv,
};

// Each word of a class list, without case and without marks.
template <typename Names>
bool any_word_in(std::string_view text, const Names& names) {
    std::string word;
    for (std::size_t at = 0; at <= text.size(); ++at) {
        char c = at < text.size() ? text[at] : ' ';
        if (!is_space(c)) {
            if (c != '-' && c != '_') word.push_back(lower(c));
            continue;
        }
        if (std::find(names.begin(), names.end(), word) != names.end()) return true;
        word.clear();
    }
    return false;
}

}  // namespace

bool is_body_name(std::string_view class_or_id) {
    return any_word_in(class_or_id, body_names);
}

bool is_byline_name(std::string_view class_or_id) {
    return any_word_in(class_or_id, byline_names);
}

bool ends_article(std::string_view text) {
    if (text.size() > 60) return false;
    auto lowered = to_lower(text);
    return std::any_of(end_phrases.begin(), end_phrases.end(), [&](std::string_view phrase) {
        if (!lowered.starts_with(phrase)) return false;
        auto rest = std::string_view(lowered).substr(phrase.size());
        return rest.empty() || !is_alpha(rest.front());
    });
}

}  // namespace crawler
