// Messages out of mailboxes.
//
// mbox has four dialects that differ in how a line "From " in a body is told from the start of the
// next message. All are read: a Content-Length is believed where a message follows behind it, and
// otherwise such a line counts only behind an empty one and with a time in it.
#include <algorithm>
#include <optional>

#include "ingest/sources/files/format.hpp"
#include "ingest/sources/files/mail/mail.hpp"

namespace ingest {

namespace {

// "From ann@example.org Sat Jan  3 01:05:34 1996": with a time in it, as sentences have not.
bool is_from_line(std::string_view line) {
    if (!line.starts_with("From ")) return false;
    auto digit = [&](std::size_t i) { return i < line.size() && line[i] >= '0' && line[i] <= '9'; };
    for (auto colon = line.find(':'); colon != line.npos; colon = line.find(':', colon + 1))
        if (digit(colon - 1) && digit(colon + 1) && digit(colon + 2)) return true;
    return false;
}

// A mailbox of mboxo, mboxrd, mboxcl or mboxcl2: a message begins with a line "From " at the start
// or behind an empty line. A Content-Length that ends where such a line or the end follows is
// believed. In bodies without one, ">From " loses a ">", and so do those with more (mboxrd).
class MboxReader : public MemberReader {
public:
    explicit MboxReader(const MemberInput& input)
        : bytes_(input.bytes),
          limit_(input.options.max_record),
          whole_(input.options.attachments),
          place_(input.start) {
        if (input.start.offset > 0) ended_ = !bytes_.skip_to(input.start.offset);
    }

    bool next(Page& page) override {
        if (ended_ || !skip_empty_lines()) {
            ended_ = true;
            return false;
        }
        auto size = message_size();
        auto raw = std::string_view(window_).substr(at_, size);
        if (size > limit_) {
            refuse_mail(page, raw, place_, "mail.too_long", "a message is longer than the limit");
        } else if (!is_from_line(line(0))) {
            refuse_mail(
                page, raw, place_, "mbox.no_from", "text before a line that starts with 'From '"
            );
        } else {
            add_mail(page, raw, content(raw), {}, whole_, place_);
        }
        ++place_.index;
        page.bytes += size;
        consume(size);
        return true;
    }

    Position position() const override { return place_; }
    std::string describe() const override { return "messages behind lines 'From '"; }

private:
    std::string_view window() const { return std::string_view(window_).substr(at_); }

    bool more() {
        if (at_ > 0 && at_ >= window_.size() / 2) {
            window_.erase(0, at_);
            at_ = 0;
        }
        auto had = window_.size();
        window_.resize(had + 256 * 1024);
        auto got = bytes_.read(window_.data() + had, 256 * 1024);
        window_.resize(had + got);
        return got > 0;
    }

    void consume(std::size_t size) {
        auto gone = window().substr(0, size);
        place_.line += std::count(gone.begin(), gone.end(), '\n');
        place_.offset += static_cast<std::int64_t>(size);
        at_ += size;
    }

    // With its end; what there is of it at the end of the input.
    std::string_view line(std::size_t from) {
        for (;;) {
            auto end = from <= window().size() ? window().find('\n', from) : std::string_view::npos;
            if (end != std::string_view::npos) return window().substr(from, end + 1 - from);
            if (window().size() > limit_ + from || !more())
                return from < window().size() ? window().substr(from) : std::string_view{};
        }
    }

    static bool is_empty(std::string_view line) { return line == "\n" || line == "\r\n"; }

    bool skip_empty_lines() {
        for (;;) {
            auto first = line(0);
            if (first.empty()) return false;
            if (!is_empty(first)) return true;
            consume(first.size());
        }
    }

    // Of the message at the window's start, its empty last line included.
    std::size_t message_size() {
        counted_ = false;
        std::size_t at = 0;
        bool header = is_from_line(line(0));
        bool after_empty = !header;
        std::optional<std::size_t> length;
        if (header) at = line(0).size();
        while (at <= limit_) {
            auto text = line(at);
            if (text.empty()) break;
            if (after_empty && at > 0 && is_from_line(text)) break;
            bool empty = is_empty(text);
            if (header && !empty && !length) length = content_length(text);
            at += text.size();
            after_empty = empty;
            if (!header || !empty) continue;
            header = false;
            if (auto end = length ? counted_end(at, *length) : std::nullopt) {
                counted_ = true;
                return *end;
            }
        }
        return at;
    }

    static std::optional<std::size_t> content_length(std::string_view line) {
        constexpr std::string_view name = "content-length:";
        if (line.size() < name.size()) return std::nullopt;
        for (std::size_t i = 0; i < name.size(); ++i)
            if ((line[i] | 0x20) != name[i] && line[i] != name[i]) return std::nullopt;
        std::size_t value = 0;
        bool found = false;
        for (char c : line.substr(name.size())) {
            if (c == ' ' || c == '\t') continue;
            if (c < '0' || c > '9' || value > (std::size_t{1} << 40U)) break;
            value = value * 10 + static_cast<std::size_t>(c - '0');
            found = true;
        }
        return found ? std::optional(value) : std::nullopt;
    }

    // Where a body of that length ends, if the next message or the end of the input follows.
    std::optional<std::size_t> counted_end(std::size_t body, std::size_t length) {
        if (length > limit_) return std::nullopt;
        auto end = body + length;
        while (window().size() < end + 2 && more()) {
        }
        if (window().size() < end) return std::nullopt;
        for (auto text = line(end); is_empty(text); text = line(end)) end += text.size();
        auto text = line(end);
        return text.empty() || is_from_line(text) ? std::optional(end) : std::nullopt;
    }

    // The message without its "From " line, and without the quoting of such lines.
    std::string content(std::string_view raw) const {
        raw.remove_prefix(std::min(raw.find('\n'), raw.size() - 1) + 1);
        if (counted_) return std::string(raw);
        std::string out;
        out.reserve(raw.size());
        while (!raw.empty()) {
            auto end = std::min(raw.find('\n'), raw.size() - 1) + 1;
            auto text = raw.substr(0, end);
            auto arrows = std::min(text.find_first_not_of('>'), text.size());
            if (arrows > 0 && text.substr(arrows).starts_with("From ")) text.remove_prefix(1);
            out.append(text);
            raw.remove_prefix(end);
        }
        if (out.ends_with("\r\n\r\n")) {
            out.resize(out.size() - 2);
        } else if (out.ends_with("\n\n")) {
            out.pop_back();
        }
        return out;
    }

    formats::Bytes& bytes_;
    std::size_t limit_;
    bool whole_;
    Position place_;
    std::string window_;
    std::size_t at_ = 0;
    bool counted_ = false;
    bool ended_ = false;
};

// "From ann@example.org Sat Jan  3 01:05:34 1996" and a header.
bool starts_mbox(std::string_view text) {
    if (!text.starts_with("From ")) return false;
    auto line = text.substr(0, text.find('\n'));
    auto rest = text.substr(std::min(line.size() + 1, text.size()));
    auto name = rest.substr(0, rest.find_first_of(": \r\n"));
    return line.find(':') != line.npos && !name.empty() &&
           rest.substr(name.size()).starts_with(':');
}

std::string mbox_look(const Sample& sample) {
    const bool mbox = sample.named({"mbox"}) || starts_mbox(sample.text);
    return mbox ? "starts with a line 'From '" : "";
}

constexpr Sign signs[]{{Strength::look, mbox_look}};

std::unique_ptr<MemberReader> open(const MemberInput& input) {
    return std::make_unique<MboxReader>(input);
}

}  // namespace

const Format mbox_format{
    .name = "mbox",
    .words = "a mailbox: each message",
    .signs = signs,
    .open = open,
};

}  // namespace ingest
