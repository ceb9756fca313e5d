#include <algorithm>
#include <cctype>
#include <cmath>
#include <set>

#define TOML_EXCEPTIONS 1
#include <toml++/toml.h>

#include "base/error.hpp"
#include "labeling/projects/project.hpp"

namespace labeling {

namespace {

// The TOML text, its name, and how to say where something is wrong in it.
class Reader {
public:
    explicit Reader(const std::string& file) : file_(file) {}

    [[noreturn]] void
    fail(const toml::node& at, const std::string& reason, const std::string& mend = {}) const {
        throw base::Error(file_ + ": line " + std::to_string(at.source().begin.line), reason, mend);
    }

    void known(const toml::table& table, std::initializer_list<std::string_view> keys) const {
        std::string all;
        for (auto key : keys) all.append(all.empty() ? "" : ", ").append(key);
        for (const auto& [key, value] : table)
            if (std::find(keys.begin(), keys.end(), key.str()) == keys.end())
                throw base::Error(
                    file_ + ": line " + std::to_string(key.source().begin.line),
                    "unknown key '" + std::string(key.str()) + "'",
                    "known here are " + all
                );
    }

    void text(const toml::table& table, std::string_view key, std::string& value) const {
        const auto* node = table.get(key);
        if (!node) return;
        if (!node->is_string()) fail(*node, "'" + std::string(key) + "' must be a text in quotes");
        value = node->as_string()->get();
        if (value.find('\0') != value.npos) fail(*node, "'" + std::string(key) + "' holds a NUL");
    }

    void number(
        const toml::table& table,
        std::string_view key,
        double low,
        double high,
        double& value
    ) const {
        const auto* node = table.get(key);
        if (!node) return;
        auto given = node->value<double>();
        if (!node->is_number() || !given || !(*given >= low && *given <= high))
            fail(
                *node,
                "'" + std::string(key) + "' must be a number from " + short_form(low) + " to " +
                    short_form(high)
            );
        value = *given;
    }

    std::vector<std::pair<std::string, const toml::node*>>
    texts(const toml::table& table, std::string_view key) const {
        std::vector<std::pair<std::string, const toml::node*>> result;
        const auto* node = table.get(key);
        if (!node) return result;
        if (!node->is_array()) fail(*node, "'" + std::string(key) + "' must be a list of texts");
        for (const auto& element : *node->as_array()) {
            if (!element.is_string())
                fail(element, "'" + std::string(key) + "' must be a list of texts");
            result.emplace_back(element.as_string()->get(), &element);
        }
        return result;
    }

private:
    static std::string short_form(double value) {
        auto text = std::to_string(value);
        text.erase(text.find_last_not_of('0') + 1);
        if (text.back() == '.') text.pop_back();
        return text;
    }

    const std::string& file_;
};

bool is_colour(const std::string& text) {
    return text.size() == 7 && text[0] == '#' &&
           std::all_of(text.begin() + 1, text.end(), [](unsigned char c) {
               return std::isxdigit(c) != 0;
           });
}

// A key that types one character: an ASCII one that shows.
bool is_hotkey(const std::string& text) {
    return text.size() == 1 && std::isgraph(static_cast<unsigned char>(text[0])) != 0;
}

LabelClass read_class(const Reader& reader, const toml::table& table) {
    reader.known(table, {"name", "hotkey", "colour", "description", "value"});
    LabelClass result;
    reader.text(table, "name", result.name);
    reader.text(table, "hotkey", result.hotkey);
    reader.text(table, "colour", result.colour);
    reader.text(table, "description", result.description);
    reader.text(table, "value", result.value);
    if (result.name.empty()) reader.fail(table, "a class without a name");
    if (!result.hotkey.empty() && !is_hotkey(result.hotkey))
        reader.fail(
            *table.get("hotkey"),
            "hotkey '" + result.hotkey + "' is not one visible ASCII character"
        );
    if (!result.colour.empty() && !is_colour(result.colour))
        reader.fail(
            *table.get("colour"), "colour '" + result.colour + "' is not of the form #rrggbb"
        );
    return result;
}

void read_classes(const Reader& reader, const toml::table& table, Project& project) {
    const auto* node = table.get("class");
    if (!node) return;
    if (!node->is_array_of_tables())
        reader.fail(*node, "'class' must be tables", "write [[class]] above each class");
    std::set<std::string> names, values;
    std::map<char, std::string> keys;
    for (const auto& element : *node->as_array()) {
        auto item = read_class(reader, *element.as_table());
        item.id = static_cast<std::int32_t>(project.classes.size());
        if (!names.insert(item.name).second)
            reader.fail(element, "class '" + item.name + "' appears twice");
        if (!item.value.empty() && !values.insert(item.value).second)
            reader.fail(element, "two classes have the value '" + item.value + "'");
        if (!item.hotkey.empty()) {
            auto key = static_cast<char>(std::tolower(static_cast<unsigned char>(item.hotkey[0])));
            auto [at, free] = keys.try_emplace(key, item.name);
            if (!free)
                reader.fail(
                    *element.as_table()->get("hotkey"),
                    "hotkey '" + item.hotkey + "' of class '" + item.name +
                        "' is taken by class '" + at->second + "'",
                    "choose another key"
                );
        }
        project.classes.push_back(std::move(item));
    }
    for (const auto& item : project.classes)
        if (!item.value.empty() && item.value != item.name && names.contains(item.value))
            reader.fail(
                *node,
                "the value '" + item.value + "' of class '" + item.name +
                    "' is the name of another class"
            );
}

}  // namespace

Project read_project(const std::string& file, std::string_view text) {
    toml::table table;
    try {
        table = toml::parse(text, file);
    } catch (const toml::parse_error& error) {
        throw base::Error(
            file + ": line " + std::to_string(error.source().begin.line), error.description()
        );
    }

    Reader reader(file);
    reader.known(
        table,
        {"name",
         "kind",
         "source",
         "instructions",
         "show",
         "fields",
         "overlap",
         "hidden_gold",
         "truth",
         "class"}
    );
    Project project;
    reader.text(table, "name", project.name);
    reader.text(table, "kind", project.kind);
    reader.text(table, "source", project.source);
    reader.text(table, "instructions", project.instructions);
    if (project.name.empty()) throw base::Error(file, "no name", "add a line: name = \"...\"");
    if (project.source.empty())
        throw base::Error(file, "no source", "add a line: source = \"...\", the source to label");
    if (project.kind != "classification")
        reader.fail(
            *table.get("kind"), "unknown kind '" + project.kind + "'", "known is classification"
        );

    for (const auto& [word, node] : reader.texts(table, "show")) {
        if (word == "text")
            project.show.push_back(Project::Show::text);
        else if (word == "image")
            project.show.push_back(Project::Show::image);
        else if (word == "fields")
            project.show.push_back(Project::Show::fields);
        else
            reader.fail(*node, "cannot show '" + word + "'", "known are text, image, fields");
    }
    for (auto& [word, node] : reader.texts(table, "fields"))
        project.fields.push_back(std::move(word));

    double overlap = project.overlap;
    reader.number(table, "overlap", 1, 100, overlap);
    if (overlap != std::floor(overlap))
        reader.fail(*table.get("overlap"), "'overlap' must be a whole number");
    project.overlap = static_cast<int>(overlap);
    reader.number(table, "hidden_gold", 0, 0.5, project.hidden_gold);

    if (const auto* truth = table.get("truth")) {
        if (!truth->is_table()) reader.fail(*truth, "'truth' must be a table");
        const auto& settings = *truth->as_table();
        reader.known(settings, {"method", "target"});
        std::string method = "auto";
        reader.text(settings, "method", method);
        auto known = parse_method(method);
        if (!known || is_numeric(*known))
            reader.fail(
                *settings.get("method"),
                "unknown truth method '" + method + "'",
                "known are auto, mv, wawa, ds, onecoin, glad, mace, lfc"
            );
        project.truth_method = *known;
        reader.number(settings, "target", 0.5, 1, project.truth_target);
    }
    read_classes(reader, table, project);
    return project;
}

}  // namespace labeling
