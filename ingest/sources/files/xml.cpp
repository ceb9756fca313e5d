// The elements of an XML text.
//
// Where a record begins and ends is found by the tags, and libxml2 is given one element at a time,
// wrapped into the root's start tag for its namespaces. So memory is flat, a broken element costs
// only itself, and a file that ends early still gives what came before. Entities that the document
// type declares with a text of its own are known, as far as formats/xml lets them expand.
#include <algorithm>
#include <optional>
#include <string_view>
#include <unordered_map>

#include <fmt/format.h>

#include "base/text/ascii.hpp"
#include "formats/json/json.hpp"
#include "formats/xml/xml.hpp"
#include "ingest/sources/files/format.hpp"
#include "ingest/sources/files/text_records.hpp"

namespace ingest {

namespace {

// A tag or other markup at the start of a text.
struct Markup {
    enum class Kind { start, end, empty, other };
    Kind kind = Kind::other;
    std::size_t size = 0;  // 0: it does not end in the text
    std::string_view name;
};

std::size_t behind(std::string_view text, std::string_view mark, std::size_t from) {
    auto at = text.find(mark, from);
    return at == text.npos ? 0 : at + mark.size();
}

Markup markup_at(std::string_view text) {
    if (text.starts_with("<!--")) return {Markup::Kind::other, behind(text, "-->", 4), {}};
    if (text.starts_with("<![CDATA[")) return {Markup::Kind::other, behind(text, "]]>", 9), {}};
    if (text.starts_with("<?")) return {Markup::Kind::other, behind(text, "?>", 2), {}};
    char quote = '\0';
    int brackets = 0;
    for (std::size_t i = 1; i < text.size(); ++i) {
        char c = text[i];
        if (quote != '\0') {
            if (c == quote) quote = '\0';
        } else if (c == '"' || c == '\'') {
            quote = c;
        } else if (c == '[') {
            ++brackets;
        } else if (c == ']') {
            --brackets;
        } else if (c == '<' && !text.starts_with("<!")) {
            return {Markup::Kind::other, i, {}};  // not a tag after all
        } else if (c == '>' && (brackets <= 0 || !text.starts_with("<!"))) {
            if (text[1] == '!') return {Markup::Kind::other, i + 1, {}};
            bool end = text[1] == '/';
            auto name = text.substr(end ? 2 : 1);
            name = name.substr(0, name.find_first_of(" \t\r\n/>"));
            auto kind = end                  ? Markup::Kind::end
                        : text[i - 1] == '/' ? Markup::Kind::empty
                                             : Markup::Kind::start;
            return {kind, i + 1, name};
        }
    }
    return {};
}

std::string_view local(std::string_view name) {
    return name.substr(name.rfind(':') + 1);
}

// Each element called record_path is a record; without one, each child of the root is. Fields are
// its attributes ("@name"), its children ("name", "name.inner", repeated ones as a JSON array) and
// its own text ("text"). Boundaries are found by the tags alone, so that a broken element costs
// only itself; libxml2 judges each element. An element with a prefix keeps it in its name, unless
// it is of the record's own namespace: <g:id> is not <id>.
class XmlReader : public TextRecords {
public:
    explicit XmlReader(const MemberInput& input)
        : TextRecords(input), wanted_(input.options.record_path), lenient_(input.lenient) {
        if (input.options.encoding.empty()) declared_encoding();
        while (depth_ == 0 && step_outside()) {
        }
        if (input.start.offset > text_.offset()) {
            ended_ = !text_.skip_to(input.start.offset);
            place_ = input.start;
        }
    }

    bool next(Page& page) override {
        while (!ended_) {
            if (at_record()) {
                add(page);
                return true;
            }
            if (!step_outside()) ended_ = true;
        }
        return false;
    }

    std::string describe() const override {
        return fmt::format(
            "{}; {}",
            wanted_.empty() ? "each child of the root is a record"
                            : "records are <" + wanted_ + ">",
            encoding_said()
        );
    }

    std::string preamble() const override { return doctype_ + root_; }

private:
    void declared_encoding() {
        const auto found = formats::believed_declaration(text_.head());
        if (found) text_.assume(*found, "as declared");
    }

    // The markup at the window's start, which is '<'.
    Markup markup() {
        for (;;) {
            auto found = markup_at(text_.window());
            if (found.size > 0 || text_.window().size() > limit_ || !text_.more()) return found;
        }
    }

    bool to_markup() {
        for (;;) {
            auto at = text_.window().find('<');
            if (at != std::string_view::npos) {
                advance(at);
                return true;
            }
            advance(text_.window().size());
            if (!text_.more()) return false;
        }
    }

    bool at_record() {
        if (depth_ == 0 || !to_markup()) return false;
        auto tag = markup();
        if (tag.size == 0 || (tag.kind != Markup::Kind::start && tag.kind != Markup::Kind::empty))
            return false;
        return wanted_.empty() || local(tag.name) == wanted_;
    }

    // Passes over one piece of markup outside of records. False at the end.
    bool step_outside() {
        if (!to_markup()) return false;
        auto tag = markup();
        if (tag.size == 0) return false;
        constexpr std::size_t most = 64 * 1024;
        if (depth_ == 0 && tag.size < most && text_.window().starts_with("<!DOCTYPE"))
            doctype_ = std::string(text_.window().substr(0, tag.size));
        if (tag.kind == Markup::Kind::start) {
            if (depth_++ == 0) root_ = std::string(text_.window().substr(0, tag.size));
            if (root_name_.empty()) root_name_ = std::string(tag.name);
        }
        advance(tag.size);
        return true;
    }

    // Of the element at the window's start. An end tag of the record's own name ends it, whatever
    // is open inside. 0: it does not end.
    std::size_t element_size(const std::string& name) {
        std::size_t at = 0;
        int same = 0;
        for (;;) {
            auto next = text_.window().find('<', at);
            Markup tag;
            if (next != std::string_view::npos) tag = markup_at(text_.window().substr(next));
            if (tag.size == 0) {
                if (text_.window().size() > limit_ || !text_.more()) return 0;
                continue;
            }
            at = next + tag.size;
            if (tag.name == root_name_ && tag.kind == Markup::Kind::end && name != root_name_)
                return 0;
            if (tag.name != name) continue;
            if (tag.kind == Markup::Kind::start) ++same;
            if (tag.kind == Markup::Kind::end) --same;
            if (same <= 0) return at;
        }
    }

    void add(Page& page) {
        auto name = std::string(markup().name);
        auto size = element_size(name);
        if (size == 0) {
            auto window = text_.window();
            auto again = std::min(
                {window.find("<" + name, 1), window.find("</" + root_name_, 1), window.size()}
            );
            return reject(
                page, again, again, "xml.syntax", fmt::format("<{}> is not closed", name)
            );
        }
        if (reject_unfit(page, size, size)) return;
        auto element = text_.window().substr(0, size);
        std::string fault;
        auto root = formats::parse_xml_strictly(
            fmt::format("{}{}{}</{}>", doctype_, root_, element, root_name_), fault, lenient_
        );
        if (!root || root->children.empty())
            return reject(page, size, size, "xml.syntax", fault.empty() ? "not an element" : fault);
        auto kept = page.arena.keep(element);
        auto first = page.fields.size();
        record_space_ = root->children.front().space;
        collect(page, root->children.front(), "", first);
        put_lists(page);
        add_record(page, kept, first);
        page.bytes += size;
        advance(size);
    }

    // Of the record's fields from `first` on. Few are found by looking at them.
    std::optional<std::size_t> place_of(Page& page, std::string_view name, std::size_t first) {
        constexpr std::size_t few = 32;
        for (auto i = first; i < std::min(page.fields.size(), first + few); ++i)
            if (page.fields[i].name == name) return i;
        auto found = places_.find(name);
        if (found != places_.end()) return found->second;
        if (page.fields.size() >= first + few) places_.emplace(name, page.fields.size());
        return std::nullopt;
    }

    void put(Page& page, std::string name, std::string_view value, std::size_t first) {
        const auto kept = page.arena.keep(name);
        if (auto place = place_of(page, kept, first)) {
            auto& list = lists_[*place];
            list.push_back(list.empty() ? '[' : ',');
            if (list.size() == 1) {
                formats::append_json_string(page.fields[*place].value, list);
                list.push_back(',');
            }
            formats::append_json_string(value, list);
            return;
        }
        page.fields.push_back({kept, page.arena.keep(value), formats::Field::Kind::text});
    }

    // Names that came again are lists.
    void put_lists(Page& page) {
        for (auto& [place, list] : lists_) {
            list.push_back(']');
            page.fields[place].value = page.arena.keep(list);
            page.fields[place].kind = formats::Field::Kind::json;
        }
        lists_.clear();
        places_.clear();
    }

    void collect(
        Page& page,
        const formats::XmlElement& element,
        const std::string& prefix,
        std::size_t first
    ) {
        auto named = [](const std::string& of, const std::string& name) {
            return of.empty() ? name : of + ":" + name;
        };
        for (const auto& one : element.attributes)
            put(page, fmt::format("{}@{}", prefix, named(one.prefix, one.name)), one.value, first);
        for (const auto& child : element.children) {
            // A prefix without a namespace is of none.
            const bool own = child.space == record_space_ &&
                             (child.space != "" || element.prefix == child.prefix);
            const auto of = own ? std::string() : child.prefix;
            collect(page, child, prefix + named(of, child.name) + ".", first);
        }
        const auto text = base::trim(element.text);
        // An empty element says that it is there, unless its attributes do.
        const bool bare = element.text.empty() || element.attributes.empty();
        const bool empty = element.children.empty() && bare && !prefix.empty();
        if (text.empty() && !empty) return;
        put(page, prefix.empty() ? "text" : prefix.substr(0, prefix.size() - 1), text, first);
    }

    std::string wanted_;
    bool lenient_;
    std::string doctype_;
    std::string root_;  // its start tag, for the namespaces
    std::string record_space_;
    // Of the record at hand: where fields are, and the values of those that come again.
    std::unordered_map<std::string_view, std::size_t> places_;
    std::unordered_map<std::size_t, std::string> lists_;
    std::string root_name_;
    int depth_ = 0;
    bool ended_ = false;
};

std::string by_start(const Sample& sample) {
    const auto text = sample.text;
    const bool tag = text.size() > 1 && text[0] == '<' &&
                     (base::is_alpha(text[1]) || text[1] == '?' || text[1] == '!');
    return tag ? "starts with a tag" : "";
}

std::string by_name(const Sample& sample) {
    return sample.named({"xml"}) ? "the name ends in ." + std::string(sample.extension) : "";
}

constexpr Sign signs[]{{Strength::start, by_start}, {Strength::name, by_name}};
constexpr std::string_view media_types[]{"application/xml", "text/xml"};

std::unique_ptr<MemberReader> open(const MemberInput& input) {
    return std::make_unique<XmlReader>(input);
}

}  // namespace

const Format xml_format{
    .name = "xml",
    .words = "an XML text: each child of its root, or each element of a name",
    .signs = signs,
    .media_types = media_types,
    .open = open,
};

}  // namespace ingest
