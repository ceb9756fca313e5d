#include "crawler/rules.hpp"

#include <charconv>
#include <optional>

#include <toml++/toml.h>
#include <boost/json.hpp>

#include "base/error.hpp"
#include "crawler/characters.hpp"
#include "crawler/select.hpp"

namespace crawler {

namespace json = boost::json;

namespace {

enum class FieldType { text, number, html };

struct Field {
    std::string name;
    std::optional<Selector> css;
    std::string xpath;
    std::string attr;
    bool many = false;
    std::optional<int> index;
    FieldType type = FieldType::text;
};

class Reader {
public:
    explicit Reader(std::string file) : file_(std::move(file)) {}

    [[noreturn]] void
    fail(const toml::node& node, const std::string& reason, const std::string& mend = {}) const {
        throw base::UsageError(
            file_ + ":" + std::to_string(node.source().begin.line), reason, mend
        );
    }

    std::string text(const toml::node& node, std::string_view key) const {
        auto value = node.value<std::string>();
        if (!value || !node.is_string()) fail(node, std::string(key) + " is not a text");
        return *value;
    }

    Selector selector(const toml::node& node, std::string_view key) const {
        try {
            return Selector::parse(text(node, key));
        } catch (const base::UsageError& error) {
            fail(node, error.what());
        }
    }

    Field field(std::string name, const toml::node& node) const {
        const auto* table = node.as_table();
        if (!table) fail(node, "fields." + name + " is not a table");
        Field made;
        made.name = std::move(name);
        for (const auto& [key, value] : *table) {
            auto word = key.str();
            if (word == "css") {
                made.css = selector(value, word);
            } else if (word == "xpath") {
                made.xpath = text(value, word);
                try {
                    check_xpath(made.xpath);
                } catch (const base::UsageError& error) {
                    fail(value, error.what());
                }
            } else if (word == "attr") {
                made.attr = to_lower(text(value, word));
            } else if (word == "many") {
                if (!value.is_boolean()) fail(value, "many is not true or false");
                made.many = *value.value<bool>();
            } else if (word == "index") {
                if (!value.is_integer()) fail(value, "index is not a whole number");
                made.index = static_cast<int>(*value.value<std::int64_t>());
            } else if (word == "type") {
                made.type = type(value);
            } else {
                fail(
                    value,
                    "unknown key '" + std::string(word) + "'",
                    "a field has css, xpath, attr, many, index and type"
                );
            }
        }
        if (made.css.has_value() != made.xpath.empty())
            fail(node, "fields." + made.name + " needs css or xpath, and one of them only");
        return made;
    }

    FieldType type(const toml::node& node) const {
        auto word = text(node, "type");
        if (word == "text") return FieldType::text;
        if (word == "number") return FieldType::number;
        if (word == "html") return FieldType::html;
        fail(node, "unknown type '" + word + "'", "text, number and html are known");
    }

private:
    std::string file_;
};

// The first number in a text: "EUR 1,234.50" is 1234.5, "1.234,50" too.
json::value number_in(std::string_view text) {
    auto start = text.find_first_of("0123456789");
    if (start == text.npos) return nullptr;
    bool negative = start > 0 && text[start - 1] == '-';
    auto end = text.find_first_not_of("0123456789.,", start);
    auto digits = std::string(text.substr(start, end - start));
    while (!is_digit(digits.back())) digits.pop_back();
    auto dot = digits.rfind('.'), comma = digits.rfind(',');
    bool comma_decimal = comma != std::string::npos &&
                         (dot != std::string::npos ? comma > dot : digits.size() - comma != 4);
    std::string plain;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        char c = digits[i];
        if (is_digit(c)) plain += c;
        if (c == '.' && (!comma_decimal) && (i == dot)) plain += '.';
        if (c == ',' && comma_decimal && i == comma) plain += '.';
    }
    double value = 0;
    std::from_chars(plain.data(), plain.data() + plain.size(), value);
    if (negative) value = -value;
    if (plain.find('.') == std::string::npos && value > -1e15 && value < 1e15)
        return static_cast<std::int64_t>(value);
    return value;
}

json::value typed(std::string text, FieldType type) {
    if (type == FieldType::number) return number_in(text);
    return json::value(std::move(text));
}

std::vector<json::value> values_of(const Field& field, const Document& document) {
    std::vector<NodeId> nodes;
    std::vector<json::value> values;
    if (field.css) {
        nodes = field.css->select(document);
    } else {
        auto found = select_xpath(document, field.xpath);
        if (found.nodes.empty()) {
            for (auto& text : found.texts)
                values.push_back(typed(collapse_spaces(text), field.type));
            return values;
        }
        nodes = std::move(found.nodes);
    }
    for (auto id : nodes) {
        if (!field.attr.empty()) {
            auto value = document.attribute(id, field.attr);
            if (value) values.push_back(typed(std::string(*value), field.type));
        } else if (field.type == FieldType::html) {
            values.emplace_back(document.inner_html(id));
        } else {
            values.push_back(typed(collapse_spaces(document.visible_text(id)), field.type));
        }
    }
    return values;
}

}  // namespace

struct Rules::Parsed {
    std::optional<Selector> main;
    std::vector<Selector> remove;
    std::vector<Field> fields;
};

Rules::Rules(std::unique_ptr<Parsed> parsed) : parsed_(std::move(parsed)) {}
Rules::~Rules() = default;
Rules::Rules(Rules&&) noexcept = default;

Rules Rules::parse(std::string_view toml, const std::string& file_name) {
    Reader reader(file_name);
    toml::table root;
    try {
        root = toml::parse(toml);
    } catch (const toml::parse_error& error) {
        throw base::UsageError(
            file_name + ":" + std::to_string(error.source().begin.line),
            std::string(error.description())
        );
    }
    auto parsed = std::make_unique<Parsed>();
    for (const auto& [key, value] : root) {
        auto word = key.str();
        if (word == "remove") {
            const auto* list = value.as_array();
            if (!list) reader.fail(value, "remove is not a list of selectors");
            for (const auto& entry : *list)
                parsed->remove.push_back(reader.selector(entry, "remove"));
        } else if (word == "main") {
            parsed->main = reader.selector(value, word);
        } else if (word == "fields") {
            const auto* table = value.as_table();
            if (!table) reader.fail(value, "fields is not a table");
            for (const auto& [name, field] : *table)
                parsed->fields.push_back(reader.field(std::string(name.str()), field));
        } else {
            reader.fail(
                value,
                "unknown key '" + std::string(word) + "'",
                "rules have remove, main and fields"
            );
        }
    }
    return Rules(std::move(parsed));
}

void Rules::remove_from(Document& document) const {
    for (const auto& selector : parsed_->remove)
        for (auto id : selector.select(document))
            if (document[id].parent && id != document.html() && id != document.body())
                document.remove(id);
}

json::object Rules::extract(const Document& document) const {
    json::object out;
    for (const auto& field : parsed_->fields) {
        auto values = values_of(field, document);
        if (field.index) {
            auto count = static_cast<int>(values.size());
            int at = *field.index < 0 ? count + *field.index : *field.index;
            out[field.name] =
                at >= 0 && at < count ? values[static_cast<std::size_t>(at)] : json::value(nullptr);
        } else if (field.many) {
            out[field.name] = json::array(values.begin(), values.end());
        } else {
            out[field.name] = values.empty() ? json::value(nullptr) : values.front();
        }
    }
    return out;
}

std::string Rules::main_text(const Document& document) const {
    std::string text;
    if (!parsed_->main) return text;
    for (auto id : parsed_->main->select(document)) {
        auto piece = document.visible_text(id);
        if (piece.empty()) continue;
        if (!text.empty()) text += '\n';
        text += piece;
    }
    return text;
}

}  // namespace crawler
