// Tags, text and comments out of a page's bytes (HTML standard, 13.2.5).
//
// The standard's 80 states go byte by byte; this looks for the next sign that matters with memchr
// and tables, and gives views into the page. What it tells apart in the same way: comments, raw
// text up to its own end tag, attributes with and without quotes, and references in text and
// values.
#include "formats/html/tokenizer.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "base/text/ascii.hpp"

namespace formats {

namespace {

constexpr std::size_t attribute_limit = 200;

// What a byte is inside of a tag.
enum Role : std::uint8_t {
    blank = 1,
    ends_name = 2,       // of a tag
    ends_attribute = 4,  // .. or of an attribute
    ends_value = 8,      // .. or of a value without quotes
    upper = 16,
};
constexpr auto roles = [] {
    std::array<std::uint8_t, 256> all{};
    auto give = [&](std::string_view bytes, int role) {
        for (char c : bytes) {
            auto& at = all[static_cast<unsigned char>(c)];
            at = static_cast<std::uint8_t>(at | role);
        }
    };
    give("\t\n\f\r ", blank | ends_name | ends_attribute | ends_value);
    give("/", ends_name | ends_attribute);
    give(">", ends_name | ends_attribute | ends_value);
    give("=", ends_attribute);
    give("ABCDEFGHIJKLMNOPQRSTUVWXYZ", upper);
    return all;
}();
constexpr unsigned role_of(char c) {
    return roles[static_cast<unsigned char>(c)];
}

// Whether a tag's name is `name`: followed by what ends a name.
bool names(std::string_view rest, std::string_view name) {
    if (rest.size() <= name.size() || !base::equal_ignoring_case(rest.substr(0, name.size()), name))
        return false;
    char after = rest[name.size()];
    return base::is_space(after) || after == '/' || after == '>';
}

}  // namespace

void Tokenizer::run() {
    while (at_ < html_.size()) {
        auto mark = html_.find('<', at_);
        if (mark == html_.npos) mark = html_.size();
        builder_.place(at_);
        if (mark > at_) text(at_, mark);
        at_ = mark;
        builder_.place(at_);
        if (at_ < html_.size()) markup();
    }
    builder_.finish();
}

void Tokenizer::text(std::size_t from, std::size_t to) {
    auto piece = html_.substr(from, to - from);
    if (piece.find('&') != piece.npos) {
        std::string decoded;
        decoded.reserve(piece.size());
        decode_references(piece, false, decoded);
        piece = document_.keep(std::move(decoded));
    }
    builder_.text(piece);
}

// At a '<'.
void Tokenizer::markup() {
    char next = at_ + 1 < html_.size() ? html_[at_ + 1] : '\0';
    if (base::is_alpha(next)) return start_tag();
    if (next == '/') {
        char after = at_ + 2 < html_.size() ? html_[at_ + 2] : '\0';
        if (base::is_alpha(after)) return end_tag();
        if (after == '>') {
            at_ += 3;
            return;
        }
        if (at_ + 2 < html_.size()) return bogus_comment(at_ + 2);
    } else if (next == '!') {
        auto rest = html_.substr(at_);
        if (rest.starts_with("<!--")) return comment();
        if (rest.size() >= 9 && base::equal_ignoring_case(rest.substr(0, 9), "<!doctype"))
            return doctype();
        if (rest.starts_with("<![CDATA[") && builder_.in_foreign()) {
            auto end = html_.find("]]>", at_);
            auto stop = std::min(end, html_.size());
            if (stop > at_ + 9) builder_.text(html_.substr(at_ + 9, stop - at_ - 9));
            at_ = end == html_.npos ? html_.size() : end + 3;
            return;
        }
        return bogus_comment(at_ + 2);
    } else if (next == '?') {
        return bogus_comment(at_ + 1);
    }
    text(at_, at_ + 1);
    ++at_;
}

void Tokenizer::doctype() {
    auto start = at_ + 9;
    auto end = std::min(html_.find('>', start), html_.size());
    builder_.doctype(html_.substr(start, end - start));
    at_ = std::min(end + 1, html_.size());
}

void Tokenizer::bogus_comment(std::size_t from) {
    auto end = std::min(html_.find('>', from), html_.size());
    builder_.comment(html_.substr(from, end - from));
    at_ = std::min(end + 1, html_.size());
}

void Tokenizer::comment() {
    auto start = at_ + 4;
    auto rest = html_.substr(start);
    if (rest.starts_with(">") || rest.starts_with("->")) {
        builder_.comment({});
        at_ = start + (rest[0] == '>' ? 1 : 2);
        return;
    }
    for (auto end = html_.find("--", start); end != html_.npos; end = html_.find("--", end + 1)) {
        auto after = html_.substr(end + 2);
        if (!after.starts_with(">") && !after.starts_with("!>")) continue;
        builder_.comment(html_.substr(start, end - start));
        at_ = end + (after[0] == '>' ? 3 : 4);
        return;
    }
    builder_.comment(rest);
    at_ = html_.size();
}

void Tokenizer::skip_spaces() {
    while (at_ < html_.size() && role_of(html_[at_]) & blank) ++at_;
}

std::string_view Tokenizer::name_until(unsigned stops) {
    auto start = at_;
    unsigned met = 0;
    if (at_ < html_.size() && html_[at_] == '=') ++at_;  // part of an attribute's name there
    for (; at_ < html_.size(); ++at_) {
        auto role = role_of(html_[at_]);
        if (role & stops) break;
        met |= role;
    }
    auto name = html_.substr(start, at_ - start);
    return met & upper ? document_.keep(base::to_lower(name)) : name;
}

std::string_view Tokenizer::value() {
    skip_spaces();
    std::string_view raw;
    if (at_ < html_.size() && (html_[at_] == '"' || html_[at_] == '\'')) {
        char quote = html_[at_++];
        auto end = std::min(html_.find(quote, at_), html_.size());
        raw = html_.substr(at_, end - at_);
        at_ = std::min(end + 1, html_.size());
    } else {
        auto start = at_;
        while (at_ < html_.size() && !(role_of(html_[at_]) & ends_value)) ++at_;
        raw = html_.substr(start, at_ - start);
    }
    if (raw.find('&') == raw.npos) return raw;
    std::string decoded;
    decode_references(raw, true, decoded);
    return document_.keep(std::move(decoded));
}

bool Tokenizer::attribute() {
    for (;;) {
        skip_spaces();
        if (at_ >= html_.size()) return false;
        if (html_[at_] == '>') {
            ++at_;
            return false;
        }
        if (html_[at_] != '/') break;
        self_closing_ = ++at_ < html_.size() && html_[at_] == '>';
    }
    Attribute found;
    found.name = name_until(ends_attribute);
    skip_spaces();
    if (at_ < html_.size() && html_[at_] == '=') {
        ++at_;
        found.value = value();
    }
    document_.attributes_.push_back(found);
    return true;
}

void Tokenizer::start_tag() {
    ++at_;
    auto name = name_until(ends_name);
    auto& attributes = document_.attributes_;
    auto first = attributes.size();
    self_closing_ = false;
    while (attribute()) {
        auto count = attributes.size() - first;
        auto last = attributes.end() - 1;
        bool again = std::any_of(
            attributes.begin() + static_cast<long>(first),
            last,
            [&](const Attribute& other) { return other.name == last->name; }
        );
        if (again || count > attribute_limit) attributes.pop_back();
    }
    if (at_ >= html_.size() && html_.back() != '>') {  // the page ends inside a tag: no tag
        attributes.resize(first);
        return;
    }
    auto tag = tag_of(name);
    bool raw = builder_.start(tag, name, first, attributes.size() - first, self_closing_);
    if (raw) raw_text(tag, name);
}

void Tokenizer::end_tag() {
    at_ += 2;
    auto name = name_until(ends_name);
    auto first = document_.attributes_.size();
    while (attribute()) continue;
    document_.attributes_.resize(first);
    if (at_ >= html_.size() && html_.back() != '>') return;
    builder_.end(tag_of(name), name);
}

// Where the end tag of a raw element begins, or npos. In a script "<!--" hides "<script" with its
// end tag, up to "-->" (HTML standard, 13.2.5.20 and following).
std::size_t Tokenizer::end_of_raw(Tag tag, std::string_view name) const {
    if (tag == Tag::plaintext) return html_.npos;
    std::size_t shown = 0;  // up to here a "<!--" is open
    bool hidden = false;
    for (auto mark = html_.find('<', at_); mark != html_.npos; mark = html_.find('<', mark + 1)) {
        auto rest = html_.substr(mark + 1);
        if (mark >= shown) {
            hidden = false;
            if (tag == Tag::script && rest.starts_with("!--")) {
                shown = html_.find("-->", mark + 2);  // "<!-->" ends at once
                continue;
            }
        }
        if (rest.starts_with('/')) {
            if (!names(rest.substr(1), name)) continue;
            if (!hidden) return mark;
            hidden = false;
        } else if (mark < shown && names(rest, "script")) {
            hidden = true;
        }
    }
    return html_.npos;
}

// Everything up to the element's own end tag is text.
void Tokenizer::raw_text(Tag tag, std::string_view name) {
    auto start = at_;
    auto end = end_of_raw(tag, name);
    auto stop = std::min(end, html_.size());
    if (tag == Tag::textarea && start < stop && html_[start] == '\n') ++start;
    builder_.place(start);
    if (stop > start) {
        if (has_trait(tag, is_escapable)) {
            text(start, stop);
        } else {
            builder_.text(html_.substr(start, stop - start));
        }
    }
    at_ = stop;
    if (end != html_.npos) end_tag();
}

}  // namespace formats
