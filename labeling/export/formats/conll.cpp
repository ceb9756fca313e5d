// "# key = KEY", then a line a token: the token, a tab and its tag (IOB2: B-CLASS, I-CLASS, O); an
// empty line ends a record.
//
// IOB2 tells spans by the tags of tokens, so that a span that ended within a token would be lost or
// widened. Tokens are therefore cut at blanks, at ASCII punctuation, and where spans begin and end:
// what is read back is what was labeled. No token holds a blank, so that a span that begins or ends
// with one ends the export, unless it is to be written without.
#include <ostream>
#include <set>
#include <vector>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text/utf8.hpp"
#include "labeling/export/export_formats.hpp"
#include "labeling/tasks/spans.hpp"

namespace labeling {

namespace {

bool is_blank(char32_t c) {
    return c <= 0x20 || c == 0x85 || c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) ||
           c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000;
}

bool is_punctuation(char32_t c) {
    return c < 0x80 && !is_blank(c) && !(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'z') &&
           !(c >= 'A' && c <= 'Z');
}

struct Token {
    std::string_view text;
    std::size_t start = 0, end = 0;  // code points
};

// `cuts` are places at which no token goes on.
std::vector<Token> tokens_of(std::string_view text, const std::set<std::size_t>& cuts) {
    std::vector<Token> tokens;
    std::size_t at = 0, place = 0, begin = 0, first = 0;
    bool open = false;
    auto close = [&](std::size_t end) {
        if (open)
            tokens.push_back({.text = text.substr(begin, end - begin), .start = first, .end = place}
            );
        open = false;
    };
    for (; at < text.size(); ++place) {
        auto here = at;
        auto c = base::next_code_point(text, at);
        bool alone = is_punctuation(c);
        if (is_blank(c) || alone || cuts.contains(place)) close(here);
        if (is_blank(c)) continue;
        if (!open) {
            begin = here;
            first = place;
            open = true;
        }
        if (alone) {
            ++place;
            close(at);
            --place;
        }
    }
    close(text.size());
    return tokens;
}

class Conll : public Exporter {
public:
    Conll(bool trims, ExportFiles& files) : trims_(trims), out_(files.open("labels.conll")) {}

    void write(const ExportRow& row) override {
        auto spans = parse_spans(row.value.empty() ? "[]" : row.value);
        std::set<std::size_t> cuts;
        for (const auto& span : spans) {
            cuts.insert(span.start);
            cuts.insert(span.end);
        }
        check_edges(row, spans);
        out_ << "# key = " << row.key << '\n';
        const TextSpan* before = nullptr;
        for (const auto& token : tokens_of(row.text, cuts)) {
            const auto* span = span_of(token, spans);
            out_ << token.text << '\t';
            if (span)
                out_ << (span == before ? "I-" : "B-") << span->label << '\n';
            else
                out_ << "O\n";
            before = span;
        }
        out_ << '\n';
    }
    void finish() override { out_.flush(); }

private:
    void check_edges(const ExportRow& row, const std::vector<TextSpan>& spans) const {
        if (spans.empty()) return;
        std::vector<bool> blank;  // by code point
        for (std::size_t at = 0; at < row.text.size();)
            blank.push_back(is_blank(base::next_code_point(row.text, at)));
        for (const auto& span : spans) {
            if (span.end > blank.size() || span.start >= span.end) continue;
            auto start = span.start;
            while (start < span.end && blank[start]) ++start;
            bool at_edge = start != span.start || blank[span.end - 1];
            if (!at_edge || (trims_ && start < span.end)) continue;
            throw base::Error(
                "record '" + row.key + "'",
                fmt::format(
                    "its span {} to {} ({}) {}, which tags of tokens can not tell",
                    span.start,
                    span.end,
                    span.label,
                    start == span.end ? "is of blanks alone" : "begins or ends with a blank"
                ),
                start == span.end ? "choose jsonl, or mend the label"
                                  : "give --trim-blanks to write it without, or choose jsonl"
            );
        }
    }

    static const TextSpan* span_of(const Token& token, const std::vector<TextSpan>& spans) {
        for (const auto& span : spans)
            if (token.start >= span.start && token.end <= span.end) return &span;
        return nullptr;
    }

    bool trims_;
    std::ostream& out_;
};

class ConllFormat : public ExportFormat {
public:
    std::string_view name() const override { return "conll"; }
    std::string_view meaning() const override { return "spans of text as tags of tokens (IOB2)"; }
    std::string_view file_name() const override { return "labels.conll"; }
    std::string_view media_type() const override { return "text/plain; charset=utf-8"; }

    std::optional<std::string> refuses(const ExportContent& content) const override {
        if (content.shape != LabelShape::spans)
            return holds_only(name(), "spans of text", *content.project);
        if (content.project->question.overlapping_spans)
            return "its spans may overlap, which tags of tokens can not tell";
        return only_of_the_text(name(), content);
    }

    std::unique_ptr<Exporter> exporter(const ExportContent& content, ExportFiles& files)
        const override {
        return std::make_unique<Conll>(content.trim_blanks, files);
    }
};

}  // namespace

const ExportFormat& conll_format() {
    static const ConllFormat format;
    return format;
}

}  // namespace labeling
