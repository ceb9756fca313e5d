// The rules of a mapping, as TOML and as the JSON that a source keeps.
//
// Both forms name the same keys; a fault of the TOML names its line, because people write it.
#include "ingest/mapping/rules.hpp"

#include <array>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "base/error.hpp"
#include "base/text/pattern.hpp"
#include "formats/json/json.hpp"

namespace ingest {

namespace {

constexpr std::array<std::string_view, 6> op_names =
    {"number", "count", "length", "flag", "category", "time"};

class RulesReader {
public:
    explicit RulesReader(const std::string& name) : name_(name) {}

    Rules read(std::string_view text) {
        Rules rules;
        toml::table table;
        try {
            table = toml::parse(text, name_);
        } catch (const toml::parse_error& error) {
            fail(error.source().begin.line, std::string(error.description()));
        }
        for (auto&& [key, value] : table) rule(rules, key.str(), value);
        if (!rules.group_pattern.empty()) check_pattern(rules, table);
        return rules;
    }

private:
    void rule(Rules& rules, std::string_view key, const toml::node& value) {
        if (key == "key") {
            rules.key = texts(key, value);
        } else if (key == "title") {
            rules.title = texts(key, value);
        } else if (key == "body") {
            rules.body = texts(key, value);
        } else if (key == "group") {
            rules.group = texts(key, value);
        } else if (key == "group_pattern") {
            rules.group_pattern = text(key, value);
        } else if (key == "time") {
            rules.time = text(key, value);
        } else if (key == "drop") {
            rules.drop = texts(key, value);
        } else if (key == "missing") {
            rules.missing = texts(key, value);
        } else if (key == "licence") {
            rules.licence = text(key, value);
        } else if (key == "column") {
            columns(rules, value);
        } else {
            unknown(
                key,
                value,
                "key, title, body, group, group_pattern, time, drop, missing, licence or [[column]]"
            );
        }
    }

    void columns(Rules& rules, const toml::node& value) {
        const auto* list = value.as_array();
        if (!list) fail(value.source().begin.line, "columns are written as [[column]]");
        for (const auto& item : *list) {
            const auto* table = item.as_table();
            if (!table) fail(item.source().begin.line, "columns are written as [[column]]");
            auto made = column(*table);
            for (const auto& other : rules.columns) {
                if (other.name == made.name)
                    fail(
                        item.source().begin.line,
                        fmt::format("two columns are called '{}'", made.name)
                    );
            }
            rules.columns.push_back(std::move(made));
        }
    }

    ColumnRule column(const toml::table& table) {
        ColumnRule made;
        for (auto&& [key_node, value] : table) {
            auto key = key_node.str();
            if (key == "name") {
                made.name = text(key, value);
            } else if (key == "field") {
                made.field = text(key, value);
            } else if (key == "op") {
                made.op = op(text(key, value), value);
            } else if (key == "separator") {
                made.separator = text(key, value);
                if (made.separator.empty())
                    fail(value.source().begin.line, "the separator is empty");
            } else if (key == "unit") {
                made.unit = text(key, value);
            } else if (key == "factor") {
                auto number = value.value<double>();
                if (!number) fail(value.source().begin.line, "'factor' must be a number");
                made.factor = *number;
            } else if (key == "missing") {
                made.missing = texts(key, value);
            } else if (key == "invalid") {
                auto word = text(key, value);
                if (word != "reject" && word != "missing")
                    fail(value.source().begin.line, "'invalid' is reject or missing");
                made.reject_invalid = word == "reject";
            } else {
                unknown(key, value, "name, field, op, separator, unit, factor, missing or invalid");
            }
        }
        if (made.field.empty()) fail(table.source().begin.line, "a column needs a field");
        if (made.name.empty()) made.name = made.field;
        return made;
    }

    ColumnRule::Op op(const std::string& word, const toml::node& value) {
        for (std::size_t i = 0; i < op_names.size(); ++i) {
            if (op_names[i] == word) return static_cast<ColumnRule::Op>(i);
        }
        fail(
            value.source().begin.line,
            fmt::format("'{}' is no op: number, count, length, flag, category or time", word)
        );
    }

    std::string text(std::string_view key, const toml::node& value) {
        auto found = value.value<std::string>();
        if (!found) fail(value.source().begin.line, fmt::format("'{}' must be a text", key));
        return *found;
    }

    // A text or a list of texts.
    std::vector<std::string> texts(std::string_view key, const toml::node& value) {
        const auto* list = value.as_array();
        if (!list) return {text(key, value)};
        std::vector<std::string> found;
        for (const auto& item : *list) found.push_back(text(key, item));
        return found;
    }

    void check_pattern(const Rules& rules, const toml::table& table) {
        auto line = table.get("group_pattern")->source().begin.line;
        bool captures = false;
        try {
            captures = base::Pattern::parse(rules.group_pattern).group_count() > 0;
        } catch (const base::UsageError& error) {
            fail(line, fmt::format("'group_pattern': {}", error.what()));
        }
        if (!captures) fail(line, "'group_pattern' captures nothing; put ( ) around the group");
    }

    [[noreturn]] void
    unknown(std::string_view key, const toml::node& value, std::string_view known) {
        fail(
            value.source().begin.line,
            fmt::format("unknown key '{}'", key),
            fmt::format("use {}", known)
        );
    }

    [[noreturn]] void
    fail(std::uint32_t line, const std::string& reason, std::string_view mend = {}) {
        throw base::UsageError(fmt::format("{}:{}", name_, line), reason, mend);
    }

    const std::string& name_;
};

void append_list(const std::vector<std::string>& list, std::string& out) {
    out.push_back('[');
    for (std::size_t i = 0; i < list.size(); ++i) {
        if (i > 0) out.push_back(',');
        formats::append_json_string(list[i], out);
    }
    out.push_back(']');
}

}  // namespace

Rules parse_rules(std::string_view toml, const std::string& name) {
    return RulesReader(name).read(toml);
}

std::string to_toml(const Rules& rules) {
    Rules usual;
    std::string out;
    auto put = [&](std::string_view name, const std::string& text) {
        if (text.empty()) return;
        // JSON strings are TOML basic strings, but for escaped slashes, which are not written.
        out += fmt::format("{} = ", name);
        formats::append_json_string(text, out);
        out += '\n';
    };
    for (auto [name, list] :
         {std::pair("key", &rules.key),
          std::pair("title", &rules.title),
          std::pair("body", &rules.body),
          std::pair("group", &rules.group),
          std::pair("drop", &rules.drop)}) {
        if (list->empty()) continue;
        out += fmt::format("{} = ", name);
        append_list(*list, out);
        out += '\n';
    }
    put("group_pattern", rules.group_pattern);
    put("time", rules.time);
    put("licence", rules.licence);
    if (rules.missing != usual.missing) {
        out += "missing = ";
        append_list(rules.missing, out);
        out += '\n';
    }
    for (const auto& column : rules.columns) {
        ColumnRule plain;
        out += "\n[[column]]\n";
        put("name", column.name);
        put("field", column.field);
        put("op", std::string(op_names[static_cast<std::size_t>(column.op)]));
        if (column.separator != plain.separator) put("separator", column.separator);
        put("unit", column.unit);
        if (column.factor != 1) out += fmt::format("factor = {}\n", column.factor);
        if (!column.missing.empty()) {
            out += "missing = ";
            append_list(column.missing, out);
            out += '\n';
        }
        if (!column.reject_invalid) out += "invalid = \"missing\"\n";
    }
    return out;
}

std::string to_json(const Rules& rules) {
    std::string out = "{\"key\":";
    append_list(rules.key, out);
    for (auto [name, list] :
         {std::pair("title", &rules.title),
          std::pair("body", &rules.body),
          std::pair("group", &rules.group),
          std::pair("drop", &rules.drop),
          std::pair("missing", &rules.missing)}) {
        out.append(fmt::format(",\"{}\":", name));
        append_list(*list, out);
    }
    for (auto [name, text] :
         {std::pair("group_pattern", &rules.group_pattern),
          std::pair("time", &rules.time),
          std::pair("licence", &rules.licence)}) {
        out.append(fmt::format(",\"{}\":", name));
        formats::append_json_string(*text, out);
    }
    out.append(",\"columns\":[");
    for (std::size_t i = 0; i < rules.columns.size(); ++i) {
        const auto& column = rules.columns[i];
        out.append(i > 0 ? ",{\"name\":" : "{\"name\":");
        formats::append_json_string(column.name, out);
        out.append(",\"field\":");
        formats::append_json_string(column.field, out);
        out.append(fmt::format(
            ",\"op\":\"{}\",\"factor\":{},\"unit\":",
            op_names[static_cast<std::size_t>(column.op)],
            column.factor
        ));
        formats::append_json_string(column.unit, out);
        out.push_back('}');
    }
    out.append("]}");
    return out;
}

}  // namespace ingest
