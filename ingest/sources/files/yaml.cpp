// Mappings of a YAML text (1.2.2, with its core schema): the entries of a sequence, or documents.
//
// A parser of the whole stream would hold all of it, and lose the rest behind a fault. But entries
// of a block sequence and documents end at line starts that nothing inside of them can have
// (sections 8.2.1 and 9.1.2), so they are cut there, and yaml-cpp is given one at a time: memory is
// flat, each record has its own bytes and lines, and a broken one costs only itself. The price is
// that an anchor is known in its own record alone.
//
// Aliases are followed, but what they make must stay in proportion to what is written: a few lines
// of aliases to aliases stand for gigabytes.
#include <algorithm>
#include <map>
#include <sstream>

#include <fmt/format.h>
#include <yaml-cpp/anchor.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include "base/text/ascii.hpp"
#include "base/text/utf8.hpp"
#include "formats/json/json.hpp"
#include "ingest/sources/files/format.hpp"
#include "ingest/sources/files/text_records.hpp"

namespace ingest {

namespace {

constexpr std::size_t growth = 16;  // of a record over its bytes
constexpr std::size_t growth_of_all = 1024;

struct Fault {
    std::string_view code;
    std::string reason;
};

// A node of a document. What an alias stands for is the same node as what it was said of.
struct Value {
    enum class Kind { null, plain, text, sequence, mapping };
    Kind kind = Kind::null;
    std::string text;
    std::vector<std::size_t> inside;  // of a mapping: names and their values in turn
};

// The one document of a text. yaml-cpp's own nodes are not made: its LoadAll() never ends on some
// broken texts, and its nodes may lie in themselves.
class Tree : public YAML::EventHandler {
public:
    // Throws a Fault for what is no document, or more than one.
    static Tree parse(std::string_view text, std::int64_t first_line) {
        Tree tree;
        std::istringstream in{std::string(text)};
        try {
            YAML::Parser parser(in);
            if (!parser.HandleNextDocument(tree)) throw Fault{"yaml.syntax", "no value"};
            Tree more;
            if (parser.HandleNextDocument(more))
                throw Fault{"yaml.syntax", "text behind the end of the value"};
        } catch (const YAML::Exception& error) {
            auto reason = error.msg;
            if (error.mark.line >= 0)
                reason += fmt::format(
                    " (line {}, column {})", first_line + error.mark.line, error.mark.column + 1
                );
            throw Fault{"yaml.syntax", reason};
        }
        if (tree.values_.empty()) throw Fault{"yaml.syntax", "no value"};
        return tree;
    }

    const Value& root() const { return values_.front(); }
    const Value& operator[](std::size_t place) const { return values_[place]; }

    void OnDocumentStart(const YAML::Mark&) override {}
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark&, YAML::anchor_t anchor) override { add({}, anchor); }
    void OnAlias(const YAML::Mark&, YAML::anchor_t anchor) override {
        const auto place = anchors_.at(anchor);
        if (std::find(open_.begin(), open_.end(), place) != open_.end())
            throw Fault{"yaml.aliases", "an alias for something that it is in"};
        if (!open_.empty()) values_[open_.back()].inside.push_back(place);
    }
    void OnScalar(
        const YAML::Mark&,
        const std::string& tag,
        YAML::anchor_t anchor,
        const std::string& text
    ) override {
        add({tag == "?" ? Value::Kind::plain : Value::Kind::text, text, {}}, anchor);
    }
    void OnSequenceStart(
        const YAML::Mark&,
        const std::string&,
        YAML::anchor_t anchor,
        YAML::EmitterStyle::value
    ) override {
        open_.push_back(add({Value::Kind::sequence, {}, {}}, anchor));
    }
    void OnSequenceEnd() override { open_.pop_back(); }
    void OnMapStart(
        const YAML::Mark&,
        const std::string&,
        YAML::anchor_t anchor,
        YAML::EmitterStyle::value
    ) override {
        open_.push_back(add({Value::Kind::mapping, {}, {}}, anchor));
    }
    void OnMapEnd() override { open_.pop_back(); }

private:
    std::size_t add(Value value, YAML::anchor_t anchor) {
        const auto place = values_.size();
        values_.push_back(std::move(value));
        if (!open_.empty()) values_[open_.back()].inside.push_back(place);
        if (anchor != YAML::NullAnchor) anchors_[anchor] = place;
        return place;
    }

    std::vector<Value> values_;
    std::vector<std::size_t> open_;
    std::map<YAML::anchor_t, std::size_t> anchors_;
};

// `true`, `12.5`: what JSON writes the same. Everything else that is not quoted is a text, so that
// 007 and 0x1F stay as they are.
formats::Field::Kind kind_of(const Value& value) {
    using enum formats::Field::Kind;
    if (value.kind != Value::Kind::plain) return formats::Field::Kind::text;
    const auto& word = value.text;
    if (word == "true" || word == "false") return boolean;
    const bool digit = !word.empty() && (base::is_digit(word[0]) || word[0] == '-');
    return digit && !formats::check_json(word) ? number : formats::Field::Kind::text;
}

// Values as JSON. Throws a Fault for what can not be stored.
class Writer {
public:
    Writer(const Tree& tree, std::size_t room) : tree_(tree), room_(room) {}

    // A name or a value that is one text.
    const std::string& scalar(const Value& value) {
        if (!base::is_utf8(value.text)) throw Fault{"text.encoding", "half of a surrogate pair"};
        if (value.text.find('\0') != std::string::npos)
            throw Fault{"text.nul", "a NUL byte in a text"};
        spend(value.text.size());
        return value.text;
    }

    const std::string& name(const Value& value) {
        if (value.kind != Value::Kind::plain && value.kind != Value::Kind::text)
            throw Fault{"yaml.name", "a name must be one word or text"};
        return scalar(value);
    }

    void append(const Value& value, std::string& out, std::size_t depth = 0) {
        if (depth > formats::json_depth) throw Fault{"yaml.depth", "nested too deeply"};
        spend(2);
        switch (value.kind) {
            case Value::Kind::null:
                out += "null";
                break;
            case Value::Kind::plain:
            case Value::Kind::text:
                if (kind_of(value) != formats::Field::Kind::text) {
                    out += scalar(value);
                } else {
                    formats::append_json_string(scalar(value), out);
                }
                break;
            case Value::Kind::sequence:
                out += '[';
                for (std::size_t i = 0; i < value.inside.size(); ++i) {
                    if (i > 0) out += ',';
                    append(tree_[value.inside[i]], out, depth + 1);
                }
                out += ']';
                break;
            case Value::Kind::mapping:
                append_members(value, out, depth);
        }
    }

private:
    void append_members(const Value& mapping, std::string& out, std::size_t depth) {
        out += '{';
        std::vector<std::string_view> seen;
        for (std::size_t i = 0; i + 1 < mapping.inside.size(); i += 2) {
            if (i > 0) out += ',';
            seen.push_back(name(tree_[mapping.inside[i]]));
            formats::append_json_string(seen.back(), out);
            out += ':';
            append(tree_[mapping.inside[i + 1]], out, depth + 1);
        }
        out += '}';
        std::sort(seen.begin(), seen.end());
        const auto twice = std::adjacent_find(seen.begin(), seen.end());
        if (twice != seen.end())
            throw Fault{"yaml.duplicate_name", fmt::format("'{}' comes twice", *twice)};
    }

    void spend(std::size_t size) {
        if (size > room_)
            throw Fault{"yaml.aliases", "its aliases make it far longer than it is written"};
        room_ -= size;
    }

    const Tree& tree_;
    std::size_t room_;
};

bool is_marker(std::string_view line, std::string_view mark) {
    return line.starts_with(mark) && (line.size() == 3 || base::is_space(line[3]));
}

class YamlReader : public TextRecords {
public:
    explicit YamlReader(const MemberInput& input) : TextRecords(input) { ended_ = !resume(); }

    bool next(Page& page) override {
        if (ended_ || !skip_between()) {
            ended_ = true;
            return false;
        }
        const auto piece = next_piece();
        if (piece.size > limit_) {
            reject(page, piece.size, piece.size, "yaml.too_long", "longer than the limit");
        } else if (!reject_unfit(page, piece.size, piece.size)) {
            add(page, piece);
        }
        return true;
    }

    std::string describe() const override {
        return fmt::format("entries and documents; {}", encoding_said());
    }

private:
    struct Piece {
        std::size_t size = 0;
        bool entry = false;  // of a sequence
    };

    // The line at `from`, without its end; `next` is behind it, or at `from` at the text's end.
    std::string_view line_at(std::size_t from, std::size_t& next) {
        for (;;) {
            auto end = text_.window().find('\n', from);
            const bool full = text_.window().size() > limit_ + from;
            if (end != std::string_view::npos || full || !text_.more()) {
                end = std::min(end, text_.window().size());
                next = std::min(end + 1, text_.window().size());
                auto line = text_.window().substr(from, end - from);
                if (line.ends_with('\r')) line.remove_suffix(1);
                return line;
            }
        }
    }

    // Behind blank lines, comments, directives, and markers with nothing behind them.
    bool skip_between() {
        for (;;) {
            std::size_t next = 0;
            const auto line = line_at(0, next);
            if (next == 0) return false;
            auto rest = base::trim(line);
            if (is_marker(line, "---") || is_marker(line, "...")) rest = base::trim(rest.substr(3));
            const bool empty = rest.empty() || rest.front() == '#' || line.starts_with('%');
            if (!empty) return true;
            advance(next);
        }
    }

    // From the window's start to the next entry or document. Comments and blank lines between
    // belong to it: they may be the end of a text in it.
    Piece next_piece() {
        Piece piece;
        std::size_t next = 0;
        auto line = line_at(0, next);
        const auto indent = std::min(line.find_first_not_of(' '), line.size());
        auto starts_entry = [&](std::string_view text) {
            return text.substr(0, indent + 1).find_first_not_of(' ') == indent &&
                   text[indent] == '-' &&
                   (text.size() == indent + 1 || base::is_space(text[indent + 1]));
        };
        piece.entry = starts_entry(line);
        while (next > piece.size && piece.size <= limit_) {
            piece.size = next;
            line = line_at(piece.size, next);
            if (is_marker(line, "---") || is_marker(line, "...")) break;
            const auto from = line.find_first_not_of(' ');
            const bool out = from != line.npos && from <= indent && line[from] != '#';
            if (piece.entry && out) break;
        }
        return piece;
    }

    void add(Page& page, const Piece& piece) {
        const auto first = page.fields.size();
        const auto kept = page.arena.keep(text_.window().substr(0, piece.size));
        try {
            const auto tree = Tree::parse(kept, place_.line);
            split(page, tree, record_of(tree, piece.entry), kept.size());
        } catch (const Fault& fault) {
            page.fields.resize(first);
            return reject(page, piece.size, piece.size, fault.code, fault.reason);
        }
        add_record(page, kept, first);
        page.bytes += piece.size;
        advance(piece.size);
    }

    static const Value& record_of(const Tree& tree, bool entry) {
        const auto* value = &tree.root();
        const bool list = value->kind == Value::Kind::sequence;
        if (list && !entry)
            throw Fault{"yaml.flow", "a list in brackets; write one entry a line, or JSON"};
        if (list && value->inside.size() == 1) value = &tree[value->inside.front()];
        if (value->kind != Value::Kind::mapping)
            throw Fault{"yaml.not_mapping", "a record must be a mapping"};
        return *value;
    }

    static void split(Page& page, const Tree& tree, const Value& record, std::size_t size) {
        Writer writer(tree, growth * size + growth_of_all);
        const auto first = static_cast<std::ptrdiff_t>(page.fields.size());
        for (std::size_t i = 0; i + 1 < record.inside.size(); i += 2) {
            const auto name = page.arena.keep(writer.name(tree[record.inside[i]]));
            const bool twice = std::any_of(
                page.fields.begin() + first,
                page.fields.end(),
                [&](const formats::Field& field) { return field.name == name; }
            );
            if (twice) throw Fault{"yaml.duplicate_name", fmt::format("'{}' comes twice", name)};
            const auto& value = tree[record.inside[i + 1]];
            if (value.kind == Value::Kind::plain || value.kind == Value::Kind::text) {
                page.fields.push_back({name, page.arena.keep(writer.scalar(value)), kind_of(value)}
                );
                continue;
            }
            std::string json;
            writer.append(value, json);
            const bool null = value.kind == Value::Kind::null;
            page.fields.push_back(
                {name,
                 page.arena.keep(json),
                 null ? formats::Field::Kind::null : formats::Field::Kind::json}
            );
        }
    }

    bool ended_ = false;
};

std::string by_name(const Sample& sample) {
    return sample.named({"yaml", "yml"}) ? "the name ends in ." + std::string(sample.extension)
                                         : "";
}

// A document marker, or an entry, and then "name: ".
std::string by_look(const Sample& sample) {
    auto text = sample.text;
    if (text.starts_with("%YAML ")) return "the directive of YAML";
    const bool marked = text.starts_with("---\n") || text.starts_with("---\r\n");
    if (marked) text = base::trim(text.substr(3));
    const bool entry = text.starts_with("- ");
    if (entry) text.remove_prefix(2);
    const auto line = text.substr(0, text.find('\n'));
    const auto colon = line.find(": ");
    const auto name = line.substr(0, colon);
    const bool named = colon != line.npos && !name.empty() && name.find(' ') == name.npos;
    if (!named || (!marked && !entry)) return {};
    return entry ? "starts with an entry of a list" : "starts with a document's marker";
}

constexpr Sign signs[]{{Strength::name, by_name}, {Strength::hint, by_look}};
constexpr std::string_view media_types[]{"application/yaml", "text/yaml"};

std::unique_ptr<MemberReader> open(const MemberInput& input) {
    return std::make_unique<YamlReader>(input);
}

}  // namespace

const Format yaml_format{
    .name = "yaml",
    .words = "a YAML text: each entry of its list, or each document, that is a mapping",
    .signs = signs,
    .media_types = media_types,
    .open = open,
};

}  // namespace ingest
