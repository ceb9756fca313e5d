#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

// Pieces of pages (html.hpp). What is called text is escaped here; all else is HTML already.
namespace base {

// A paragraph that says what a section shows.
std::string lead(std::string_view html);

// A text, cut to so many bytes at a character, with a mark where it was.
std::string short_text(const std::string& text, std::size_t length = 60);

// A bar that is filled by a share from 0 to 1.
std::string meter(double share, bool bad = false);

// A name, a large value, and what is said below it.
std::string figure(std::string_view name, std::string_view value, std::string_view below);

// What is wider than its room scrolls in it, also by keys; the label says what it is.
std::string scrolling(std::string_view label, std::string_view html);

// A table that scrolls; a heading that begins with '<' is of a column of texts. `rows` are its <tr>
// elements, and headings and caption are HTML.
std::string table_of(
    std::string_view label,
    std::initializer_list<std::string_view> headings,
    const std::string& rows,
    std::string_view caption = ""
);

}  // namespace base
