#include "crawler/scrape/pattern.hpp"

#include <unicode/uregex.h>
#include <unicode/utext.h>

#include "base/error.hpp"

namespace crawler {

namespace {

constexpr std::int32_t time_limit = 2000;       // of ICU's steps, some 10 us each
constexpr std::int32_t stack_limit = 8 << 20U;  // octets

struct CloseRegex {
    void operator()(URegularExpression* regex) const { uregex_close(regex); }
};
using Regex = std::unique_ptr<URegularExpression, CloseRegex>;

struct CloseText {
    void operator()(UText* text) const { utext_close(text); }
};
using Text = std::unique_ptr<UText, CloseText>;

Text text_of(std::string_view utf8) {
    UErrorCode status = U_ZERO_ERROR;
    static constexpr char nothing[] = "";
    return Text(utext_openUTF8(
        nullptr,
        utf8.data() ? utf8.data() : nothing,
        static_cast<std::int64_t>(utf8.size()),
        &status
    ));
}

}  // namespace

struct Pattern::Compiled {
    Regex regex;
    std::int32_t groups = 0;

    // A regex of this thread's own, at the first match in `text`; null if there is none.
    Regex found_in(UText* text) const {
        UErrorCode status = U_ZERO_ERROR;
        Regex own(uregex_clone(regex.get(), &status));
        uregex_setTimeLimit(own.get(), time_limit, &status);
        uregex_setStackLimit(own.get(), stack_limit, &status);
        uregex_setUText(own.get(), text, &status);
        bool found = uregex_find64(own.get(), 0, &status) != 0;
        if (U_FAILURE(status) || !found) return nullptr;
        return own;
    }
};

Pattern::Pattern(std::unique_ptr<const Compiled> compiled) : compiled_(std::move(compiled)) {}
Pattern::~Pattern() = default;
Pattern::Pattern(Pattern&&) noexcept = default;
Pattern& Pattern::operator=(Pattern&&) noexcept = default;

Pattern Pattern::parse(const std::string& regex) {
    UErrorCode status = U_ZERO_ERROR;
    UParseError where{};
    auto text = text_of(regex);
    auto compiled = std::make_unique<Compiled>();
    compiled->regex.reset(uregex_openUText(text.get(), 0, &where, &status));
    if (U_FAILURE(status))
        throw base::UsageError(
            "regex '" + regex + "'",
            "does not parse at character " + std::to_string(where.offset) + " (" +
                u_errorName(status) + ")"
        );
    compiled->groups = uregex_groupCount(compiled->regex.get(), &status);
    return Pattern(std::move(compiled));
}

bool Pattern::matches(std::string_view utf8) const {
    auto text = text_of(utf8);
    return compiled_->found_in(text.get()) != nullptr;
}

std::optional<std::string> Pattern::find(std::string_view utf8) const {
    auto text = text_of(utf8);
    auto match = compiled_->found_in(text.get());
    if (!match) return std::nullopt;
    UErrorCode status = U_ZERO_ERROR;
    auto group = compiled_->groups > 0 ? 1 : 0;
    // Native indices of a UTF-8 text are octets.
    auto begin = uregex_start64(match.get(), group, &status);
    auto end = uregex_end64(match.get(), group, &status);
    if (U_FAILURE(status) || begin < 0) return std::nullopt;
    return std::string(
        utf8.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin))
    );
}

}  // namespace crawler
