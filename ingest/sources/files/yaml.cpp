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

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

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

// `true`, `12.5`: what JSON writes the same. Everything else that is not quoted is a text, so that
// 007 and 0x1F stay as they are.
formats::Field::Kind kind_of(const YAML::Node& scalar) {
    const auto& text = scalar.Scalar();
    if (scalar.Tag() != "?") return formats::Field::Kind::text;
    if (text == "true" || text == "false") return formats::Field::Kind::boolean;
    const bool digit = !text.empty() && (base::is_digit(text[0]) || text[0] == '-');
    if (digit && !formats::check_json(text)) return formats::Field::Kind::number;
    return formats::Field::Kind::text;
}

// Values as JSON. Throws a Fault for what can not be stored.
class Writer {
public:
    explicit Writer(std::size_t room) : room_(room) {}

    // A name or a text that is not quoted.
    const std::string& scalar(const YAML::Node& node) {
        const auto& text = node.Scalar();
        if (!base::is_utf8(text)) throw Fault{"text.encoding", "half of a surrogate pair"};
        if (text.find('\0') != text.npos) throw Fault{"text.nul", "a NUL byte in a text"};
        spend(text.size());
        return text;
    }

    std::string_view name(const YAML::Node& node) {
        if (!node.IsScalar()) throw Fault{"yaml.name", "a name must be one word or text"};
        return scalar(node);
    }

    void append(const YAML::Node& node, std::string& out, std::size_t depth = 0) {
        if (depth > formats::json_depth) throw Fault{"yaml.depth", "nested too deeply"};
        spend(2);
        if (node.IsScalar()) {
            const auto& text = scalar(node);
            if (kind_of(node) != formats::Field::Kind::text) {
                out += text;
            } else {
                formats::append_json_string(text, out);
            }
        } else if (node.IsSequence()) {
            out += '[';
            for (std::size_t i = 0; i < node.size(); ++i) {
                if (i > 0) out += ',';
                append(node[i], out, depth + 1);
            }
            out += ']';
        } else if (node.IsMap()) {
            append_members(node, out, depth);
        } else {
            out += "null";
        }
    }

private:
    void append_members(const YAML::Node& map, std::string& out, std::size_t depth) {
        out += '{';
        std::vector<std::string_view> seen;
        for (const auto& member : map) {
            if (!seen.empty()) out += ',';
            seen.push_back(name(member.first));
            formats::append_json_string(seen.back(), out);
            out += ':';
            append(member.second, out, depth + 1);
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
            split(page, parse(kept, piece.entry), kept.size());
        } catch (const Fault& fault) {
            page.fields.resize(first);
            return reject(page, piece.size, piece.size, fault.code, fault.reason);
        }
        add_record(page, kept, first);
        page.bytes += piece.size;
        advance(piece.size);
    }

    YAML::Node parse(std::string_view text, bool entry) const {
        std::vector<YAML::Node> all;
        try {
            all = YAML::LoadAll(std::string(text));
        } catch (const YAML::Exception& error) {
            auto reason = error.msg;
            if (error.mark.line >= 0)
                reason += fmt::format(
                    " (line {}, column {})", place_.line + error.mark.line, error.mark.column + 1
                );
            throw Fault{"yaml.syntax", reason};
        }
        if (all.size() != 1) throw Fault{"yaml.syntax", "text behind the end of the value"};
        auto node = all.front();
        if (!entry && node.IsSequence())
            throw Fault{"yaml.flow", "a list in brackets; write one entry a line, or JSON"};
        if (entry && node.IsSequence() && node.size() == 1) node = node[0];
        if (!node.IsMap()) throw Fault{"yaml.not_mapping", "a record must be a mapping"};
        return node;
    }

    static void split(Page& page, const YAML::Node& record, std::size_t size) {
        Writer writer(growth * size + growth_of_all);
        const auto first = static_cast<std::ptrdiff_t>(page.fields.size());
        for (const auto& member : record) {
            const auto name = page.arena.keep(writer.name(member.first));
            const bool twice = std::any_of(
                page.fields.begin() + first,
                page.fields.end(),
                [&](const formats::Field& field) { return field.name == name; }
            );
            if (twice) throw Fault{"yaml.duplicate_name", fmt::format("'{}' comes twice", name)};
            const auto& value = member.second;
            if (value.IsScalar()) {
                page.fields.push_back({name, page.arena.keep(writer.scalar(value)), kind_of(value)}
                );
                continue;
            }
            std::string json;
            writer.append(value, json);
            const auto kind =
                value.IsNull() ? formats::Field::Kind::null : formats::Field::Kind::json;
            page.fields.push_back({name, page.arena.keep(json), kind});
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
