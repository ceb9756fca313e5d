// Labeling configs of Label Studio as projects.
//
// A config is a tree of tags: those that show something of the task ($text, $image), and controls,
// which name what they are about (toName). What the screen looks like is left out; what a person is
// asked and a project can not ask is told, control by control. The file that comes of it is read as
// a project before it is given, so that it is never one that is refused.
#include "labeling/projects/studio_config.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.hpp"
#include "base/settings/settings.hpp"
#include "base/text/ascii.hpp"
#include "base/text/utf8.hpp"
#include "formats/xml/xml.hpp"
#include "labeling/projects/project.hpp"
#include "labeling/tasks/task_type.hpp"

namespace labeling {

namespace {

using formats::XmlElement;

std::string toml_text(std::string_view text) {
    return answer_of_class(text);  // a text of JSON is one of TOML
}

// What a control asks, as lines of TOML: settings first, tables of classes after them.
struct Asked {
    std::string name, type_name, settings, tables;
    const XmlElement* control = nullptr;
};

constexpr std::string_view shown_tags =
    " Text HyperText Paragraphs Image Table List Chat Audio Video ";
// Those that ask something and have no kind here.
constexpr std::string_view no_kinds =
    " BrushLabels Brush EllipseLabels Ellipse VectorLabels Vector MagicWand BitmaskLabels Bitmask "
    "VideoRectangle TimeSeriesLabels ParagraphLabels DateTime HyperTextLabels Ranker ChatMessage "
    "ReactCode ";

class ConfigReader {
public:
    ConfigReader(const XmlElement& root, const std::string& name, const std::string& source)
        : root_(root), name_(name), source_(source) {}

    StudioConfig read() {
        visit_shown(root_);
        visit(root_);
        finish_marks();
        if (asked_.empty())
            throw base::Error(
                "the config",
                "has no control that there is a kind of question for" +
                    (lacks_.empty() ? std::string() : fmt::format(": {}", fmt::join(lacks_, "; "))),
                "see 'tilth label template KIND'"
            );
        StudioConfig made{.kind = asked_.size() == 1 ? asked_[0].type_name : "form"};
        made.file = file(made.kind);
        made.lacks = std::move(lacks_);
        Project::settings.read(base::Document::toml(made.file, "the project"));
        return made;
    }

private:
    void lack(const XmlElement& element, std::string_view why) {
        auto called = element.attribute("name");
        lacks_.push_back(
            fmt::format("<{}{}>: {}", element.name, called.empty() ? "" : " " + called, why)
        );
    }

    bool is(const XmlElement& element, std::string_view name) const {
        return base::equal_ignoring_case(element.name, name);
    }

    static bool is_any(const XmlElement& element, std::string_view names) {
        return base::contains_ignoring_case(names, " " + element.name + " ");
    }

    void visit(const XmlElement& element) {
        auto said = element.attribute("value");
        if (is(element, "Header") && !said.empty() && said.front() != '$')
            instructions_ += (instructions_.empty() ? "" : "\n\n") + said;
        if (is_any(element, no_kinds)) lack(element, "there is no such kind of question");
        if (ask(element)) return;
        for (const auto& child : element.children) visit(child);
    }

    void visit_shown(const XmlElement& element) {
        if (is_any(element, shown_tags)) show(element);
        for (const auto& child : element.children) visit_shown(child);
    }

    void show(const XmlElement& element) {
        auto value = element.attribute("value");
        if (value.starts_with('$')) value.erase(0, 1);
        shown_[element.attribute("name")] = {element.name, value};
        bool picture = is(element, "Image");
        if (picture) pictures_ = true;
        bool is_text = is(element, "Text") && (value == "text" || value == "body");
        if (picture || is_text || is(element, "Audio") || is(element, "Video")) return;
        if (std::find(fields_.begin(), fields_.end(), value) == fields_.end() && !value.empty())
            fields_.push_back(value);
    }

    // Whether the tag is a control that is taken; its children are its own then.
    bool ask(const XmlElement& element) {
        if (is(element, "Choices")) return choices(element), true;
        if (is(element, "Taxonomy")) return hierarchy(element), true;
        if (is(element, "Labels")) return labels(element), true;
        if (is(element, "TimelineLabels")) return ranges(element), true;
        if (is(element, "RectangleLabels")) return marks(element, "boxes"), true;
        if (is(element, "PolygonLabels")) return marks(element, "polygons"), true;
        if (is(element, "KeyPointLabels")) return points(element), true;
        if (is(element, "Relations")) return relations(element), true;
        if (is(element, "Rectangle")) return plain_marks_.emplace_back("boxes"), true;
        if (is(element, "Polygon")) return plain_marks_.emplace_back("polygons"), true;
        if (is(element, "TextArea") && is_per_region(element) && is_recorded(element))
            return transcribe_ = true, true;
        if (is(element, "TextArea")) return add(element, "text"), true;
        if (is(element, "Rating")) {
            auto most = element.attribute("maxRating");
            add(element,
                "regression",
                fmt::format("low = 1\nhigh = {}\nstep = 1\n", most.empty() ? "5" : most));
            return true;
        }
        if (is_any(element, " Number Slider ")) return number(element), true;
        if (is(element, "Pairwise")) return pairwise(element), true;
        return false;
    }

    void add(
        const XmlElement& element,
        std::string_view kind,
        std::string settings = {},
        std::string tables = {}
    ) {
        if (is_per_region(element))
            return lack(element, "it is asked of each region, not of the record");
        asked_.push_back(
            {.name = element.attribute("name"),
             .type_name = std::string(kind),
             .settings = std::move(settings),
             .tables = std::move(tables),
             .control = &element}
        );
    }

    void number(const XmlElement& element) {
        std::string settings;
        for (auto [from, to] : {std::pair("min", "low"), {"max", "high"}, {"step", "step"}})
            if (auto value = element.attribute(from); !value.empty())
                settings += fmt::format("{} = {}\n", to, value);
        add(element, "regression", settings);
    }

    void pairwise(const XmlElement& element) {
        std::vector<std::string> fields;
        auto names = element.attribute("toName");
        for (std::size_t at = 0; at <= names.size();) {
            auto end = std::min(names.find(',', at), names.size());
            auto shown =
                shown_.find(std::string(base::trim(std::string_view(names).substr(at, end - at))));
            if (shown != shown_.end()) fields.push_back(shown->second.second);
            at = end + 1;
        }
        if (fields.size() != 2) return lack(element, "it does not compare two fields");
        add(element,
            "pairwise",
            fmt::format(
                "candidates = [{}, {}]\nties = true\n", toml_text(fields[0]), toml_text(fields[1])
            ));
    }

    // The tables of a class; `more` are its further lines.
    std::string class_of_tag(const XmlElement& tag, const std::string& more = {}) {
        auto name = tag.attribute("alias");
        auto title = tag.attribute("value");
        if (name.empty()) name = title;
        std::string lines = "[[class]]\nname = " + toml_text(name) + "\n";
        if (name != title && !title.empty()) lines += "description = " + toml_text(title) + "\n";
        if (auto hint = tag.attribute("hint"); !hint.empty() && name == title)
            lines += "description = " + toml_text(hint) + "\n";
        if (auto key = tag.attribute("hotkey"); !key.empty()) {
            if (base::count_code_points(key) == 1)
                lines += "hotkey = " + toml_text(key) + "\n";
            else
                lack(tag, fmt::format("the key '{}' of {} is more than one character", key, name));
        }
        auto colour = tag.attribute("background");
        if (colour.size() == 7 && colour[0] == '#')
            lines += "colour = " + toml_text(base::to_lower(colour)) + "\n";
        else if (!colour.empty())
            lack(tag, fmt::format("the colour '{}' of {} is not written #rrggbb", colour, name));
        return lines + more;
    }

    std::string classes(const XmlElement& element, std::string_view tag) {
        std::string lines;
        for (const auto& child : element.children)
            if (is(child, tag)) lines += class_of_tag(child);
        return lines;
    }

    void choices(const XmlElement& element) {
        bool nested = false;
        for (const auto& child : element.children) nested = nested || !child.children.empty();
        auto choice = element.attribute("choice");
        if (nested) return hierarchy(element);
        if (element.attribute("value").starts_with('$'))
            return lack(element, "its choices come with each task");
        auto kind = base::equal_ignoring_case(choice, "multiple") ? "multilabel" : "classification";
        add(element, kind, {}, classes(element, "Choice"));
    }

    void add_below(const XmlElement& element, const std::string& parent, std::string& lines) {
        for (const auto& child : element.children) {
            if (!is(child, "Choice")) continue;
            lines +=
                class_of_tag(child, parent.empty() ? "" : "parent = " + toml_text(parent) + "\n");
            auto name = child.attribute("alias");
            add_below(child, name.empty() ? child.attribute("value") : name, lines);
        }
    }

    void hierarchy(const XmlElement& element) {
        std::string lines;
        add_below(element, {}, lines);
        add(element, "hierarchical", {}, lines);
        if (is(element, "Taxonomy") && element.attribute("maxUsages") != "1")
            lack(element, "one class is asked for, where it takes several");
    }

    static bool is_per_region(const XmlElement& element) {
        return base::equal_ignoring_case(element.attribute("perRegion"), "true");
    }

    // The tag that shows what a control is about, in lower case; empty if it is not known.
    std::string tag_shown(const XmlElement& element) const {
        auto shown = shown_.find(element.attribute("toName"));
        return shown == shown_.end() ? "" : base::to_lower(shown->second.first);
    }
    bool is_recorded(const XmlElement& element) const {
        return tag_shown(element) == "audio" || tag_shown(element) == "video";
    }
    void ranges(const XmlElement& element) {
        if (is(element, "TimelineLabels"))
            lack(element, "its answers are in frames, here in seconds: they are not taken");
        add(element, "segments", "overlapping_spans = true\n", classes(element, "Label"));
    }
    bool is_of_picture(const XmlElement& element) const {
        auto tag = tag_shown(element);
        return tag.empty() ? pictures_ : tag == "image";
    }

    void labels(const XmlElement& element) {
        if (is_recorded(element))
            ranges(element);
        else if (is_of_picture(element))
            plain_labels_ = &element;
        else
            add(element, "spans", {}, classes(element, "Label"));
    }

    void marks(const XmlElement& element, std::string_view kind) {
        add(element, kind, {}, classes(element, "Label"));
    }

    void points(const XmlElement& element) {
        std::vector<std::string> names;
        for (const auto& child : element.children)
            if (is(child, "Label")) names.push_back(toml_text(child.attribute("value")));
        add(element,
            "keypoints",
            {},
            fmt::format("[[class]]\nname = \"object\"\nkeypoints = [{}]\n", fmt::join(names, ", "))
        );
        lack(element, "its points are those of one class 'object'");
    }

    void relations(const XmlElement& element) {
        for (const auto& child : element.children)
            if (is(child, "Relation"))
                relations_ += "[[relation]]\nname = " + toml_text(child.attribute("value")) + "\n";
    }

    // Labels and the shapes that they are drawn with may stand apart; relations are of spans.
    void finish_marks() {
        if (plain_labels_ && !plain_marks_.empty()) {
            add(*plain_labels_, plain_marks_.front(), {}, classes(*plain_labels_, "Label"));
            if (plain_marks_.size() > 1)
                lack(*plain_labels_, "only " + plain_marks_.front() + " are drawn");
        } else if (plain_labels_) {
            lack(*plain_labels_, "no shape is drawn that there is a kind for");
        }
        for (auto& one : asked_)
            if (transcribe_ && one.type_name == "segments") one.settings += "transcribe = true\n";
        if (relations_.empty()) return;
        auto spans = std::find_if(asked_.begin(), asked_.end(), [](const Asked& one) {
            return one.type_name == "spans";
        });
        if (spans == asked_.end()) {
            lacks_.emplace_back("<Relations>: they are of spans of text, and there are none");
            return;
        }
        spans->type_name = "relations";
        spans->tables += relations_;
    }

    std::string condition(const Asked& one) {
        auto of = one.control->attribute("whenTagName");
        auto is_value = one.control->attribute("whenChoiceValue");
        auto when = one.control->attribute("visibleWhen");
        if (when.empty() && of.empty()) return {};
        bool known = std::any_of(asked_.begin(), asked_.end(), [&](const Asked& each) {
            return each.name == of && &each < &one;
        });
        if (when != "choice-selected" || !known || is_value.empty()) {
            lack(*one.control, "it is always asked, not only when others are answered so");
            return {};
        }
        std::vector<std::string> words;
        for (std::size_t at = 0; at <= is_value.size();) {
            auto end = std::min(is_value.find(',', at), is_value.size());
            words.push_back(toml_text(base::trim(std::string_view(is_value).substr(at, end - at))));
            at = end + 1;
        }
        return fmt::format(
            "when = {{ question = {}, is = [{}] }}\n", toml_text(of), fmt::join(words, ", ")
        );
    }

    static std::string below_question(std::string tables) {
        for (auto table : {"[[class]]", "[[relation]]"})
            for (std::size_t at = 0; (at = tables.find(table, at)) != std::string::npos;)
                tables.replace(at, 2, "[[question."), at += 12;
        return tables;
    }

    std::string file(const std::string& kind) {
        auto body = lines(kind);  // may find more that is not held
        std::string text = "# From a labeling config of Label Studio.\n";
        for (const auto& lack : lacks_) text += "# Not held: " + lack + "\n";
        return text + body;
    }

    std::string lines(const std::string& kind) {
        std::string text = "name = " + toml_text(name_) + "\nsource = " + toml_text(source_) +
                           "\nkind = " + toml_text(kind) + "\n";
        if (!instructions_.empty()) text += "instructions = " + toml_text(instructions_) + "\n";
        if (!fields_.empty()) {
            std::vector<std::string> names;
            for (const auto& field : fields_) names.push_back(toml_text(field));
            text += fmt::format("fields = [{}]\n", fmt::join(names, ", "));
        }
        if (asked_.size() == 1) {
            condition(asked_[0]);
            return text + asked_[0].settings + "\n" + asked_[0].tables;
        }
        for (const auto& one : asked_) {
            text += "\n[[question]]\nname = " + toml_text(one.name) +
                    "\nkind = " + toml_text(one.type_name) + "\n";
            if (!base::equal_ignoring_case(one.control->attribute("required"), "true"))
                text += "required = false\n";
            text += condition(one) + one.settings + below_question(one.tables);
        }
        return text;
    }

    const XmlElement& root_;
    const std::string& name_;
    const std::string& source_;
    std::string instructions_, relations_;
    std::map<std::string, std::pair<std::string, std::string>> shown_;  // tag and field, by name
    std::vector<std::string> fields_;
    bool pictures_ = false, transcribe_ = false;
    std::vector<Asked> asked_;
    const XmlElement* plain_labels_ = nullptr;
    std::vector<std::string> plain_marks_;
    std::vector<std::string> lacks_;
};

}  // namespace

StudioConfig
project_of_studio_config(std::string_view xml, const std::string& name, const std::string& source) {
    std::string fault;
    auto root = formats::parse_xml_strictly(formats::decode_xml(xml), fault, true);
    if (!root) throw base::Error("the config", fault, "give the XML of the project's settings");
    return ConfigReader(*root, name, source).read();
}

}  // namespace labeling
