// The standard's tables, asked from ICU instead of being written down here: 90,000 code points that
// every Debian machine has already would be a third of this source tree. ICU's tables are those of
// the vendors, which differ from the standard's in some 150 places; encoding_patches.inc and the
// functions below mend these. Found by comparing all bytes, pairs and four-byte sequences of each
// encoding with what a browser decodes.
#include "base/text/encoding_tables.hpp"

#include <algorithm>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>

#include <iconv.h>
#include <unicode/ucnv.h>
#include <unicode/utf16.h>

#include "base/error.hpp"
#include "base/text/utf8.hpp"

namespace base {

namespace {

struct Patch {
    unsigned bytes;
    char32_t character;
};
#include "base/text/encoding_patches.inc"

// A converter of ICU that stops at bytes without a character.
class IcuTable {
public:
    explicit IcuTable(const char* name) {
        UErrorCode status = U_ZERO_ERROR;
        converter_.reset(ucnv_open(name, &status));
        if (U_FAILURE(status))
            throw Error("ICU", "has no converter " + std::string(name), "install libicu72 whole");
        ucnv_setToUCallBack(
            converter_.get(), UCNV_TO_U_CALLBACK_STOP, nullptr, nullptr, nullptr, &status
        );
    }

    // 0 if the bytes are not one character.
    char32_t operator()(std::string_view bytes) const {
        UErrorCode status = U_ZERO_ERROR;
        std::array<UChar, 4> units{};
        const auto size = ucnv_toUChars(
            converter_.get(),
            units.data(),
            static_cast<std::int32_t>(units.size()),
            bytes.data(),
            static_cast<std::int32_t>(bytes.size()),
            &status
        );
        if (U_FAILURE(status) || size < 1 || size > 2) return 0;
        if (size == 2 && !U16_IS_LEAD(units[0])) return 0;
        if (size == 2) return static_cast<char32_t>(U16_GET_SUPPLEMENTARY(units[0], units[1]));
        return units[0] == 0xfffd || units[0] == 0x1a ? 0 : units[0];
    }

private:
    struct Close {
        void operator()(UConverter* converter) const { ucnv_close(converter); }
    };
    std::unique_ptr<UConverter, Close> converter_;
};

char octet(unsigned value) {
    return static_cast<char>(value);
}

bool is_private_use(char32_t c) {
    return c >= 0xe000 && c < 0xf900;
}

std::optional<char32_t> patched(std::span<const Patch> patches, unsigned pair) {
    const auto found = std::lower_bound(
        patches.begin(), patches.end(), pair, [](const Patch& a, unsigned b) { return a.bytes < b; }
    );
    if (found == patches.end() || found->bytes != pair) return std::nullopt;
    return found->character;
}

std::vector<char32_t> make_gb18030() {
    const IcuTable icu("gb18030");
    std::vector<char32_t> index(23940);
    for (unsigned i = 0; i < index.size(); ++i) {
        const unsigned lead = 0x81 + i / 190, trail = i % 190 + (i % 190 < 0x3f ? 0x40 : 0x41);
        const char bytes[] = {octet(lead), octet(trail)};
        const auto patch = patched(gb18030_patches, lead << 8U | trail);
        index[i] = patch ? *patch : icu({bytes, 2});
    }
    return index;
}

std::vector<char32_t> make_gb18030_ranges() {
    const IcuTable icu("gb18030");
    std::vector<char32_t> index(39420);
    for (unsigned i = 0; i < index.size(); ++i) {
        const char bytes[] = {
            octet(0x81 + i / 12600),
            octet(0x30 + i % 12600 / 1260),
            octet(0x81 + i % 1260 / 10),
            octet(0x30 + i % 10)};
        index[i] = icu({bytes, 4});
    }
    return index;
}

std::vector<char32_t> make_big5() {
    const IcuTable icu("Big5-HKSCS");
    std::vector<char32_t> index(19782);
    for (unsigned i = 0; i < index.size(); ++i) {
        const unsigned lead = 0x81 + i / 157, trail = i % 157 + (i % 157 < 0x3f ? 0x40 : 0x62);
        const char bytes[] = {octet(lead), octet(trail)};
        const auto patch = patched(big5_patches, lead << 8U | trail);
        const auto c = icu({bytes, 2});
        index[i] = patch ? *patch : is_private_use(c) ? 0 : c;
    }
    return index;
}

std::vector<char32_t> make_euc_kr() {
    const IcuTable icu("windows-949-2000");
    std::vector<char32_t> index(23750);
    for (unsigned i = 0; i < index.size(); ++i) {
        const char bytes[] = {octet(0x81 + i / 190), octet(0x41 + i % 190)};
        const auto c = icu({bytes, 2});
        index[i] = is_private_use(c) ? 0 : c;
    }
    return index;
}

std::vector<char32_t> make_jis0208() {
    const IcuTable icu("ibm-943_P15A-2003");
    std::vector<char32_t> index(11280);
    for (unsigned i = 0; i < index.size(); ++i) {
        const unsigned lead = i / 188, trail = i % 188;
        const char bytes[] = {
            octet(lead + (lead < 0x1f ? 0x81 : 0xc1)), octet(trail + (trail < 0x3f ? 0x40 : 0x41))};
        const auto c = icu({bytes, 2});
        index[i] = is_private_use(c) ? 0 : c;
    }
    return index;
}

std::vector<char32_t> make_jis0212() {
    const IcuTable icu("euc-jp-2007");
    std::vector<char32_t> index(7211
    );  // the rows that ICU has behind are IBM's, not the standard's
    for (unsigned i = 0; i < index.size(); ++i) {
        const char bytes[] = {'\x8f', octet(0xa1 + i / 94), octet(0xa1 + i % 94)};
        index[i] = icu({bytes, 3});
    }
    return index;
}

std::vector<char32_t> make_index(Index index) {
    switch (index) {
        case Index::gb18030:
            return make_gb18030();
        case Index::gb18030_ranges:
            return make_gb18030_ranges();
        case Index::big5:
            return make_big5();
        case Index::euc_kr:
            return make_euc_kr();
        case Index::jis0208:
            return make_jis0208();
        case Index::jis0212:
            return make_jis0212();
    }
    return {};
}

// glibc knows these two, which ICU does not.
std::array<char32_t, 128> half_by_iconv(const char* name) {
    std::array<char32_t, 128> half{};
    iconv_t converter = iconv_open("UTF-8", name);
    if (converter == reinterpret_cast<iconv_t>(-1))
        throw Error("glibc", "has no converter " + std::string(name), "install libc6 whole");
    for (unsigned i = 0; i < 128; ++i) {
        char in = octet(0x80 + i), out[8];
        char *from = &in, *to = out;
        std::size_t left = 1, room = sizeof out, at = 0;
        if (iconv(converter, &from, &left, &to, &room) != static_cast<std::size_t>(-1))
            half[i] = next_code_point({out, static_cast<std::size_t>(to - out)}, at);
    }
    iconv_close(converter);
    return half;
}

std::array<char32_t, 128> half_of(Encoding encoding) {
    std::array<char32_t, 128> half{};
    if (encoding == Encoding::x_user_defined) {
        for (unsigned i = 0; i < 128; ++i) half[i] = 0xf780 + i;
        return half;
    }
    if (encoding == Encoding::iso8859_10 || encoding == Encoding::iso8859_16)
        return half_by_iconv(std::string(name_of(encoding)).c_str());
    const IcuTable icu(
        encoding == Encoding::iso8859_8i   ? "ISO-8859-8"
        : encoding == Encoding::iso8859_14 ? "iso-8859_14-1998"
        : encoding == Encoding::windows874 ? "windows-874-2000"
                                           : std::string(name_of(encoding)).c_str()
    );
    for (unsigned i = 0; i < 128; ++i) {
        const char byte = octet(0x80 + i);
        half[i] = icu({&byte, 1});
        if (encoding == Encoding::windows874 && is_private_use(half[i])) half[i] = 0;
    }
    if (encoding == Encoding::windows1253) half[0x2a] = 0;
    if (encoding == Encoding::windows1255) half[0x4a] = 0x5ba;
    if (encoding == Encoding::koi8_u) {  // the standard's is KOI8-RU there
        half[0x2e] = 0x45e;
        half[0x3e] = 0x40e;
    }
    return half;
}

HighBytes make_high_bytes(Encoding encoding) {
    const auto half = half_of(encoding);
    HighBytes made{};
    for (std::size_t i = 0; i < half.size(); ++i) {
        std::string text;
        append_utf8(half[i] ? half[i] : replacement_character, text);
        std::copy(text.begin(), text.end(), made[i].utf8.begin());
        made[i].size = static_cast<std::uint8_t>(text.size());
    }
    return made;
}

template <typename T>
struct Made {
    std::once_flag once;
    T value;
};

}  // namespace

const HighBytes& high_bytes(Encoding encoding) {
    static std::array<Made<HighBytes>, encoding_count> all;
    auto& one = all[static_cast<std::size_t>(encoding)];
    std::call_once(one.once, [&] { one.value = make_high_bytes(encoding); });
    return one.value;
}

const std::vector<char32_t>& index_of(Index index) {
    static std::array<Made<std::vector<char32_t>>, 6> all;
    auto& one = all[static_cast<std::size_t>(index)];
    std::call_once(one.once, [&] { one.value = make_index(index); });
    return one.value;
}

}  // namespace base
