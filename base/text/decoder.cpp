// The decoders of the WHATWG Encoding standard. Each step_* function takes one character from the
// start of the bytes: they are the standard's state machines turned inside out, so that no state
// lives between two calls and a caller can know which bytes a character came from. Only ISO-2022-JP
// has a state that lasts; its machine is a member. "Prepend to the stream" of the standard is here
// a step that takes the lead byte alone.
#include "base/text/decoder.hpp"

#include <utility>
#include <vector>

#include "base/text/ascii.hpp"
#include "base/text/encoding_tables.hpp"
#include "base/text/utf8.hpp"

namespace base {

namespace {

// What one step took. Size 0: the sequence may go on behind the bytes at hand.
struct Step {
    std::size_t size = 0;
    char32_t character = replacement_character;
    char32_t mark = 0;  // combines with it
};

unsigned at(std::string_view bytes, std::size_t i) {
    return static_cast<unsigned char>(bytes[i]);
}

constexpr bool between(unsigned value, unsigned low, unsigned high) {
    return value >= low && value <= high;
}

// An error at a pair: a trail byte that is ASCII stands for itself.
Step bad_pair(unsigned trail) {
    return {trail < 0x80 ? 1U : 2U};
}

Step looked_up(const std::vector<char32_t>& index, std::size_t pointer, unsigned trail) {
    if (pointer >= index.size() || index[pointer] == 0) return bad_pair(trail);
    return {2, index[pointer]};
}

Step step_gb18030(std::string_view bytes) {
    static const auto& index = index_of(Index::gb18030);
    static const auto& ranges = index_of(Index::gb18030_ranges);
    const auto first = at(bytes, 0);
    if (first == 0x80) return {1, 0x20ac};
    if (first == 0xff) return {1};
    if (bytes.size() < 2) return {};
    const auto second = at(bytes, 1);
    if (!between(second, 0x30, 0x39)) {
        if (!between(second, 0x40, 0xfe) || second == 0x7f) return bad_pair(second);
        return looked_up(
            index, (first - 0x81) * 190 + second - (second < 0x7f ? 0x40 : 0x41), second
        );
    }
    if (bytes.size() < 3) return {};
    const auto third = at(bytes, 2);
    if (!between(third, 0x81, 0xfe)) return {1};
    if (bytes.size() < 4) return {};
    const auto fourth = at(bytes, 3);
    if (!between(fourth, 0x30, 0x39)) return {1};
    const auto pointer =
        (((first - 0x81) * 10 + second - 0x30) * 126 + third - 0x81) * 10 + fourth - 0x30;
    if (pointer == 7457) return {4, 0xe7c7};
    if (pointer < ranges.size() && ranges[pointer] != 0) return {4, ranges[pointer]};
    if (between(pointer, 189000, 1237575)) return {4, 0x10000 + pointer - 189000};
    return {1};
}

Step step_big5(std::string_view bytes) {
    static const auto& index = index_of(Index::big5);
    const auto lead = at(bytes, 0);
    if (!between(lead, 0x81, 0xfe)) return {1};
    if (bytes.size() < 2) return {};
    const auto trail = at(bytes, 1);
    if (!between(trail, 0x40, 0x7e) && !between(trail, 0xa1, 0xfe)) return bad_pair(trail);
    const auto pointer = (lead - 0x81) * 157 + trail - (trail < 0x7f ? 0x40 : 0x62);
    switch (pointer) {
        case 1133:
            return {2, 0xca, 0x304};
        case 1135:
            return {2, 0xca, 0x30c};
        case 1164:
            return {2, 0xea, 0x304};
        case 1166:
            return {2, 0xea, 0x30c};
        default:
            return looked_up(index, pointer, trail);
    }
}

Step step_euc_kr(std::string_view bytes) {
    static const auto& index = index_of(Index::euc_kr);
    const auto lead = at(bytes, 0);
    if (!between(lead, 0x81, 0xfe)) return {1};
    if (bytes.size() < 2) return {};
    const auto trail = at(bytes, 1);
    if (!between(trail, 0x41, 0xfe)) return bad_pair(trail);
    return looked_up(index, (lead - 0x81) * 190 + trail - 0x41, trail);
}

Step step_shift_jis(std::string_view bytes) {
    static const auto& index = index_of(Index::jis0208);
    const auto lead = at(bytes, 0);
    if (lead == 0x80) return {1, 0x80};
    if (between(lead, 0xa1, 0xdf)) return {1, 0xff61 - 0xa1 + lead};
    if (!between(lead, 0x81, 0x9f) && !between(lead, 0xe0, 0xfc)) return {1};
    if (bytes.size() < 2) return {};
    const auto trail = at(bytes, 1);
    if (!between(trail, 0x40, 0x7e) && !between(trail, 0x80, 0xfc)) return bad_pair(trail);
    const auto pointer =
        (lead - (lead < 0xa0 ? 0x81 : 0xc1)) * 188 + trail - (trail < 0x7f ? 0x40 : 0x41);
    if (between(pointer, 8836, 10715)) return {2, 0xe000 - 8836 + pointer};
    return looked_up(index, pointer, trail);
}

Step step_euc_jp(std::string_view bytes) {
    static const auto& index = index_of(Index::jis0208);
    static const auto& more = index_of(Index::jis0212);
    const auto lead = at(bytes, 0);
    if (lead != 0x8e && lead != 0x8f && !between(lead, 0xa1, 0xfe)) return {1};
    if (bytes.size() < 2) return {};
    const auto second = at(bytes, 1);
    if (lead == 0x8e && between(second, 0xa1, 0xdf)) return {2, 0xff61 - 0xa1 + second};
    if (lead < 0xa1 && !(lead == 0x8f && between(second, 0xa1, 0xfe))) return bad_pair(second);
    if (lead != 0x8f) {
        if (!between(second, 0xa1, 0xfe)) return bad_pair(second);
        return looked_up(index, (lead - 0xa1) * 94 + second - 0xa1, second);
    }
    if (bytes.size() < 3) return {};
    const auto third = at(bytes, 2);
    auto step = between(third, 0xa1, 0xfe)
                    ? looked_up(more, (second - 0xa1) * 94 + third - 0xa1, third)
                    : bad_pair(third);
    ++step.size;
    return step;
}

template <bool big>
Step step_utf16(std::string_view bytes) {
    auto unit = [&](std::size_t i) -> char32_t {
        return big ? at(bytes, i) << 8U | at(bytes, i + 1) : at(bytes, i + 1) << 8U | at(bytes, i);
    };
    if (bytes.size() < 2) return {};
    const auto c = unit(0);
    if (!between(c, 0xd800, 0xdfff)) return {2, c};
    if (c >= 0xdc00) return {2};
    if (bytes.size() < 4) return {};
    const auto low = unit(2);
    if (!between(low, 0xdc00, 0xdfff)) return {2};
    return {4, 0x10000 + ((c - 0xd800) << 10U) + (low - 0xdc00)};
}

template <bool big>
Step step_utf32(std::string_view bytes) {
    if (bytes.size() < 4) return {};
    char32_t c = 0;
    for (std::size_t i = 0; i < 4; ++i) c = c << 8U | at(bytes, big ? i : 3 - i);
    return {4, c};
}

void append(const Step& step, std::string& out) {
    append_utf8(step.character, out);
    if (step.mark) append_utf8(step.mark, out);
}

// `ascii`: bytes below 0x80 stand for themselves wherever a step begins.
template <auto step, bool ascii>
std::size_t by_steps(std::string_view bytes, bool last, std::string& out) {
    std::size_t done = 0;
    while (done < bytes.size()) {
        const auto rest = bytes.substr(done);
        if (ascii && is_ascii(rest.front())) {
            const auto plain = ascii_prefix(rest);
            out.append(rest.substr(0, plain));
            done += plain;
            continue;
        }
        auto taken = step(rest);
        if (taken.size == 0 && !last) return done;
        if (taken.size == 0) taken.size = rest.size();
        append(taken, out);
        done += taken.size;
    }
    return done;
}

std::size_t by_table(std::string_view bytes, const HighBytes& table, std::string& out) {
    std::size_t done = 0;
    while (done < bytes.size()) {
        const auto rest = bytes.substr(done);
        const auto plain = ascii_prefix(rest);
        out.append(rest.substr(0, plain));
        for (done += plain; done < bytes.size() && !is_ascii(bytes[done]); ++done) {
            const auto& high = table[at(bytes, done) - 0x80U];
            out.append(high.utf8.data(), high.size);
        }
    }
    return done;
}

std::size_t utf8(std::string_view bytes, bool last, std::string& out) {
    const auto size = bytes.size() - (last ? 0 : unfinished_utf8(bytes));
    const auto whole = bytes.substr(0, size);
    if (is_utf8(whole)) {
        out.append(whole);
    } else {
        out.append(mend_utf8(whole));
    }
    return size;
}

}  // namespace

// Section 12.2.1. An escape gives no character; two of them in a row are an error.
std::size_t Decoder::escape(std::string_view bytes, bool last, std::string& out) {
    constexpr std::pair<std::string_view, Set> escapes[] = {
        {"\x1b(B", Set::ascii},
        {"\x1b(J", Set::roman},
        {"\x1b(I", Set::katakana},
        {"\x1b$@", Set::jis0208},
        {"\x1b$B", Set::jis0208}};
    for (const auto& [sequence, set] : escapes) {
        if (!last && bytes.size() < sequence.size() && sequence.starts_with(bytes)) return 0;
        if (!bytes.starts_with(sequence)) continue;
        set_ = set;
        if (std::exchange(escaped_, true)) out += replacement_utf8;
        return sequence.size();
    }
    escaped_ = false;
    out += replacement_utf8;
    return 1;
}

std::size_t Decoder::shifted(std::string_view bytes, bool last, std::string& out) {
    static const auto& index = index_of(Index::jis0208);
    const auto c = at(bytes, 0);
    Step step{1};
    if (set_ == Set::jis0208 && between(c, 0x21, 0x7e)) {
        if (bytes.size() < 2 && !last) return 0;
        const auto trail = bytes.size() < 2 ? 0x1bU : at(bytes, 1);
        const bool pair = between(trail, 0x21, 0x7e);
        const auto found = pair ? index[(c - 0x21) * 94 + trail - 0x21] : 0;
        step = {trail == 0x1b ? 1U : 2U, found ? found : replacement_character};
    } else if (set_ == Set::katakana && between(c, 0x21, 0x5f)) {
        step.character = 0xff61 - 0x21 + c;
    } else if (set_ <= Set::roman && c < 0x80 && c != 0x0e && c != 0x0f) {
        const bool roman = set_ == Set::roman;
        step.character = roman && c == '\\' ? 0xa5 : roman && c == '~' ? 0x203e : c;
    }
    escaped_ = false;
    append(step, out);
    return step.size;
}

std::size_t Decoder::iso2022_jp(std::string_view bytes, bool last, std::string& out) {
    std::size_t done = 0;
    while (done < bytes.size()) {
        const auto rest = bytes.substr(done);
        const auto taken =
            rest.front() == '\x1b' ? escape(rest, last, out) : shifted(rest, last, out);
        if (taken == 0) break;
        done += taken;
    }
    return done;
}

std::size_t Decoder::decode(std::string_view bytes, bool last, std::string& out) {
    switch (encoding_) {
        case Encoding::utf8:
            return utf8(bytes, last, out);
        case Encoding::gbk:
        case Encoding::gb18030:
            return by_steps<step_gb18030, true>(bytes, last, out);
        case Encoding::big5:
            return by_steps<step_big5, true>(bytes, last, out);
        case Encoding::euc_jp:
            return by_steps<step_euc_jp, true>(bytes, last, out);
        case Encoding::euc_kr:
            return by_steps<step_euc_kr, true>(bytes, last, out);
        case Encoding::shift_jis:
            return by_steps<step_shift_jis, true>(bytes, last, out);
        case Encoding::iso2022_jp:
            return iso2022_jp(bytes, last, out);
        case Encoding::utf16be:
            return by_steps<step_utf16<true>, false>(bytes, last, out);
        case Encoding::utf16le:
            return by_steps<step_utf16<false>, false>(bytes, last, out);
        case Encoding::utf32be:
            return by_steps<step_utf32<true>, false>(bytes, last, out);
        case Encoding::utf32le:
            return by_steps<step_utf32<false>, false>(bytes, last, out);
        case Encoding::replacement:
            if (!bytes.empty() && !std::exchange(told_, true)) out += replacement_utf8;
            return bytes.size();
        default:
            return by_table(bytes, high_bytes(encoding_), out);
    }
}

std::string decode_as(std::string_view bytes, Encoding encoding) {
    std::string out;
    out.reserve(bytes.size() + bytes.size() / 8);
    Decoder(encoding).decode(bytes, true, out);
    return out;
}

std::string decode(std::string_view bytes, Encoding encoding) {
    if (const auto mark = byte_order_mark(bytes)) {
        encoding = mark->encoding;
        bytes.remove_prefix(mark->size);
    }
    return decode_as(bytes, encoding);
}

}  // namespace base
