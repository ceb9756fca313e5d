// The measures of a text, in one pass over its bytes and one over the hashes of its parts.
//
// They are taken of every text that is stored, so what is rare is asked only where a cheap sign
// shows it: a line is searched for notices only if one of its words begins like one. Characters are
// told by ranges instead of ICU's tables, which cost more than all the rest.
#include <algorithm>
#include <bit>

#include "base/bytes/hash.hpp"
#include "base/text/ascii.hpp"
#include "base/text/utf8.hpp"
#include "formats/text/pii.hpp"
#include "formats/text/repetition.hpp"
#include "formats/text/stop_words.hpp"
#include "formats/text/text_quality.hpp"

namespace formats {

namespace {

constexpr std::size_t counted_words = 65'536;

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
    Measuring(std::string_view text, std::string_view language)
        : text_(text), stops_(stop_words_of(language)) {
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
        measure_repetition(line_hashes_, paragraphs_, words_list_, word_characters_, values_);
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

    void personal_data() {
        std::array<double, pii_kinds> counts{};
        for (const auto& span : find_pii(text_)) ++counts[static_cast<std::size_t>(span.kind)];
        for (std::size_t i = 0; i < pii_kinds; ++i)
            set(static_cast<Measure>(static_cast<std::size_t>(Measure::pii_email) + i), counts[i]);
    }

    std::string_view text_;
    const StopWords* stops_;
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
    std::vector<TextPart> words_list_, line_hashes_, paragraphs_;
};

}  // namespace

Measures measure_text(std::string_view utf8, std::string_view language) {
    return Measuring(utf8, language).run();
}

}  // namespace formats
