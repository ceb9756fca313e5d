// Paragraphs of fields, as Debian writes its package lists (deb822(5)).
//
// A paragraph is found by its blank lines before it is split, so that a broken line costs its
// paragraph and not the rest of the file. Folded values are unfolded into one copy; all others are
// views.
#include <algorithm>

#include <fmt/format.h>

#include "base/text/ascii.hpp"
#include "ingest/sources/files/format.hpp"
#include "ingest/sources/files/text_records.hpp"

namespace ingest {

namespace {

std::string_view trim_end(std::string_view text) {
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r'))
        text.remove_suffix(1);
    return text;
}

// Paragraphs of "Name: value" lines, apart by blank lines (deb822(5)). A line that starts with a
// blank goes on with the value of the line before: its first blank is left out and a lone "." is an
// empty line. Lines with "#" first are comments.
class Deb822Reader : public TextRecords {
public:
    explicit Deb822Reader(const MemberInput& input) : TextRecords(input) { ended_ = !resume(); }

    bool next(Page& page) override {
        while (!ended_) {
            if (!skip_between()) break;
            auto size = paragraph_size();
            add(page, size);
            return true;
        }
        ended_ = true;
        return false;
    }

    std::string describe() const override {
        return fmt::format("paragraphs of fields; {}", encoding_said());
    }

private:
    // The line at `from`, without its end; `next` is behind it. Reads on as needed.
    std::string_view line_at(std::size_t from, std::size_t& next) {
        for (;;) {
            auto end = text_.window().find('\n', from);
            if (end != std::string_view::npos || text_.window().size() > limit_ || !text_.more()) {
                end = std::min(end, text_.window().size());
                next = std::min(end + 1, text_.window().size());
                return text_.window().substr(from, end - from);
            }
        }
    }

    // Over blank lines and comments before a paragraph.
    bool skip_between() {
        for (;;) {
            std::size_t next = 0;
            auto line = line_at(0, next);
            if (next == 0) return false;
            if (!trim_end(line).empty() && line.front() != '#') return true;
            advance(next);
        }
    }

    std::size_t paragraph_size() {
        std::size_t at = 0;
        while (at <= limit_) {
            std::size_t next = 0;
            auto line = line_at(at, next);
            if (next == at || trim_end(line).empty()) break;
            at = next;
        }
        return at;
    }

    void add(Page& page, std::size_t size) {
        if (size > limit_)
            return reject(
                page, size, size, "deb822.too_long", "a paragraph is longer than the limit"
            );
        if (reject_unfit(page, size, size)) return;
        auto kept = page.arena.keep(text_.window().substr(0, size));
        while (!kept.empty() && kept.back() == '\n') kept.remove_suffix(1);
        auto first = page.fields.size();
        std::string code;
        std::string reason;
        std::string_view column;
        split(page, kept, first, code, reason, column);
        if (!code.empty()) {
            page.fields.resize(first);
            auto name = std::string(column);
            return reject(page, kept.size(), size, code, std::move(reason), name);
        }
        add_record(page, kept, first);
        page.bytes += size;
        advance(size);
    }

    void split(
        Page& page,
        std::string_view rest,
        std::size_t first,
        std::string& code,
        std::string& reason,
        std::string_view& column
    ) {
        while (!rest.empty()) {
            auto line = rest.substr(0, rest.find('\n'));
            rest.remove_prefix(std::min(line.size() + 1, rest.size()));
            if (line.front() == '#') continue;
            auto colon = line.find(':');
            if (colon == 0 || colon == line.npos || line.front() == ' ' || line.front() == '\t' ||
                line.front() == '-') {
                code = "deb822.syntax";
                reason = fmt::format("'{}' is not 'Name: value'", line.substr(0, 60));
                return;
            }
            auto name = trim_end(line.substr(0, colon));
            auto value = line.substr(colon + 1);
            while (!value.empty() && (value.front() == ' ' || value.front() == '\t'))
                value.remove_prefix(1);
            value = trim_end(value);
            bool folded = !rest.empty() &&
                          (rest.front() == ' ' || rest.front() == '\t' || rest.front() == '#');
            if (folded) value = unfold(page, value, rest);
            for (auto i = first; i < page.fields.size(); ++i) {
                if (page.fields[i].name != name) continue;
                code = "deb822.duplicate_field";
                reason = fmt::format("the field '{}' comes twice", name);
                column = name;
                return;
            }
            page.fields.push_back({name, value, formats::Field::Kind::text});
        }
    }

    std::string_view unfold(Page& page, std::string_view value, std::string_view& rest) {
        scratch_.assign(value);
        while (!rest.empty() && (rest.front() == ' ' || rest.front() == '\t' || rest.front() == '#')
        ) {
            auto line = rest.substr(0, rest.find('\n'));
            rest.remove_prefix(std::min(line.size() + 1, rest.size()));
            if (line.front() == '#') continue;
            line = trim_end(line.substr(1));
            if (!scratch_.empty()) scratch_.push_back('\n');
            if (line != ".") scratch_.append(line);
        }
        return page.arena.keep(scratch_);
    }

    std::string scratch_;
    bool ended_ = false;
};

// The first paragraph is made of two or more lines "Name: value" and lines that go on.
bool looks_like_deb822(std::string_view text) {
    int fields = 0;
    while (!text.empty()) {
        auto end = text.find('\n');
        if (end == text.npos) break;  // the sample may cut a line
        auto line = text.substr(0, end);
        text.remove_prefix(end + 1);
        if (line.starts_with('#')) continue;
        if (line.empty() || line == "\r") break;
        if (line.front() == ' ' || line.front() == '\t') {
            if (fields == 0) return false;
            continue;
        }
        auto colon = line.find(':');
        if (colon == 0 || colon == line.npos ||
            (colon + 1 < line.size() && line[colon + 1] != ' ' && line[colon + 1] != '\r')) {
            return false;
        }
        for (char c : line.substr(0, colon)) {
            if (!base::is_alnum(c) && c != '-' && c != '_') return false;
        }
        ++fields;
    }
    return fields >= 2;
}

std::string by_look(const Sample& sample) {
    return looks_like_deb822(sample.text) ? "paragraphs of 'Name: value' lines" : "";
}

constexpr Sign signs[]{{Strength::look, by_look}};

std::unique_ptr<MemberReader> open(const MemberInput& input) {
    return std::make_unique<Deb822Reader>(input);
}

}  // namespace

const Format deb822_format{
    .name = "deb822",
    .words = "paragraphs of \"Name: value\" lines, as Debian's package lists: each paragraph",
    .signs = signs,
    .open = open,
};

}  // namespace ingest
