#include "formats/text/stop_words.hpp"

namespace formats {

namespace {

// English as in Gopher; the others are the most frequent function words of their languages.
constexpr StopWords stop_lists[] = {
    {"en", {"the", "be", "to", "of", "and", "that", "have", "with"}},
    {"de", {"der", "die", "und", "in", "den", "von", "zu", "mit"}},
    {"fr", {"de", "la", "le", "et", "les", "des", "en", "que"}},
    {"es", {"de", "la", "que", "el", "en", "y", "los", "con"}},
    {"it", {"di", "e", "il", "la", "che", "in", "per", "con"}},
    {"pt", {"de", "a", "o", "que", "e", "do", "da", "com"}},
    {"nl", {"de", "en", "van", "het", "een", "in", "dat", "met"}},
    {"sv", {"och", "i", "att", "en", "som", "det", "av", "med"}},
    {"da", {"og", "i", "at", "en", "som", "det", "af", "med"}},
    {"no", {"og", "i", "å", "en", "som", "det", "av", "med"}},
    {"pl", {"w", "i", "na", "z", "do", "się", "że", "nie"}},
    {"cs", {"a", "v", "se", "na", "je", "že", "s", "z"}},
    {"ru", {"и", "в", "не", "на", "что", "с", "по", "как"}},
    {"uk", {"і", "в", "не", "на", "що", "з", "до", "та"}},
    {"tr", {"ve", "bir", "bu", "da", "de", "için", "ile", "olarak"}},
    {"fi", {"ja", "on", "ei", "se", "että", "oli", "joka", "myös"}},
    {"hu", {"a", "az", "és", "hogy", "nem", "egy", "is", "meg"}},
    {"ro", {"de", "și", "în", "a", "la", "cu", "pe", "care"}},
    {"el", {"και", "το", "να", "του", "η", "της", "με", "που"}},
    {"ar", {"في", "من", "على", "إلى", "أن", "التي", "عن", "مع"}},
    {"id", {"yang", "dan", "di", "dengan", "untuk", "dari", "ini", "pada"}}};

}  // namespace

const StopWords* stop_words_of(std::string_view language) {
    if (language == "nb" || language == "nn") language = "no";
    for (const auto& list : stop_lists)
        if (list.language == language) return &list;
    return nullptr;
}

}  // namespace formats
