// The encoders of the WHATWG Encoding standard, over the tables of its decoders turned round. They
// serve links: the query of a URL on a page is sent in the encoding of the page, and a server that
// speaks windows-1251 does not find what is asked for in UTF-8.
//
// A table is turned round when it is first asked for. Where a character has several pointers the
// standard takes the first, but in Big5, whose first rows are Hong Kong's and whose box drawings
// come twice.
#include "base/text/encoder.hpp"

#include <array>
#include <cstdint>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "base/text/ascii.hpp"
#include "base/text/encoding_tables.hpp"
#include "base/text/utf8.hpp"

namespace base {

namespace {

using Pointers = std::unordered_map<char32_t, std::uint32_t>;

constexpr std::uint32_t none = 0xffffffff;

bool is_last_in_big5(char32_t c) {
    return c == 0x2550 || c == 0x255e || c == 0x2561 || c == 0x256a || c == 0x5341 || c == 0x5345;
}

Pointers turned_round(Encoding encoding) {
    Pointers pointers;
    if (is_single_byte(encoding)) {
        const auto& table = high_bytes(encoding);
        for (std::uint32_t i = 0; i < table.size(); ++i) {
            std::size_t at = 0;
            const auto c = next_code_point({table[i].utf8.data(), table[i].size}, at);
            if (c != replacement_character) pointers.emplace(c, 0x80 + i);
        }
        return pointers;
    }
    const bool gb = encoding == Encoding::gb18030 || encoding == Encoding::gbk;
    const auto& index = index_of(
        gb                             ? Index::gb18030
        : encoding == Encoding::big5   ? Index::big5
        : encoding == Encoding::euc_kr ? Index::euc_kr
                                       : Index::jis0208
    );
    constexpr std::uint32_t first_of_big5 = (0xa1 - 0x81) * 157;
    for (std::uint32_t i = 0; i < index.size(); ++i) {
        if (index[i] == 0) continue;
        if (encoding == Encoding::big5 && i < first_of_big5) continue;
        if (encoding == Encoding::shift_jis && i >= 8272 && i <= 8835) continue;
        if (encoding == Encoding::big5 && is_last_in_big5(index[i])) {
            pointers[index[i]] = i;
        } else {
            pointers.emplace(index[i], i);
        }
    }
    return pointers;
}

std::uint32_t pointer_of(char32_t c, Encoding encoding) {
    struct Table {
        std::once_flag once;
        Pointers pointers;
    };
    static std::array<Table, encoding_count> tables;
    auto& table = tables[static_cast<std::size_t>(encoding)];
    std::call_once(table.once, [&] { table.pointers = turned_round(encoding); });
    const auto found = table.pointers.find(c);
    return found == table.pointers.end() ? none : found->second;
}

std::uint32_t range_pointer_of(char32_t c) {
    static const auto pointers = [] {
        Pointers made;
        const auto& ranges = index_of(Index::gb18030_ranges);
        for (std::uint32_t i = 0; i < ranges.size(); ++i)
            if (ranges[i] != 0) made.emplace(ranges[i], i);
        return made;
    }();
    if (c == 0xe7c7) return 7457;
    if (c >= 0x10000) return 189000 + (static_cast<std::uint32_t>(c) - 0x10000);
    const auto found = pointers.find(c);
    return found == pointers.end() ? none : found->second;
}

void put(std::string& out, std::initializer_list<std::uint32_t> bytes) {
    for (auto byte : bytes) out += static_cast<char>(static_cast<unsigned char>(byte));
}

bool put_gb(char32_t c, Encoding encoding, std::string& out) {
    if (encoding == Encoding::gbk && c == 0x20ac) {
        put(out, {0x80});
        return true;
    }
    if (c == 0xe5e5) return false;
    if (const auto pointer = pointer_of(c, encoding); pointer != none) {
        const auto trail = pointer % 190;
        put(out, {pointer / 190 + 0x81, trail + (trail < 0x3f ? 0x40 : 0x41)});
        return true;
    }
    const auto pointer = encoding == Encoding::gb18030 ? range_pointer_of(c) : none;
    if (pointer == none) return false;
    put(out,
        {pointer / 12600 + 0x81,
         pointer / 1260 % 10 + 0x30,
         pointer / 10 % 126 + 0x81,
         pointer % 10 + 0x30});
    return true;
}

bool put_japanese(char32_t c, Encoding encoding, std::string& out) {
    const bool shift = encoding == Encoding::shift_jis;
    if (shift && c == 0x80) return put(out, {0x80}), true;
    if (c == 0xa5) return put(out, {0x5c}), true;
    if (c == 0x203e) return put(out, {0x7e}), true;
    if (c >= 0xff61 && c <= 0xff9f) {
        if (!shift) put(out, {0x8e});
        put(out, {static_cast<std::uint32_t>(c) - 0xff61 + 0xa1});
        return true;
    }
    const auto pointer = pointer_of(c == 0x2212 ? 0xff0d : c, encoding);
    if (pointer == none) return false;
    if (!shift) return put(out, {pointer / 94 + 0xa1, pointer % 94 + 0xa1}), true;
    const auto lead = pointer / 188, trail = pointer % 188;
    put(out, {lead + (lead < 0x1f ? 0x81 : 0xc1), trail + (trail < 0x3f ? 0x40 : 0x41)});
    return true;
}

bool put_other(char32_t c, Encoding encoding, std::string& out) {
    const auto pointer = pointer_of(c, encoding);
    if (pointer == none) return false;
    if (is_single_byte(encoding)) {
        put(out, {pointer});
    } else if (encoding == Encoding::big5) {
        const auto trail = pointer % 157;
        put(out, {pointer / 157 + 0x81, trail + (trail < 0x3f ? 0x40 : 0x62)});
    } else {
        put(out, {pointer / 190 + 0x81, pointer % 190 + 0x41});
    }
    return true;
}

// Escapes stand where the set changes, and the text ends in ASCII.
class Iso2022Jp {
public:
    explicit Iso2022Jp(std::string& out) : out_(out) {}
    ~Iso2022Jp() { change('B', false); }

    bool put_one(char32_t c) {
        if (c < 0x80) {
            if (c == 0x0e || c == 0x0f || c == 0x1b) return false;
            if (two_ || (set_ == 'J' && (c == '\\' || c == '~'))) change('B', false);
            put(out_, {static_cast<std::uint32_t>(c)});
            return true;
        }
        if (c == 0xa5 || c == 0x203e) {
            change('J', false);
            put(out_, {c == 0xa5 ? 0x5cU : 0x7eU});
            return true;
        }
        const auto pointer = pointer_of(c == 0x2212 ? 0xff0d : c, Encoding::iso2022_jp);
        if (pointer == none) {
            change('B', false);
            return false;
        }
        change('B', true);
        put(out_, {pointer / 94 + 0x21, pointer % 94 + 0x21});
        return true;
    }

private:
    void change(char set, bool two) {
        if (set_ == set && two_ == two) return;
        out_.append(two ? "\x1b$" : "\x1b(") += set;
        set_ = set;
        two_ = two;
    }

    std::string& out_;
    char set_ = 'B';
    bool two_ = false;
};

}  // namespace

void encode(
    std::string_view utf8,
    Encoding encoding,
    std::string& out,
    const std::function<void(char32_t)>& missing
) {
    if (!is_single_byte(encoding) && !is_multi_byte(encoding)) {
        out += utf8;
        return;
    }
    if (encoding == Encoding::iso2022_jp) {
        Iso2022Jp encoder(out);
        for (std::size_t i = 0; i < utf8.size();) {
            const auto c = next_code_point(utf8, i);
            if (!encoder.put_one(c)) missing(c);
        }
        return;
    }
    for (std::size_t i = 0; i < utf8.size();) {
        if (const auto plain = ascii_prefix(utf8.substr(i))) {
            out += utf8.substr(i, plain);
            i += plain;
            continue;
        }
        const auto c = next_code_point(utf8, i);
        const bool gb = encoding == Encoding::gb18030 || encoding == Encoding::gbk;
        const bool japanese = encoding == Encoding::shift_jis || encoding == Encoding::euc_jp;
        const bool done = gb         ? put_gb(c, encoding, out)
                          : japanese ? put_japanese(c, encoding, out)
                                     : put_other(c, encoding, out);
        if (!done) missing(c);
    }
}

}  // namespace base
