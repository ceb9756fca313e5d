// A record's bytes are kept as they were, so a reader must know for each piece of text where it
// came from. Encoding it back would not do: several byte sequences of Shift_JIS or gb18030 decode
// to one character, and damaged ones to U+FFFD. So the bytes stay beside the text, with a mark
// every 128 of them; between two marks the way is found by decoding once more, a few dozen bytes a
// record. UTF-8 needs none of this: text and bytes are the same, and nothing is copied twice.
//
// The encoding is decided late on purpose. A guess from the first bytes takes a file for UTF-8
// whose first odd letter comes behind them, and one that starts with a stray byte for something
// else.
#include "base/text/window.hpp"

#include <algorithm>
#include <utility>

#include "base/text/ascii.hpp"
#include "base/text/utf8.hpp"

namespace base {

namespace {

constexpr std::size_t step = 256 * 1024;
constexpr std::size_t block = 128;  // bytes between two marks
constexpr std::size_t most_ahead = 16 * 1024 * 1024;
constexpr std::size_t plenty = 256;  // sequences that are not ASCII
constexpr std::size_t some = 8;

// Where bytes begin that not all encodings have in common. An escape at the end may be one of
// ISO-2022-JP.
std::size_t undisputed(std::string_view bytes) {
    auto size = ascii_prefix(bytes);
    if (size == bytes.size() && bytes.ends_with('\x1b')) --size;
    return std::min(size, bytes.find("\x1b$"));
}

bool is_clear(const Utf8Evidence& evidence) {
    return evidence.good + evidence.bad >= plenty || (evidence.bad == 0 && evidence.good >= some);
}

}  // namespace

TextWindow::TextWindow(ByteSource& source, std::optional<Encoding> wish, std::string_view before)
    : source_(source), text_(before), before_(before.size()) {
    read_on(held_);
    guess_ = {Encoding::utf8, 0, "only ASCII"};
    auto found = guess_from_start(held_);
    if (wish) {
        const bool same = found && found->encoding == *wish;
        set({*wish, same ? found->bom : 0, "as asked"});
    } else if (found) {
        set(std::move(*found));
    }
    held_.erase(0, guess_.bom);
    start_ = static_cast<std::int64_t>(guess_.bom);
    if (plain()) start_ -= static_cast<std::int64_t>(before_);
}

void TextWindow::assume(Encoding encoding, std::string reason) {
    const auto bom = guess_.bom;
    set({encoding, bom, std::move(reason)});
}

// All text so far is ASCII, the same in each encoding.
void TextWindow::set(EncodingGuess guess) {
    const bool was_plain = plain();
    guess_ = std::move(guess);
    decided_ = true;
    if (plain() == was_plain) return;
    if (plain()) {
        start_ -= static_cast<std::int64_t>(before_);
        return;
    }
    start_ += static_cast<std::int64_t>(before_);
    bytes_ = text_.substr(before_);
    marks_.clear();
    for (std::size_t byte = 0; byte <= bytes_.size(); byte += block)
        marks_.push_back({before_ + byte, byte, Decoder(guess_.encoding)});
    near_ = marks_.front();
}

bool TextWindow::read_on(std::string& into) {
    if (ended_) return false;
    const auto had = into.size();
    into.resize(had + step);
    std::size_t got = 0;
    try {
        got = source_.read(into.data() + had, step);
    } catch (...) {
        fault_ = std::current_exception();  // told when all before it has been read
    }
    into.resize(had + got);
    ended_ = got == 0;
    return got > 0;
}

// What is held begins with a byte that is not ASCII, or an escape. False if it is only an escape.
bool TextWindow::decide() {
    for (;;) {
        const auto evidence = utf8_evidence(held_);
        if (is_clear(evidence) || held_.size() >= most_ahead) break;
        for (const auto enough = held_.size() * 2; held_.size() < enough && read_on(held_);) {
        }
        if (ended_) break;
    }
    auto found = guess_from_letters(held_);
    found.bom = guess_.bom;
    if (found.encoding == Encoding::utf8 && ascii_prefix(held_) == held_.size()) return false;
    guessed_ = true;
    set(std::move(found));
    return true;
}

bool TextWindow::more() {
    if (add()) return true;
    if (fault_) std::rethrow_exception(fault_);
    return false;
}

bool TextWindow::fill(std::size_t size) {
    while (window().size() < size)
        if (!add()) return false;
    return true;
}

bool TextWindow::add() {
    forget();
    if (plain() && held_.empty()) {
        const auto had = text_.size();
        if (!read_on(text_)) return false;
        if (decided_) return true;
        const auto size = had + undisputed(std::string_view(text_).substr(had));
        held_.assign(text_, size);
        text_.resize(size);
        if (size > had) return true;
    } else if (held_.empty() && !read_on(held_)) {
        return false;
    }
    auto size = held_.size();
    if (!decided_) {
        size = undisputed(held_);
        if (size == 0 && !decide()) size = held_.size();
    }
    if (plain()) {
        if (decided_) size = held_.size();
        text_.append(held_, 0, size);
        held_.erase(0, size);
        return true;
    }
    while (!decode_held())
        if (!read_on(held_) && held_.empty()) return false;
    return true;
}

// Adds what is held to the text, block by block. False if it was too little for a character.
bool TextWindow::decode_held() {
    const auto had = text_.size();
    auto decoder = marks_.empty() ? Decoder(guess_.encoding) : marks_.back().decoder;
    std::size_t done = 0;
    while (done < held_.size()) {
        const auto piece = std::string_view(held_).substr(done, block);
        const auto taken =
            decoder.decode(piece, ended_ && done + piece.size() == held_.size(), text_);
        if (taken == 0) break;
        done += taken;
        marks_.push_back({text_.size(), bytes_.size() + done, decoder});
    }
    bytes_.append(held_, 0, done);
    held_.erase(0, done);
    return text_.size() > had || (ended_ && held_.empty() && done > 0);
}

// Frees the memory of what was consumed, once it is the greater part.
void TextWindow::forget() {
    if (at_ == 0 || at_ < text_.size() / 2) return;
    if (plain()) {
        text_.erase(0, at_);
        start_ += static_cast<std::int64_t>(at_);
        before_ -= std::min(before_, at_);
        at_ = 0;
        return;
    }
    const auto from = *mark_before(at_);
    marks_.erase(marks_.begin(), mark_before(at_));
    for (auto& mark : marks_) {
        mark.text -= from.text;
        mark.byte -= from.byte;
    }
    near_ = marks_.front();
    text_.erase(0, from.text);
    bytes_.erase(0, from.byte);
    start_ += static_cast<std::int64_t>(from.byte);
    at_ -= from.text;
    before_ -= std::min(before_, from.text);
}

// The last mark before a place of the text, or the first of all. Not one at the place: an escape of
// ISO-2022-JP may lie between the end of the text before it and the mark.
std::vector<TextWindow::Mark>::const_iterator TextWindow::mark_before(std::size_t text) const {
    const auto behind =
        std::lower_bound(marks_.begin(), marks_.end(), text, [](const Mark& mark, std::size_t at) {
            return mark.text < at;
        });
    return behind == marks_.begin() ? behind : behind - 1;
}

// In bytes_, of the character at a place of text_.
std::size_t TextWindow::byte_at(std::size_t text) const {
    if (text <= before_) return 0;
    const auto& mark = *mark_before(text);
    if (near_.text > text || near_.text < mark.text) near_ = mark;
    std::string again;
    if (is_single_byte(guess_.encoding)) {
        near_.byte +=
            count_code_points(std::string_view(text_).substr(near_.text, text - near_.text));
        near_.text = text;
    }
    while (near_.text < text && near_.byte < bytes_.size()) {
        const auto rest = std::string_view(bytes_).substr(near_.byte);
        std::size_t taken = 0;
        again.clear();
        for (std::size_t size = 1; taken == 0 && size <= rest.size(); ++size)
            taken = near_.decoder.decode(rest.substr(0, size), false, again);
        near_.byte += taken > 0 ? taken : rest.size();
        near_.text += again.size();
    }
    return near_.byte;
}

std::int64_t TextWindow::offset() const {
    if (plain()) return start_ + static_cast<std::int64_t>(at_);
    return start_ + static_cast<std::int64_t>(byte_at(at_));
}

std::string_view TextWindow::original(std::string_view piece) const {
    if (plain()) return piece;
    const auto begin = static_cast<std::size_t>(piece.data() - text_.data());
    const auto from = byte_at(begin);
    const auto to = piece.empty() ? from : byte_at(begin + piece.size());
    return std::string_view(bytes_).substr(from, to - from);
}

std::string TextWindow::encoding_fault(std::string_view piece) const {
    if (plain()) return is_utf8(piece) ? "" : "not well-formed UTF-8";
    const bool legacy = is_single_byte(guess_.encoding) || is_multi_byte(guess_.encoding);
    if (!legacy || ascii_prefix(piece) == piece.size()) return {};
    const auto name = std::string(label_of(guess_.encoding));
    if (piece.find(replacement_utf8) != piece.npos) return "has bytes that are not of " + name;
    if (!guessed_) return {};
    const auto evidence = utf8_evidence(original(piece));
    if (evidence.bad > 0 || evidence.good < strange_from(guess_.encoding)) return {};
    return "is UTF-8, while the rest reads as " + name + "; give the encoding of all";
}

void TextWindow::restart(std::int64_t offset) {
    text_.clear();
    bytes_.clear();
    at_ = before_ = 0;
    start_ = offset;
    marks_ = {{0, 0, Decoder(guess_.encoding)}};
    near_ = marks_.front();
}

bool TextWindow::skip_to(std::int64_t offset) {
    for (auto at = this->offset(); at < offset; at = this->offset()) {
        const auto ahead = static_cast<std::size_t>(offset - at);
        if (plain() && !window().empty()) {
            consume(std::min(ahead, window().size()));
            continue;
        }
        if (!decided_) {
            if (!more()) return false;
            continue;
        }
        if (!plain()) held_.insert(0, bytes_.substr(byte_at(at_)));  // to be decoded anew
        if (held_.empty()) {
            restart(offset);
            return source_.skip_to(offset);
        }
        const auto skipped = std::min(ahead, held_.size());
        held_.erase(0, skipped);
        restart(at + static_cast<std::int64_t>(skipped));
    }
    return true;
}

}  // namespace base
