// Word lists of what stands around articles, in the languages that were met. They are data and kept
// apart from the code that asks for them; each is compared in lower case and with spaces collapsed.
// A single word such as "related" ends an article only if nothing follows that would make it a
// sentence (names_pages), because articles have headings of their own.
#include "crawler/extract/article/article_marks.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "base/text/ascii.hpp"

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
        if (!base::is_space(c)) {
            if (c != '-' && c != '_') word.push_back(base::lower(c));
            continue;
        }
        if (std::find(names.begin(), names.end(), word) != names.end()) return true;
        word.clear();
    }
    return false;
}

template <typename Starts>
bool begins_with_any(std::string_view text, const Starts& starts) {
    return !text.empty() && std::any_of(starts.begin(), starts.end(), [&](std::string_view start) {
        return text.front() == start.front() && text.starts_with(start);
    });
}

// After "related" and the like: nothing more, or what is related.
bool names_pages(std::string_view rest) {
    constexpr std::array nouns{"article"sv,  "articles"sv, "post"sv,
                               "posts"sv,    "stories"sv,  "story"sv,
                               "news"sv,     "content"sv,  "coverage"sv,
                               "reading"sv,  "links"sv,    "link"sv,
                               "topics"sv,   "videos"sv,   "pages"sv,
                               "for you"sv,  "now"sv,      "items"sv,
                               "reads"sv,    "to our"sv,   "to the"sv,
                               "up"sv,       "here"sv,     "today"sv,
                               "articolo"sv, "on"sv,       "beitr\xc3\xa4ge"sv,
                               "artikel"sv,  "themen"sv,   "stories:"sv};
    while (!rest.empty() && !base::is_alnum(rest.front()) &&
           static_cast<unsigned char>(rest.front()) < 0x80)
        rest.remove_prefix(1);
    while (!rest.empty() && !base::is_alnum(rest.back()) &&
           static_cast<unsigned char>(rest.back()) < 0x80)
        rest.remove_suffix(1);
    if (std::all_of(rest.begin(), rest.end(), base::is_digit)) return true;  // how many there are
    return std::any_of(nouns.begin(), nouns.end(), [&](std::string_view noun) {
        return rest == noun ||
               (rest.starts_with(noun) && rest.substr(noun.size()).starts_with(' '));
    });
}

constexpr std::array label_texts{
    "advertisement"sv,
    "advertisements"sv,
    "advertising"sv,
    "ad"sv,
    "ads"sv,
    "sponsored"sv,
    "sponsored content"sv,
    "promoted"sv,
    "story continues below advertisement"sv,
    "story continues below"sv,
    "article continues below"sv,
    "article continues below advertisement"sv,
    "continue reading below"sv,
    "scroll to continue"sv,
    "continue reading"sv,
    "anzeige"sv,
    "werbung"sv,
    "publicit\xc3\xa9"sv,
    "publicidad"sv,
    "pubblicit\xc3\xa0"sv,
    "publicidade"sv,
    "advertentie"sv,
    "reklama"sv,
    "annons"sv,
    "annonse"sv,
    "annonce"sv,
    "\xd1\x80\xd0\xb5\xd0\xba\xd0\xbb\xd0\xb0\xd0\xbc\xd0\xb0"sv,
    "\xe5\xb9\xbf\xe5\x91\x8a"sv,
    "\xe5\xba\x83\xe5\x91\x8a"sv,
    "share"sv,
    "share this"sv,
    "share this article"sv,
    "share this story"sv,
    "share this post"sv,
    "tweet"sv,
    "print"sv,
    "email"sv,
    "share on facebook"sv,
    "share on twitter"sv,
    "teilen"sv,
    "artikel teilen"sv,
    "partager"sv,
    "compartir"sv,
    "compartilhar"sv,
    "condividi"sv,
    "loading..."sv,
    "play video"sv,
    "watch now"sv,
    "table of contents"sv,
    "image"sv,
    "video"sv,
    "externer inhalt"sv};

constexpr std::array elsewhere_starts{
    "read more"sv,
    "read also"sv,
    "also read"sv,
    "read:"sv,
    "read next"sv,
    "read the full"sv,
    "see also"sv,
    "see more"sv,
    "more:"sv,
    "more from"sv,
    "more on"sv,
    "related:"sv,
    "related story"sv,
    "related article"sv,
    "related stories"sv,
    "related coverage"sv,
    "recommended"sv,
    "you may also"sv,
    "you might also"sv,
    "don't miss"sv,
    "don\xe2\x80\x99t miss"sv,
    "must read"sv,
    "must-read"sv,
    "trending"sv,
    "watch:"sv,
    "watch also"sv,
    "subscribe"sv,
    "sign up"sv,
    "follow us"sv,
    "follow @"sv,
    "click here"sv,
    "next:"sv,
    "previous:"sv,
    "join our"sv,
    "check out"sv,
    "up next"sv,
    "learn more:"sv,
    "further reading"sv,
    "lesen sie"sv,
    "lies auch"sv,
    "lest auch"sv,
    "mehr zum thema"sv,
    "auch interessant"sv,
    "mehr:"sv,
    "mehr dazu"sv,
    "siehe auch"sv,
    "zum weiterlesen"sv,
    "weiterlesen"sv,
    "lire aussi"sv,
    "\xc3\xa0 lire"sv,
    "lire \xc3\xa9galement"sv,
    "voir aussi"sv,
    "lea tambi"sv,
    "lea m\xc3\xa1s"sv,
    "lea:"sv,
    "lee tambi"sv,
    "leer tambi"sv,
    "le puede interesar"sv,
    "te puede interesar"sv,
    "puede leer"sv,
    "ver tambi"sv,
    "vea tambi"sv,
    "puedes ver"sv,
    "tambi\xc3\xa9n lee"sv,
    "leia tamb"sv,
    "leia mais"sv,
    "veja tamb"sv,
    "leggi anche"sv,
    "leggi tutto"sv,
    "lees ook"sv,
    "lees meer"sv,
    "czytaj"sv,
    "zobacz"sv,
    "przeczytaj"sv,
    "\xd1\x87\xd0\xb8\xd1\x82\xd0\xb0\xd0\xb9\xd1\x82\xd0\xb5"sv,
    "ler mais"sv,
    "l\xc3\xa4s mer"sv,
    "l\xc3\xa4s ocks\xc3\xa5"sv,
    "les ogs\xc3\xa5"sv,
    "l\xc3\xa6s ogs\xc3\xa5"sv};

}  // namespace

bool is_body_name(std::string_view class_or_id) {
    return any_word_in(class_or_id, body_names);
}

bool is_byline_name(std::string_view class_or_id) {
    return any_word_in(class_or_id, byline_names);
}

bool is_label(std::string_view text) {
    auto letters = text;
    while (!letters.empty() && !base::is_alnum(letters.front()) &&
           static_cast<unsigned char>(letters.front()) < 0x80)
        letters.remove_prefix(1);
    while (!letters.empty() && !base::is_alnum(letters.back()) &&
           static_cast<unsigned char>(letters.back()) < 0x80 && letters.back() != '.')
        letters.remove_suffix(1);
    return std::find(label_texts.begin(), label_texts.end(), letters) != label_texts.end();
}

bool is_credit(std::string_view text) {
    constexpr std::array starts{
        "photo:"sv,
        "photo by"sv,
        "photos:"sv,
        "photos by"sv,
        "photo credit"sv,
        "photograph:"sv,
        "photograph by"sv,
        "image:"sv,
        "image credit"sv,
        "images:"sv,
        "image source"sv,
        "image via"sv,
        "images via"sv,
        "credit:"sv,
        "credits:"sv,
        "picture:"sv,
        "picture credit"sv,
        "file photo"sv,
        "featured image"sv,
        "foto:"sv,
        "fotos:"sv,
        "foto \xc2\xa9"sv,
        "bild:"sv,
        "bilder:"sv,
        "bildquelle"sv,
        "titelbild:"sv,
        "beitragsbild"sv,
        "imagen:"sv,
        "cr\xc3\xa9\x64it photo"sv,
        "\xc2\xa9 "sv,
        "getty images"sv,
        "screenshot:"sv,
        "illustration:"sv,
        "illustration by"sv};
    while (text.starts_with('(') || text.starts_with('[')) text.remove_prefix(1);
    return begins_with_any(text, starts);
}

bool is_disclosure(std::string_view text) {
    auto says = [&](std::string_view part) { return text.find(part) != text.npos; };
    return (says("affiliate") && (says("commission") || says("link"))) ||
           (says("may earn") && says("commission")) ||
           (says("independently selected") && says("purchase")) ||
           (says("sign up for") && says("newsletter")) ||
           (says("subscribe to") && says("newsletter"));
}

bool points_elsewhere(std::string_view text) {
    while (!text.empty() && !base::is_alnum(text.front()) &&
           static_cast<unsigned char>(text.front()) < 0x80)
        text.remove_prefix(1);
    for (auto mark : {"\xe2\x96\xba"sv, "\xc2\xbb"sv, "\xe2\x86\x92"sv, "\xe2\x80\xa2"sv})
        if (text.starts_with(mark)) text.remove_prefix(mark.size());
    text = base::trim(text);
    return begins_with_any(text, elsewhere_starts);
}

bool ends_article(std::string_view text) {
    if (text.size() > 60) return false;
    auto lowered = base::to_lower(text);
    return std::any_of(end_phrases.begin(), end_phrases.end(), [&](std::string_view phrase) {
        if (!lowered.starts_with(phrase)) return false;
        auto rest = std::string_view(lowered).substr(phrase.size());
        if (!rest.empty() && base::is_alpha(rest.front())) return false;
        bool whole = phrase.find(' ') != phrase.npos;
        return whole || names_pages(rest);
    });
}

}  // namespace crawler
