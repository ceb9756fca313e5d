#include "formats/text/text_quality.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "base/bytes/hash.hpp"
#include "base/text/ascii.hpp"
#include "base/text/utf8.hpp"
#include "formats/text/pii.hpp"

namespace formats {

namespace {

constexpr std::array<std::string_view, measure_count> names{
    "words",
    "mean_word_length",
    "symbols_per_word",
    "ellipsis_lines",
    "bullet_lines",
    "terminal_lines",
    "short_lines",
    "alphabetic_words",
    "stop_words",
    "duplicate_lines",
    "duplicate_line_characters",
    "duplicate_paragraphs",
    "duplicate_paragraph_characters",
    "top_2gram",
    "top_3gram",
    "top_4gram",
    "duplicate_5gram",
    "duplicate_6gram",
    "duplicate_7gram",
    "duplicate_8gram",
    "duplicate_9gram",
    "duplicate_10gram",
    "lines_per_word",
    "sentences",
    "longest_word",
    "curly_braces",
    "lorem_ipsum",
    "javascript_lines",
    "replacement_share",
    "pii_email",
    "pii_phone",
    "pii_ip",
    "pii_iban",
    "pii_card",
    "main_share",
    "link_density",
    "language_confidence"};

constexpr std::size_t counted_words = 65'536;

struct StopWords {
    std::string_view language;
    std::array<std::string_view, 8> words;
};
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

// What a character is, as far as the measures ask.
enum class Class : std::uint8_t { other, letter, unspaced, broken };

Class class_of(char32_t c) {
    if (c < 0xA0) return Class::broken;  // C1
    if (c == 0xFFFD) return Class::broken;
    if (c < 0xC0) return c == 0xAA || c == 0xB5 || c == 0xBA ? Class::letter : Class::other;
    if (c == 0xD7 || c == 0xF7) return Class::other;
    if (c < 0x0E00) return c >= 0x2B0 && c < 0x370 ? Class::other : Class::letter;
    if (c < 0x0F00 || (c >= 0x1000 && c < 0x10A0) || (c >= 0x1780 && c < 0x1800))
        return Class::unspaced;
    if (c < 0x2000) return Class::letter;
    if (c < 0x2C00) return c >= 0x2070 && c < 0x20A0 ? Class::letter : Class::other;
    if (c < 0x2E00) return Class::letter;
    if (c < 0x3040) return c == 0x3005 ? Class::unspaced : Class::other;
    if (c < 0x3100 || (c >= 0x3400 && c < 0xA000) || (c >= 0xF900 && c < 0xFB00))
        return Class::unspaced;
    if (c < 0xFE00) return c >= 0xE000 && c < 0xF900 ? Class::other : Class::letter;
    if (c < 0xFF00) return c >= 0xFE70 ? Class::letter : Class::other;
    if (c < 0x10000) return c >= 0xFF66 && c < 0xFFA0 ? Class::unspaced : Class::other;
    if (c >= 0x1F000 && c < 0x20000) return Class::other;
    return c >= 0x20000 && c < 0x32000 ? Class::unspaced : Class::letter;
}

struct Word {
    std::uint64_t hash;
    std::uint32_t characters;
};

// Hashes seen before and how often; kept between texts, so that nothing is allocated for most.
class Counter {
public:
    struct Slot {
        std::uint64_t hash = 0;
        std::uint32_t round = 0;
        std::uint32_t count = 0;
    };
    void begin(std::size_t entries) {
        auto wanted = std::bit_ceil(std::max<std::size_t>(64, 2 * entries));
        if (slots_.size() < wanted) {
            slots_.assign(wanted, {});
            round_ = 0;
        }
        mask_ = wanted - 1;
        if (++round_ == 0) {
            slots_.assign(slots_.size(), {});
            round_ = 1;
        }
    }
    // How often the hash was there before this time.
    std::uint32_t& operator[](std::uint64_t hash) {
        for (auto at = hash & mask_;; at = (at + 1) & mask_) {
            auto& slot = slots_[at];
            if (slot.round != round_) {
                slot = {hash, round_, 0};
                return slot.count;
            }
            if (slot.hash == hash) return slot.count;
        }
    }

private:
    std::vector<Slot> slots_;
    std::size_t mask_ = 0;
    std::uint32_t round_ = 0;
};

std::uint64_t hash_of(std::string_view text) {
    return base::hash_64(text);
}

bool ends_with_any(std::string_view text, std::span<const std::string_view> ends) {
    return std::any_of(ends.begin(), ends.end(), [&](auto end) { return text.ends_with(end); });
}

constexpr std::string_view closers[] = {"\"", "'", ")", "]", "”", "’", "»", "“", "」", "』", "）"};
constexpr std::string_view terminals[] =
    {".", "!", "?", "…", "。", "！", "？", "؟", "۔", "।", "։", "።", "៕"};
constexpr std::string_view ellipses[] = {"...", "…"};
constexpr std::string_view bullets[] =
    {"•", "‣", "▶", "◀", "◦", "■", "□", "▪", "▫", "–", "●", "○", "·", "- ", "* "};

bool ends_a_sentence(std::string_view line) {
    for (int quotes = 0; quotes < 2; ++quotes)
        for (auto closer : closers)
            if (line.ends_with(closer)) {
                line.remove_suffix(closer.size());
                break;
            }
    return ends_with_any(line, terminals);
}

// Lines that C4 drops whatever they end with.
constexpr std::string_view notices[] = {
    "javascript",
    "terms of use",
    "privacy policy",
    "cookie policy",
    "uses cookies",
    "use of cookies",
    "use cookies"};

class Measuring {
public:
    Measuring(std::string_view text, std::string_view language) : text_(text) {
        for (const auto& list : stop_lists)
            if (list.language == language) stops_ = &list;
        if (language == "nb" || language == "nn") stops_ = &stop_lists[9];
        if (!stops_) return;
        for (auto stop : stops_->words)
            for (auto c :
                 {static_cast<unsigned char>(stop.front()),
                  static_cast<unsigned char>(stop.front() & ~0x20)})
                begins_stop_[c] = true;
    }

    Measures run() {
        values_.assign(measure_count, std::numeric_limits<double>::quiet_NaN());
        each_line();
        end_paragraph();
        summarise();
        repetitions();
        personal_data();
        return std::move(values_);
    }

private:
    void set(Measure measure, double value) { values_[static_cast<std::size_t>(measure)] = value; }

    void each_line() {
        for (std::size_t begin = 0; begin <= text_.size();) {
            auto end = std::min(text_.find('\n', begin), text_.size());
            auto line = text_.substr(begin, end - begin);
            while (!line.empty() && static_cast<unsigned char>(line.front()) <= ' ')
                line.remove_prefix(1);
            while (!line.empty() && static_cast<unsigned char>(line.back()) <= ' ')
                line.remove_suffix(1);
            if (line.empty()) {
                end_paragraph();
            } else {
                take_line(line);
            }
            begin = end + 1;
        }
    }

    void take_line(std::string_view line) {
        auto characters_before = characters_;
        auto words_before = words_;
        sentence_ends_ = 0;
        words_of(line);
        auto characters = characters_ - characters_before;
        ++lines_;
        line_characters_ += characters;
        if (characters < 30) ++short_lines_;
        bool ends_bare = base::is_alnum(line.back());
        bool ellipsis = !ends_bare && ends_with_any(line, ellipses);
        ellipsis_lines_ += ellipsis;
        bullet_lines_ += !base::is_alnum(line.front()) &&
                         std::any_of(std::begin(bullets), std::end(bullets), [&](auto bullet) {
                             return line.starts_with(bullet);
                         });
        bool terminal = !ends_bare && ends_a_sentence(line);
        terminal_lines_ += terminal;
        bool script = told_ && base::contains_ignoring_case(line, notices[0]);
        bool notice = told_ && std::any_of(std::begin(notices), std::end(notices), [&](auto words) {
                          return base::contains_ignoring_case(line, words);
                      });
        told_ = false;
        javascript_lines_ += script;
        if (terminal && !ellipsis && !notice && words_ - words_before >= 5)
            sentences_ += std::max<std::size_t>(1, sentence_ends_);
        auto hash = hash_of(line);
        line_hashes_.push_back({hash, static_cast<std::uint32_t>(characters)});
        paragraph_hash_ = paragraph_hash_ * 0x9FB21C651E98DF25 + hash;
        paragraph_characters_ += characters;
        in_paragraph_ = true;
    }

    void end_paragraph() {
        if (!in_paragraph_) return;
        paragraphs_.push_back({paragraph_hash_, static_cast<std::uint32_t>(paragraph_characters_)});
        paragraph_hash_ = 0;
        paragraph_characters_ = 0;
        in_paragraph_ = false;
    }

    void words_of(std::string_view line) {
        const auto* at = reinterpret_cast<const unsigned char*>(line.data());
        const auto* end = at + line.size();
        while (at < end) {
            if (*at <= ' ') {
                ++at;
                ++characters_;
                continue;
            }
            const auto* begin = at;
            std::uint32_t length = 0;
            bool letter = false;
            while (at<end&& * at> ' ') {
                unsigned char c = *at;
                ++length;
                if (c < 0x80) {
                    if (static_cast<unsigned char>((c | 0x20) - 'a') < 26) {
                        letter = true;
                        ++letters_;
                    } else if (c == '#') {
                        ++symbols_;
                    } else if (c == '{' || c == '}') {
                        curly_ = true;
                    }
                    ++at;
                    continue;
                }
                std::size_t size = 0;
                auto code = base::next_code_point(
                    {reinterpret_cast<const char*>(at), static_cast<std::size_t>(end - at)}, size
                );
                if (code == 0x2026) ++symbols_;
                auto kind = class_of(code);
                letter = letter || kind == Class::letter || kind == Class::unspaced;
                letters_ += kind == Class::letter;
                unspaced_ += kind == Class::unspaced;
                broken_ += kind == Class::broken;
                if (code == 0x3002 || code == 0xFF01 || code == 0xFF1F) ++sentence_ends_;
                at += size;
            }
            take_word(
                {reinterpret_cast<const char*>(begin), static_cast<std::size_t>(at - begin)},
                length,
                letter
            );
        }
    }

    void take_word(std::string_view word, std::uint32_t length, bool letter) {
        ++words_;
        characters_ += length;
        word_characters_ += length;
        alphabetic_ += letter;
        longest_ = std::max<std::size_t>(longest_, length);
        char last = word.back();
        if (last == '.' || last == '!' || last == '?') {
            ++sentence_ends_;
            if (word.ends_with("...")) ++symbols_;
        }
        if (words_list_.size() < counted_words) words_list_.push_back({hash_of(word), length});
        if (word.size() >= 5) look_for_notice(word);
        if (stops_ && begins_stop_[static_cast<unsigned char>(word.front())] && word.size() < 16)
            for (std::size_t i = 0; i < stops_->words.size(); ++i)
                if (base::equal_ignoring_case(word, stops_->words[i])) stop_words_ |= 1U << i;
    }

    // Whether the line may be a notice, or hold filler, told by a word that all of those have.
    void look_for_notice(std::string_view word) {
        while (!word.empty() && (word.front() == '(' || word.front() == '"' || word.front() == '\'')
        )
            word.remove_prefix(1);
        auto begins = [&](std::string_view lower) {
            return word.size() >= lower.size() &&
                   base::equal_ignoring_case(word.substr(0, lower.size()), lower);
        };
        switch (word.empty() ? 0 : word.front() | 0x20) {
            case 'j':
                told_ = told_ || begins("javascript");
                break;
            case 'c':
                told_ = told_ || begins("cookie");
                break;
            case 'p':
                told_ = told_ || begins("policy") || begins("privacy");
                break;
            case 't':
                told_ = told_ || begins("terms");
                break;
            case 'l':
                lorem_ = lorem_ || begins("lorem");
                break;
            default:
                break;
        }
    }

    static double share(double part, double whole) { return whole > 0 ? part / whole : 0; }

    void summarise() {
        auto words = static_cast<double>(words_), lines = static_cast<double>(lines_);
        set(Measure::words, words);
        if (unspaced_ * 2 <= letters_ + unspaced_)
            set(Measure::mean_word_length, share(static_cast<double>(word_characters_), words));
        set(Measure::symbols_per_word, share(static_cast<double>(symbols_), words));
        set(Measure::ellipsis_lines, share(static_cast<double>(ellipsis_lines_), lines));
        set(Measure::bullet_lines, share(static_cast<double>(bullet_lines_), lines));
        set(Measure::terminal_lines, share(static_cast<double>(terminal_lines_), lines));
        set(Measure::short_lines, share(static_cast<double>(short_lines_), lines));
        set(Measure::alphabetic_words, share(static_cast<double>(alphabetic_), words));
        if (stops_) set(Measure::stop_words, static_cast<double>(std::popcount(stop_words_)));
        set(Measure::lines_per_word, share(lines, words));
        set(Measure::sentences, static_cast<double>(sentences_));
        if (unspaced_ * 2 <= letters_ + unspaced_)
            set(Measure::longest_word, static_cast<double>(longest_));
        set(Measure::curly_braces, curly_ ? 1 : 0);
        set(Measure::lorem_ipsum,
            lorem_ && base::contains_ignoring_case(text_, "lorem ipsum") ? 1 : 0);
        set(Measure::javascript_lines, static_cast<double>(javascript_lines_));
        set(Measure::replacement_share,
            share(static_cast<double>(broken_), static_cast<double>(characters_)));
    }

    void repeated(const std::vector<Word>& parts, Measure by_count, Measure by_characters) {
        seen_.begin(parts.size());
        double again = 0, characters = 0, all = 0;
        for (const auto& part : parts) {
            all += part.characters;
            if (seen_[part.hash]++ == 0) continue;
            ++again;
            characters += part.characters;
        }
        set(by_count, share(again, static_cast<double>(parts.size())));
        set(by_characters, share(characters, all));
    }

    // An n-gram that occurs twice begins with an (n - 1)-gram that does: each pass looks only where
    // the last one found any.
    void repetitions() {
        repeated(line_hashes_, Measure::duplicate_lines, Measure::duplicate_line_characters);
        repeated(
            paragraphs_, Measure::duplicate_paragraphs, Measure::duplicate_paragraph_characters
        );
        auto count = words_list_.size();
        std::vector<std::uint32_t> places(count);
        std::vector<std::uint64_t> hashes(count);
        for (std::size_t i = 0; i < count; ++i) {
            places[i] = static_cast<std::uint32_t>(i);
            hashes[i] = words_list_[i].hash;
        }
        for (std::size_t n = 2; n <= 10; ++n) {
            while (!places.empty() && places.back() + n > count) places.pop_back();
            seen_.begin(places.size());
            for (auto place : places) {
                auto& hash = hashes[place];
                hash = (std::rotl(hash, 23) ^ words_list_[place + n - 1].hash) * 0x9FB21C651E98DF25;
                ++seen_[hash];
            }
            if (n <= 4) {
                set(static_cast<Measure>(static_cast<std::size_t>(Measure::top_2gram) + n - 2),
                    top(places, hashes, n));
            }
            std::size_t kept = 0;
            for (auto place : places)
                if (seen_[hashes[place]] > 1) places[kept++] = place;
            places.resize(kept);
            if (n >= 5)
                set(static_cast<Measure>(
                        static_cast<std::size_t>(Measure::duplicate_5gram) + n - 5
                    ),
                    duplicated(places, hashes, n));
        }
    }

    double characters_of(std::size_t place, std::size_t n) const {
        double sum = 0;
        for (std::size_t i = place; i < place + n; ++i) sum += words_list_[i].characters;
        return sum;
    }

    double top(
        const std::vector<std::uint32_t>& places,
        const std::vector<std::uint64_t>& hashes,
        std::size_t n
    ) {
        std::uint32_t most = 1;
        std::size_t where = 0;
        for (auto place : places)
            if (auto times = seen_[hashes[place]]; times > most) {
                most = times;
                where = place;
            }
        return most < 2
                   ? 0
                   : share(most * characters_of(where, n), static_cast<double>(word_characters_));
    }

    // `places` are those of n-grams that occur more than once.
    double duplicated(
        const std::vector<std::uint32_t>& places,
        const std::vector<std::uint64_t>& hashes,
        std::size_t n
    ) {
        if (places.empty()) return 0;
        seen_.begin(places.size());
        double again = 0;
        std::size_t covered = 0;
        for (auto place : places) {
            if (place < covered) continue;
            if (seen_[hashes[place]]++ == 0) continue;
            again += characters_of(place, n);
            covered = place + n;
        }
        return share(again, static_cast<double>(word_characters_));
    }

    void personal_data() {
        std::array<double, pii_kinds> counts{};
        for (const auto& span : find_pii(text_)) ++counts[static_cast<std::size_t>(span.kind)];
        for (std::size_t i = 0; i < pii_kinds; ++i)
            set(static_cast<Measure>(static_cast<std::size_t>(Measure::pii_email) + i), counts[i]);
    }

    std::string_view text_;
    const StopWords* stops_ = nullptr;
    std::array<bool, 256> begins_stop_{};  // bytes that a stop word begins with
    Measures values_;
    std::size_t words_ = 0, characters_ = 0, word_characters_ = 0, alphabetic_ = 0, symbols_ = 0,
                longest_ = 0;
    unsigned stop_words_ = 0;  // a bit for each that occurs
    std::size_t letters_ = 0, unspaced_ = 0, broken_ = 0;
    std::size_t lines_ = 0, line_characters_ = 0, short_lines_ = 0, ellipsis_lines_ = 0,
                bullet_lines_ = 0, terminal_lines_ = 0;
    std::size_t javascript_lines_ = 0, sentences_ = 0, sentence_ends_ = 0;
    bool curly_ = false, told_ = false, lorem_ = false, in_paragraph_ = false;
    std::uint64_t paragraph_hash_ = 0;
    std::size_t paragraph_characters_ = 0;
    std::vector<Word> words_list_, line_hashes_, paragraphs_;
    static thread_local Counter seen_;
};

thread_local Counter Measuring::seen_;

}  // namespace

std::string_view name_of(Measure measure) {
    return names.at(static_cast<std::size_t>(measure));
}

std::optional<Measure> measure_named(std::string_view name) {
    auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) return std::nullopt;
    return static_cast<Measure>(found - names.begin());
}

void set_value(Measures& measures, Measure measure, double value) {
    auto place = static_cast<std::size_t>(measure);
    if (measures.size() <= place)
        measures.resize(place + 1, std::numeric_limits<double>::quiet_NaN());
    measures[place] = value;
}

Measures measure_text(std::string_view utf8, std::string_view language) {
    return Measuring(utf8, language).run();
}

bool QualityRule::holds(std::span<const double> measures) const {
    auto value = value_of(measures, measure);
    return std::isnan(value) || (value >= low && value <= high);
}

bool QualityPreset::passes(std::span<const double> measures) const {
    return std::all_of(rules.begin(), rules.end(), [&](const auto& rule) {
        return rule.holds(measures);
    });
}

const std::array<QualityPreset, 3>& quality_presets() {
    static const auto made = [] {
        constexpr auto any = -std::numeric_limits<double>::infinity();
        constexpr auto most = std::numeric_limits<double>::infinity();
        using M = Measure;
        std::vector<QualityRule> gopher{
            {M::words, 50, 100'000},
            {M::mean_word_length, 3, 10},
            {M::symbols_per_word, any, 0.1},
            {M::bullet_lines, any, 0.9},
            {M::ellipsis_lines, any, 0.3},
            {M::alphabetic_words, 0.8, most},
            {M::stop_words, 2, most},
            {M::duplicate_lines, any, 0.3},
            {M::duplicate_paragraphs, any, 0.3},
            {M::duplicate_line_characters, any, 0.2},
            {M::duplicate_paragraph_characters, any, 0.2},
            {M::top_2gram, any, 0.2},
            {M::top_3gram, any, 0.18},
            {M::top_4gram, any, 0.16},
            {M::duplicate_5gram, any, 0.15},
            {M::duplicate_6gram, any, 0.14},
            {M::duplicate_7gram, any, 0.13},
            {M::duplicate_8gram, any, 0.12},
            {M::duplicate_9gram, any, 0.11},
            {M::duplicate_10gram, any, 0.1}};
        std::vector<QualityRule> c4{
            {M::sentences, 3, most},
            {M::longest_word, any, 1000},
            {M::curly_braces, any, 0},
            {M::lorem_ipsum, any, 0}};
        auto fineweb = gopher;
        fineweb.insert(fineweb.end(), c4.begin() + 1, c4.end());
        fineweb.push_back({M::terminal_lines, 0.12, most});
        fineweb.push_back({M::short_lines, any, 0.67});
        fineweb.push_back({M::duplicate_line_characters, any, 0.1});
        fineweb.push_back({M::language_confidence, 0.65, most});
        return std::array<QualityPreset, 3>{{{"gopher", gopher}, {"c4", c4}, {"fineweb", fineweb}}};
    }();
    return made;
}

}  // namespace formats
