#pragma once

#include "formats/html/document.hpp"
#include "formats/html/html.hpp"
#include "schema/records/record.hpp"

namespace crawler {

// What there is to measure of a page (formats/text/text_quality.hpp): its main text, and how much
// of the visible text that and the links are. Pure.
schema::Quality measure_page(
    const formats::Document& document,
    const schema::Text& text,
    const formats::LanguageGuess& language
);

// The same of a page that is nothing but text.
schema::Quality measure_plain(const schema::Text& text, const formats::LanguageGuess& language);

}  // namespace crawler
