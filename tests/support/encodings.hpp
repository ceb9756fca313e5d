#pragma once

#include <stdexcept>
#include <string>

#include <iconv.h>

// Texts in other encodings, as old programs write them.
namespace test {

// `utf8` in an encoding by its name in iconv, which is not what the product decodes with.
inline std::string encoded(std::string utf8, const char* encoding) {
    iconv_t converter = iconv_open(encoding, "UTF-8");
    if (converter == reinterpret_cast<iconv_t>(-1))
        throw std::invalid_argument("iconv knows no such encoding");
    std::string out(utf8.size() * 4 + 16, '\0');
    char* from = utf8.data();
    char* to = out.data();
    std::size_t left = utf8.size(), room = out.size();
    const auto failed = iconv(converter, &from, &left, &to, &room);
    iconv_close(converter);
    if (failed == static_cast<std::size_t>(-1))
        throw std::invalid_argument("the encoding lacks a character");
    out.resize(out.size() - room);
    return out;
}

}  // namespace test
