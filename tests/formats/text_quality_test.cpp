#include "formats/text/text_quality.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include <catch2/catch.hpp>

#include "formats/text/pii.hpp"

using namespace schema;

namespace {

const std::string english =
    "The river that runs through the old town has flooded three times in this century, and each "
    "flood "
    "left its mark on the houses along the quay.\n"
    "People who lived there remember how the water came up to the first floor, with boats tied to "
    "window frames.\n"
    "To be safe, the council built a wall of stone, which has kept most of the streets dry since "
    "then.\n"
    "Nobody knows whether it will hold when the next great storm arrives from the west.";
const std::string german =
    "Der Fluss, der durch die alte Stadt fliesst, ist in diesem Jahrhundert dreimal über die Ufer "
    "getreten, und "
    "jedes Hochwasser hat Spuren an den Häusern am Kai hinterlassen.\n"
    "Die Leute erinnern sich daran, wie das Wasser bis zum ersten Stock stand und Boote an den "
    "Fenstern lagen.\n"
    "Danach hat die Stadt eine Mauer gebaut, mit der die meisten Strassen trocken geblieben sind.\n"
    "Ob sie den nächsten grossen Sturm aus dem Westen übersteht, weiss heute noch niemand von "
    "ihnen zu sagen.";
const std::string russian =
    "Река, которая течёт через старый город, за этот век разливалась трижды, и каждое наводнение "
    "оставило след "
    "на домах у набережной.\nЖители помнят, как вода поднялась до первого этажа, а лодки "
    "привязывали к окнам.\n"
    "После этого город построил стену, и большая часть улиц с тех пор не знала воды, что все "
    "считают удачей.\n"
    "Никто не знает, выдержит ли она следующую большую бурю, которая придёт с запада, как говорят "
    "старики.";
const std::string japanese =
    "この町を流れる川は、今世紀に三度氾濫した。\n人々は水が一階まで来たことを覚えている。";

double measure(const std::string& text, Measure which, const char* language = "en") {
    return value_of(measure_text(text, language), which);
}

const QualityPreset& preset(std::string_view name) {
    for (const auto& one : quality_presets())
        if (one.name == name) return one;
    throw std::logic_error("no such preset");
}

std::vector<std::string> kinds(std::string_view text) {
    std::vector<std::string> found;
    for (const auto& span : find_pii(text))
        found.push_back(
            std::string(name_of(span.kind)) + ":" +
            std::string(text.substr(span.begin, span.end - span.begin))
        );
    return found;
}

}  // namespace

TEST_CASE("running text of several languages passes every preset", "[schema][quality]") {
    for (auto [text, language] : {std::pair{&english, "en"}, {&german, "de"}, {&russian, "ru"}}) {
        auto measures = measure_text(*text, language);
        CAPTURE(language);
        for (const auto& one : quality_presets())
            for (const auto& rule : one.rules) {
                INFO(
                    one.name << " " << name_of(rule.measure) << " = "
                             << value_of(measures, rule.measure)
                );
                CHECK(rule.holds(measures));
            }
    }
}

TEST_CASE("the plain counts are those of a small text", "[schema][quality]") {
    std::string text = "• one # two\nMore to come...\n\nA {line} that ends here.\n";
    CHECK(measure(text, Measure::words) == 12);
    CHECK(measure(text, Measure::symbols_per_word) == Approx(2.0 / 12));
    CHECK(measure(text, Measure::bullet_lines) == Approx(1.0 / 3));
    CHECK(measure(text, Measure::ellipsis_lines) == Approx(1.0 / 3));
    CHECK(measure(text, Measure::terminal_lines) == Approx(2.0 / 3));
    CHECK(measure(text, Measure::short_lines) == 1);
    CHECK(measure(text, Measure::alphabetic_words) == Approx(10.0 / 12));
    CHECK(measure(text, Measure::curly_braces) == 1);
    CHECK(measure(text, Measure::lines_per_word) == Approx(3.0 / 12));
    CHECK(measure(text, Measure::stop_words) == 2);  // to, that
    CHECK(measure("ab abcd", Measure::mean_word_length) == 3);
    CHECK(measure("Zwölf Äpfel", Measure::mean_word_length) == 5);
}

TEST_CASE(
    "an empty text has measures and passes no preset but by what cannot be measured",
    "[schema][quality]"
) {
    auto measures = measure_text("", "en");
    CHECK(value_of(measures, Measure::words) == 0);
    CHECK(value_of(measures, Measure::duplicate_lines) == 0);
    CHECK_FALSE(preset("gopher").passes(measures));
    CHECK_FALSE(preset("c4").passes(measures));
}

TEST_CASE(
    "repeated lines, paragraphs and n-grams are counted as Gopher does",
    "[schema][quality]"
) {
    CHECK(measure("same line\nother\nsame line\nsame line", Measure::duplicate_lines) == 0.5);
    CHECK(measure("aaaa\nbb\naaaa", Measure::duplicate_line_characters) == Approx(0.4));
    CHECK(
        measure("one\ntwo\n\nthree\n\none\ntwo", Measure::duplicate_paragraphs) == Approx(1.0 / 3)
    );
    // "a b" three times in ten characters.
    CHECK(measure("a b c a b d a b e f", Measure::top_2gram) == Approx(0.6));
    CHECK(measure("a b c d e f g h", Measure::top_2gram) == 0);
    std::string once = "one two three four five six seven eight nine ten";
    CHECK(measure(once, Measure::duplicate_5gram) == 0);
    auto twice = measure_text(once + " " + once, "en");
    CHECK(value_of(twice, Measure::duplicate_5gram) == Approx(0.5));
    CHECK(value_of(twice, Measure::duplicate_10gram) == Approx(0.5));
    std::string spam;
    for (int i = 0; i < 60; ++i) spam += "buy cheap watches now ";
    auto measures = measure_text(spam, "en");
    CHECK(value_of(measures, Measure::duplicate_10gram) > 0.8);
    CHECK_FALSE(preset("gopher").passes(measures));
}

TEST_CASE("n-gram measures agree with counting them one by one", "[schema][quality]") {
    std::vector<std::string> words;
    std::uint64_t state = 7;
    for (int i = 0; i < 4000; ++i) {
        state = state * 6364136223846793005U + 1442695040888963407U;
        words.push_back(std::string(1 + (state >> 60), static_cast<char>('a' + (state >> 40) % 3)));
    }
    std::string text;
    std::size_t all = 0;
    for (const auto& word : words) {
        text += word + " ";
        all += word.size();
    }
    auto measures = measure_text(text, "en");
    for (std::size_t n = 2; n <= 10; ++n) {
        std::map<std::string, std::size_t> times;
        std::set<std::string> seen;
        std::size_t most = 0, again = 0;
        auto gram = [&](std::size_t at) {
            std::string joined;
            for (auto i = at; i < at + n; ++i) joined += words[i] + " ";
            return joined;
        };
        for (std::size_t i = 0; i + n <= words.size(); ++i) {
            auto one = gram(i);
            if (++times[one] > 1) most = std::max(most, times[one]);
        }
        for (std::size_t i = 0; i + n <= words.size();) {
            auto one = gram(i);
            if (seen.insert(one).second) {
                ++i;
            } else {
                again += one.size() - n;
                i += n;
            }
        }
        CAPTURE(n);
        if (n <= 4) {
            auto found = value_of(
                measures, static_cast<Measure>(static_cast<std::size_t>(Measure::top_2gram) + n - 2)
            );
            std::set<double> possible;  // several may be the most frequent ones
            for (const auto& [one, count] : times)
                if (count == most)
                    possible.insert(
                        static_cast<double>(count * (one.size() - n)) / static_cast<double>(all)
                    );
            bool is_one = std::any_of(possible.begin(), possible.end(), [&](double p) {
                return p == Approx(found);
            });
            CHECK(is_one);
        } else {
            CHECK(
                value_of(
                    measures,
                    static_cast<Measure>(static_cast<std::size_t>(Measure::duplicate_5gram) + n - 5)
                ) == Approx(static_cast<double>(again) / static_cast<double>(all))
            );
        }
    }
}

TEST_CASE(
    "C4 counts sentences of lines it keeps, and sees scripts and filler",
    "[schema][quality]"
) {
    CHECK(
        measure(
            "One sentence of five words. And one more of them!\nToo short.\nno end mark in this "
            "line",
            Measure::sentences
        ) == 2
    );
    CHECK(measure("Please enable Javascript to see this page.", Measure::sentences) == 0);
    CHECK(measure("Please enable Javascript to see this page.", Measure::javascript_lines) == 1);
    CHECK(measure("This site uses cookies to serve you better.", Measure::sentences) == 0);
    CHECK(measure("He said \"this is how it ends.\"", Measure::sentences) == 1);
    CHECK(measure("Lorem ipsum dolor sit amet.", Measure::lorem_ipsum) == 1);
    CHECK(measure("Lorem is not enough.", Measure::lorem_ipsum) == 0);
    CHECK_FALSE(preset("c4").passes(measure_text("function() { return 1; }", "en")));
}

TEST_CASE("scripts without blanks are not judged by word length", "[schema][quality]") {
    auto measures = measure_text(japanese, "ja");
    CHECK(std::isnan(value_of(measures, Measure::mean_word_length)));
    CHECK(std::isnan(value_of(measures, Measure::stop_words)));
    CHECK(value_of(measures, Measure::terminal_lines) == 1);
    CHECK(value_of(measures, Measure::alphabetic_words) == 1);
}

TEST_CASE("broken encoding shows as replacement characters", "[schema][quality]") {
    CHECK(measure("caf\xEF\xBF\xBD ol\xEF\xBF\xBD", Measure::replacement_share) == Approx(2.0 / 8));
    CHECK(measure(german, Measure::replacement_share, "de") == 0);
}

TEST_CASE("places of measures never move", "[schema][quality]") {
    // Stored lists are read by place: a change here would give old rows other meanings.
    CHECK(static_cast<int>(Measure::words) == 0);
    CHECK(static_cast<int>(Measure::duplicate_10gram) == 21);
    CHECK(static_cast<int>(Measure::pii_email) == 29);
    CHECK(static_cast<int>(Measure::language_confidence) == 36);
    CHECK(name_of(Measure::link_density) == "link_density");
    CHECK(measure_named("top_3gram") == Measure::top_3gram);
    CHECK_FALSE(measure_named("nothing"));
    QualityRule rule{Measure::main_share, 0.5, 1};
    CHECK(rule.holds(Measures{1.0, 2.0}));  // an older row: not measured
}

TEST_CASE("personal data is found by its form", "[schema][pii]") {
    using List = std::vector<std::string>;
    CHECK(
        kinds("Write to jane.doe+x@mail.example.org, or not.") ==
        List{"email:jane.doe+x@mail.example.org"}
    );
    CHECK(kinds("picture icon@2x.png and user@host").empty());
    CHECK(kinds("Call +49 (0)30 123456-78 today") == List{"phone:+49 (0)30 123456-78"});
    CHECK(kinds("Call (212) 555-0123.") == List{"phone:(212) 555-0123"});
    CHECK(kinds("Tel.: 030/1234567") == List{"phone:030/1234567"});
    CHECK(kinds("on 2024-05-06 and 06.05.2024 at 12:30:45, 1 234 567 890 people").empty());
    CHECK(kinds("from 8.8.8.8 to 192.168.0.1") == List{"ip:8.8.8.8"});
    CHECK(kinds("release 10.2.300.4 of 1.2.3").empty());
    CHECK(kinds("at 2001:4860:4860::8888 now") == List{"ip:2001:4860:4860::8888"});
    CHECK(
        kinds("IBAN DE89 3704 0044 0532 0130 00 please") == List{"iban:DE89 3704 0044 0532 0130 00"}
    );
    CHECK(kinds("GB82WEST12345698765432") == List{"iban:GB82WEST12345698765432"});
    CHECK(kinds("DE88 3704 0044 0532 0130 00").empty());
    CHECK(kinds("card 4111 1111 1111 1111") == List{"card:4111 1111 1111 1111"});
    CHECK(kinds("card 4111-1111-1111-1112").empty());
    CHECK(measure("a@b.org and c@d.org", Measure::pii_email) == 2);
    CHECK(mask_pii("Mail a@b.org or call +1 212 555 0123!") == "Mail <email> or call <phone>!");
    CHECK(mask_pii("nothing") == "nothing");
}

TEST_CASE("no text breaks the measures", "[schema][quality]") {
    for (std::string text :
         {"\xC3",
          "\xF0\x9F",
          "@",
          "+",
          "(",
          ":::::::::",
          "A",
          "AB12",
          "12.34.56.",
          "\n\n\n",
          "+1"}) {
        auto measures = measure_text(text, "en");
        CHECK(measures.size() == measure_count);
        CHECK(mask_pii(text).size() >= text.size());
    }
}
