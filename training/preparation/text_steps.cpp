// Operations on titles and bodies.
#include <array>
#include <cctype>
#include <functional>

#include <unicode/locid.h>
#include <unicode/normalizer2.h>
#include <unicode/unistr.h>

#include "base/error.hpp"
#include "base/text/pattern.hpp"
#include "formats/text/pii.hpp"
#include "training/preparation/step.hpp"

namespace training {

namespace {

using Change = std::function<std::string(const std::string&)>;

bool is_blank(unsigned char c) {
    return c <= ' ';
}

std::string trimmed(const std::string& text) {
    std::size_t begin = 0, end = text.size();
    while (begin < end && is_blank(static_cast<unsigned char>(text[begin]))) ++begin;
    while (end > begin && is_blank(static_cast<unsigned char>(text[end - 1]))) --end;
    return text.substr(begin, end - begin);
}

std::string collapsed(const std::string& text) {
    std::string out;
    for (unsigned char c : trimmed(text)) {
        if (!is_blank(c)) {
            out += static_cast<char>(c);
        } else if (out.empty() || out.back() != ' ') {
            out += ' ';
        }
    }
    return out;
}

std::string utf8_of(const icu::UnicodeString& text) {
    std::string out;
    text.toUTF8String(out);
    return out;
}

std::string cased(const std::string& text, bool lower) {
    auto wide = icu::UnicodeString::fromUTF8(text);
    return utf8_of(
        lower ? wide.toLower(icu::Locale::getRoot()) : wide.toUpper(icu::Locale::getRoot())
    );
}

std::string normal_form(const std::string& text, bool compatible) {
    UErrorCode code = U_ZERO_ERROR;
    const auto* form = compatible ? icu::Normalizer2::getNFKCInstance(code)
                                  : icu::Normalizer2::getNFCInstance(code);
    if (U_FAILURE(code))
        throw base::Error("preparation", "ICU has no normal forms", "install libicu");
    return utf8_of(form->normalize(icu::UnicodeString::fromUTF8(text), code));
}

// The characters that HTML texts mostly hold by name.
std::string without_references(const std::string& text) {
    static const std::pair<std::string_view, std::string_view> known[] = {
        {"&amp;", "&"},
        {"&lt;", "<"},
        {"&gt;", ">"},
        {"&quot;", "\""},
        {"&#39;", "'"},
        {"&apos;", "'"},
        {"&nbsp;", " "}};
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        bool found = false;
        if (text[at] == '&')
            for (const auto& [name, character] : known)
                if (text.compare(at, name.size(), name) == 0) {
                    out += character;
                    at += name.size();
                    found = true;
                    break;
                }
        if (!found) out += text[at++];
    }
    return out;
}

// Tags become blanks, scripts, styles and comments go.
std::string without_html(const std::string& text) {
    std::string out;
    auto begins = [&](std::size_t at, std::string_view word) {
        if (text.size() - at < word.size()) return false;
        for (std::size_t i = 0; i < word.size(); ++i)
            if (std::tolower(static_cast<unsigned char>(text[at + i])) != word[i]) return false;
        return true;
    };
    auto after = [&](std::size_t at, std::string_view word) {
        while (at < text.size() && !begins(at, word)) ++at;
        return std::min(text.size(), at + word.size());
    };
    for (std::size_t at = 0; at < text.size();) {
        bool tag = text[at] == '<' && at + 1 < text.size() &&
                   (std::isalpha(static_cast<unsigned char>(text[at + 1])) || text[at + 1] == '/' ||
                    text[at + 1] == '!');
        if (!tag) {
            out += text[at++];
            continue;
        }
        if (begins(at, "<!--")) {
            at = after(at, "-->");
        } else {
            auto end = begins(at, "<script")  ? after(at, "</script")
                       : begins(at, "<style") ? after(at, "</style")
                                              : at;
            at = std::min(text.find('>', end), text.size() - 1) + 1;
        }
        if (!out.empty() && out.back() != ' ' && out.back() != '\n') out += ' ';
    }
    return without_references(trimmed(out));
}

class TextStep : public Step {
public:
    TextStep(Change change, Settings& settings) : change_(std::move(change)) {
        auto on = settings.text("on", "both");
        if (on != "title" && on != "body" && on != "both")
            settings.fail("'on' is '" + on + "'", "use title, body or both");
        title_ = on != "body";
        body_ = on != "title";
    }
    std::size_t apply(Examples& examples) const override {
        std::size_t changed = 0;
        std::string title, body;
        const auto put = [&](std::string_view& text, std::string& room) {
            room = change_(std::string(text));
            if (room == text) return false;
            text = room;
            ++changed;
            return true;
        };
        for (std::size_t row = 0; row < examples.text.size(); ++row) {
            auto text = examples.text[row];
            bool other = title_ && put(text.title, title);
            other |= body_ && put(text.body, body);
            if (other) examples.text.set(row, text);
        }
        return changed;
    }

private:
    Change change_;
    bool title_ = true, body_ = true;
};

Change replacing(Settings& settings) {
    auto pattern = settings.text("pattern");
    auto with = settings.text("with");
    if (pattern.empty()) settings.fail("has no 'pattern'", "give a regular expression");
    try {
        auto compiled = base::Pattern::parse(pattern, {.all_scripts = true});
        compiled.replace_all("", with);  // tells of groups that are not there
        return
            [compiled, with](const std::string& text) { return compiled.replace_all(text, with); };
    } catch (const base::UsageError& error) {
        settings.fail(error.what(), "mend it");
    }
}

template <std::string (*change)(const std::string&)>
std::unique_ptr<Step> changing(Settings& settings) {
    return std::make_unique<TextStep>(change, settings);
}

std::string lower(const std::string& text) {
    return cased(text, true);
}
std::string upper(const std::string& text) {
    return cased(text, false);
}
std::string nfc(const std::string& text) {
    return normal_form(text, false);
}
std::string nfkc(const std::string& text) {
    return normal_form(text, true);
}
std::string masked(const std::string& text) {
    return formats::mask_pii(text);
}

std::unique_ptr<Step> replace(Settings& settings) {
    auto change = replacing(settings);
    return std::make_unique<TextStep>(std::move(change), settings);
}

constexpr std::array kinds{
    StepKind{"trim", "on", "no blanks at the ends", changing<trimmed>, StepNeeds::texts},
    StepKind{"collapse_spaces", "on", "one blank for many", changing<collapsed>, StepNeeds::texts},
    StepKind{"lower", "on", "small letters, by Unicode", changing<lower>, StepNeeds::texts},
    StepKind{"upper", "on", "capital letters, by Unicode", changing<upper>, StepNeeds::texts},
    StepKind{"nfc", "on", "Unicode normal form C", changing<nfc>, StepNeeds::texts},
    StepKind{"nfkc", "on", "Unicode normal form KC", changing<nfkc>, StepNeeds::texts},
    StepKind{
        "strip_html",
        "on",
        "tags become blanks; scripts, styles and comments go",
        changing<without_html>,
        StepNeeds::texts},
    StepKind{
        "mask_pii",
        "on",
        "personal data become `<email>`, `<phone>` ..",
        changing<masked>,
        StepNeeds::texts},
    StepKind{
        "replace",
        "pattern, with, on",
        "matches of a regular expression without look-around and back-references, by a text with "
        "$1, ${name}, $$ for a dollar",
        replace,
        StepNeeds::texts},
};

}  // namespace

std::span<const StepKind> text_steps() {
    return kinds;
}

}  // namespace training
