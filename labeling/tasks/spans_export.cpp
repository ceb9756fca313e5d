// Spans as files.
//
// IOB2 tells spans by the tags of tokens, so that a span that ended within a token would be lost or
// widened. Tokens are therefore also cut where spans begin and end: what is read back is what was
// labeled.
#include "labeling/tasks/spans_export.hpp"

#include <algorithm>
#include <ostream>
#include <set>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/json/described.hpp"
#include "base/text/utf8.hpp"
#include "labeling/tasks/spans.hpp"

namespace labeling {

namespace {

struct SpanLine {
    std::string key;
    base::JsonText spans;
    double probability = 1;
    std::string method;
    int revision = 1, version = 1;
    std::string url, title, text;
    base::JsonText fields;
};
BOOST_DESCRIBE_STRUCT(
    SpanLine,
    (),
    (key, spans, probability, method, revision, version, url, title, text, fields)
)

class SpanLines : public Exporter {
public:
    explicit SpanLines(std::ostream& out) : out_(out) {}

    void write(const ExportRow& row) override {
        SpanLine line{
            .key = row.key,
            .spans = {row.value},
            .probability = row.probability,
            .method = row.method,
            .revision = row.revision,
            .version = row.version,
            .url = row.url,
            .title = row.title,
            .text = row.text,
            .fields = {row.payload}};
        out_ << base::json_text(line) << '\n';
    }
    void finish() override { out_.flush(); }

private:
    std::ostream& out_;
};

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
    explicit Conll(std::ostream& out) : out_(out) {}

    void write(const ExportRow& row) override {
        auto spans = parse_spans(row.value.empty() ? "[]" : row.value);
        std::set<std::size_t> cuts;
        for (const auto& span : spans) {
            cuts.insert(span.start);
            cuts.insert(span.end);
        }
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
    static const TextSpan* span_of(const Token& token, const std::vector<TextSpan>& spans) {
        for (const auto& span : spans)
            if (token.start >= span.start && token.end <= span.end) return &span;
        return nullptr;
    }

    std::ostream& out_;
};

}  // namespace

std::unique_ptr<Exporter> span_exporter(Format format, const Project& project, std::ostream& out) {
    if (format == Format::jsonl) return std::make_unique<SpanLines>(out);
    if (format == Format::conll && !project.overlapping_spans) return std::make_unique<Conll>(out);
    throw base::UsageError(
        "project '" + project.name + "'",
        format == Format::conll
            ? "its spans may overlap, which tags of tokens can not tell"
            : fmt::format("{} does not hold spans of text", base::name_of(format)),
        format == Format::conll ? "choose jsonl" : "choose jsonl or conll"
    );
}

}  // namespace labeling
