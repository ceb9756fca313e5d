// The encodings of the web by their names. The Encoding Standard of the WHATWG decides which label
// means what (iso-8859-1 is windows-1252); people write more spellings than it lists, so that
// parse_encoding() also forgives what stands between letters and digits, which a page's label may
// not.
#include "base/text/encoding.hpp"

#include <algorithm>
#include <array>

#include "base/error.hpp"
#include "base/text/ascii.hpp"

namespace base {

namespace {

struct Label {
    std::string_view label;
    Encoding encoding;
};

using E = Encoding;
constexpr Label labels[] = {
#include "base/text/encoding_labels.inc"
};

struct Name {
    std::string_view name;
    std::string_view label;
};

// clang-format off
constexpr std::array<Name, encoding_count> names{{
    {"UTF-8", "utf-8"}, {"IBM866", "ibm866"}, {"ISO-8859-2", "iso-8859-2"},
    {"ISO-8859-3", "iso-8859-3"}, {"ISO-8859-4", "iso-8859-4"}, {"ISO-8859-5", "iso-8859-5"},
    {"ISO-8859-6", "iso-8859-6"}, {"ISO-8859-7", "iso-8859-7"}, {"ISO-8859-8", "iso-8859-8"},
    {"ISO-8859-8-I", "iso-8859-8-i"}, {"ISO-8859-10", "iso-8859-10"},
    {"ISO-8859-13", "iso-8859-13"}, {"ISO-8859-14", "iso-8859-14"}, {"ISO-8859-15", "iso-8859-15"},
    {"ISO-8859-16", "iso-8859-16"}, {"KOI8-R", "koi8-r"}, {"KOI8-U", "koi8-u"},
    {"macintosh", "macintosh"}, {"windows-874", "windows-874"}, {"windows-1250", "windows-1250"},
    {"windows-1251", "windows-1251"}, {"windows-1252", "windows-1252"},
    {"windows-1253", "windows-1253"}, {"windows-1254", "windows-1254"},
    {"windows-1255", "windows-1255"}, {"windows-1256", "windows-1256"},
    {"windows-1257", "windows-1257"}, {"windows-1258", "windows-1258"},
    {"x-mac-cyrillic", "x-mac-cyrillic"}, {"GBK", "gbk"}, {"gb18030", "gb18030"}, {"Big5", "big5"},
    {"EUC-JP", "euc-jp"}, {"ISO-2022-JP", "iso-2022-jp"}, {"Shift_JIS", "shift_jis"},
    {"EUC-KR", "euc-kr"}, {"replacement", "replacement"}, {"UTF-16BE", "utf-16be"},
    {"UTF-16LE", "utf-16le"}, {"x-user-defined", "x-user-defined"}, {"UTF-32BE", "utf-32be"},
    {"UTF-32LE", "utf-32le"},
}};
// clang-format on

// Letters and digits alone, in lower case.
std::string plain(std::string_view text) {
    std::string out;
    for (char c : text)
        if (is_alnum(c)) out += lower(c);
    return out;
}

}  // namespace

std::string_view name_of(Encoding encoding) {
    return names[static_cast<std::size_t>(encoding)].name;
}

std::string_view label_of(Encoding encoding) {
    return names[static_cast<std::size_t>(encoding)].label;
}

std::optional<Encoding> encoding_of_label(std::string_view label) {
    const auto wanted = to_lower(trim(label));
    const auto* found = std::lower_bound(
        std::begin(labels),
        std::end(labels),
        wanted,
        [](const Label& a, const std::string& b) { return a.label < b; }
    );
    if (found == std::end(labels) || found->label != wanted) return std::nullopt;
    return found->encoding;
}

Encoding parse_encoding(std::string_view name) {
    if (auto found = encoding_of_label(name); found && *found != E::replacement) return *found;
    const auto wanted = plain(name);
    for (const auto& label : labels)
        if (label.encoding != E::replacement && plain(label.label) == wanted) return label.encoding;
    if (wanted == "utf32le" || wanted == "utf32") return E::utf32le;
    if (wanted == "utf32be") return E::utf32be;
    throw UsageError(
        "encoding '" + std::string(name) + "'",
        "not known",
        "use utf-8, utf-16le, utf-16be, iso-8859-1, windows-1252, windows-1251, shift_jis, gbk, "
        "big5, euc-kr or another label of the WHATWG Encoding standard"
    );
}

bool is_multi_byte(Encoding encoding) {
    return encoding >= E::gbk && encoding <= E::euc_kr;
}

bool is_single_byte(Encoding encoding) {
    return (encoding >= E::ibm866 && encoding <= E::x_mac_cyrillic) ||
           encoding == E::x_user_defined;
}

std::optional<ByteOrderMark> byte_order_mark(std::string_view bytes) {
    if (bytes.starts_with("\xef\xbb\xbf")) return ByteOrderMark{E::utf8, 3};
    if (bytes.starts_with("\xfe\xff")) return ByteOrderMark{E::utf16be, 2};
    if (bytes.starts_with("\xff\xfe")) return ByteOrderMark{E::utf16le, 2};
    return std::nullopt;
}

}  // namespace base
