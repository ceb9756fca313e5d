// Conditions as people write them: a lexer, a parser by descent (or, and, not, comparison), and a
// tree that is walked for each record. It is no SQL and never becomes any: its fields are those of
// payloads, which no column has, and a text of a user's must not reach the database as code.
#include "schema/select/filter.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text/ascii.hpp"
#include "base/text/like.hpp"

namespace schema {

struct Filter::Node {
    enum class Kind { all_of, any_of, none_of, compare, in, like, is_null };
    enum class Operator { equal, unequal, less, at_most, more, at_least };

    struct Value {
        std::string text;
        std::optional<double> number;  // set for a number
    };

    Kind kind = Kind::all_of;
    std::vector<std::shared_ptr<const Node>> parts;
    std::string field;
    Operator op = Operator::equal;
    std::vector<Value> values;
    bool negated = false;
};

namespace {

using Node = Filter::Node;
using NodePtr = std::shared_ptr<const Node>;

std::optional<double> to_number(std::string_view text) {
    double value = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

struct Token {
    enum class Kind { word, quoted_name, string, number, symbol, end };
    Kind kind = Kind::end;
    std::string text;
    std::size_t at = 0;
};

class Lexer {
public:
    explicit Lexer(std::string_view text) : text_(text) {}

    Token next() {
        while (at_ < text_.size() && base::is_space(text_[at_])) ++at_;
        if (at_ == text_.size()) return {Token::Kind::end, "", at_};
        char c = text_[at_];
        if (c == '\'') return quoted('\'', Token::Kind::string);
        if (c == '"') return quoted('"', Token::Kind::quoted_name);
        auto start = at_;
        if (base::is_digit(c) || ((c == '-' || c == '+' || c == '.') && at_ + 1 < text_.size() &&
                                  (base::is_digit(text_[at_ + 1]) || text_[at_ + 1] == '.'))) {
            ++at_;
            while (at_ < text_.size() && (base::is_alnum(text_[at_]) || text_[at_] == '.')) ++at_;
            return {Token::Kind::number, std::string(text_.substr(start, at_ - start)), start};
        }
        auto in_word = [](char w) {
            return base::is_alnum(w) || w == '_' || w == '.' || w == '-' ||
                   static_cast<unsigned char>(w) >= 0x80;
        };
        if (in_word(c)) {
            while (at_ < text_.size() && in_word(text_[at_])) ++at_;
            return {Token::Kind::word, std::string(text_.substr(start, at_ - start)), start};
        }
        for (std::string_view symbol : {"<=", ">=", "<>", "!="})
            if (text_.substr(at_, 2) == symbol) {
                at_ += 2;
                return {Token::Kind::symbol, std::string(symbol), start};
            }
        ++at_;
        return {Token::Kind::symbol, std::string(1, c), start};
    }

private:
    Token quoted(char quote, Token::Kind kind) {
        auto start = at_++;
        std::string value;
        while (at_ < text_.size()) {
            if (text_[at_] == quote) {
                if (at_ + 1 < text_.size() && text_[at_ + 1] == quote) {
                    value += quote;
                    at_ += 2;
                    continue;
                }
                ++at_;
                return {kind, value, start};
            }
            value += text_[at_++];
        }
        throw base::UsageError(
            fmt::format("condition, character {}", start + 1),
            "a quote is not closed",
            fmt::format("close it with {}", quote)
        );
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

class Parser {
public:
    explicit Parser(std::string_view text) : lexer_(text), token_(lexer_.next()) {}

    NodePtr parse() {
        auto root = any_of();
        if (token_.kind != Token::Kind::end) fail("'and', 'or' or the end");
        return root;
    }

private:
    [[noreturn]] void fail(std::string_view expected) const {
        auto found = token_.kind == Token::Kind::end ? std::string("the end")
                                                     : fmt::format("'{}'", token_.text);
        throw base::UsageError(
            fmt::format("condition, character {}", token_.at + 1),
            fmt::format("found {}", found),
            fmt::format("expected {}", expected)
        );
    }

    bool is_word(std::string_view word) const {
        return token_.kind == Token::Kind::word && base::to_lower(token_.text) == word;
    }
    bool accept_word(std::string_view word) {
        if (!is_word(word)) return false;
        token_ = lexer_.next();
        return true;
    }
    bool accept_symbol(std::string_view symbol) {
        if (token_.kind != Token::Kind::symbol || token_.text != symbol) return false;
        token_ = lexer_.next();
        return true;
    }
    void expect_symbol(std::string_view symbol) {
        if (!accept_symbol(symbol)) fail(fmt::format("'{}'", symbol));
    }

    NodePtr any_of() {
        return chain("or", Node::Kind::any_of, [this] { return all_of(); });
    }
    NodePtr all_of() {
        return chain("and", Node::Kind::all_of, [this] { return negation(); });
    }

    template <typename Part>
    NodePtr chain(std::string_view word, Node::Kind kind, Part part) {
        auto first = part();
        if (!is_word(word)) return first;
        auto node = std::make_shared<Node>();
        node->kind = kind;
        node->parts.push_back(first);
        while (accept_word(word)) node->parts.push_back(part());
        return node;
    }

    NodePtr negation() {
        if (++depth_ > 200) fail("fewer parentheses");
        NodePtr result;
        if (accept_word("not")) {
            auto node = std::make_shared<Node>();
            node->kind = Node::Kind::none_of;
            node->parts.push_back(negation());
            result = node;
        } else if (accept_symbol("(")) {
            result = any_of();
            expect_symbol(")");
        } else {
            result = comparison();
        }
        --depth_;
        return result;
    }

    NodePtr comparison() {
        if (token_.kind != Token::Kind::word && token_.kind != Token::Kind::quoted_name)
            fail("a field");
        auto node = std::make_shared<Node>();
        node->field = token_.text;
        token_ = lexer_.next();
        if (accept_word("is")) {
            node->kind = Node::Kind::is_null;
            node->negated = accept_word("not");
            if (!accept_word("null")) fail("'null'");
            return node;
        }
        node->negated = accept_word("not");
        if (accept_word("in")) {
            node->kind = Node::Kind::in;
            expect_symbol("(");
            do node->values.push_back(value());
            while (accept_symbol(","));
            expect_symbol(")");
            return node;
        }
        if (accept_word("like")) {
            node->kind = Node::Kind::like;
            if (token_.kind != Token::Kind::string) fail("a pattern in single quotes");
            node->values.push_back(value());
            return node;
        }
        if (node->negated) fail("'in' or 'like'");
        node->kind = Node::Kind::compare;
        static const std::pair<std::string_view, Node::Operator> operators[] = {
            {"=", Node::Operator::equal},
            {"!=", Node::Operator::unequal},
            {"<>", Node::Operator::unequal},
            {"<=", Node::Operator::at_most},
            {">=", Node::Operator::at_least},
            {"<", Node::Operator::less},
            {">", Node::Operator::more}};
        for (const auto& [symbol, op] : operators)
            if (accept_symbol(symbol)) {
                node->op = op;
                node->values.push_back(value());
                return node;
            }
        fail("an operator such as =, <, in, like or is null");
    }

    Node::Value value() {
        Node::Value value{token_.text, std::nullopt};
        if (token_.kind == Token::Kind::number) {
            value.number = to_number(token_.text);
            if (!value.number) fail("a number");
        } else if (is_word("true") || is_word("false")) {
            value.text = base::to_lower(token_.text);
        } else if (token_.kind != Token::Kind::string) {
            fail("a string in single quotes or a number");
        }
        token_ = lexer_.next();
        return value;
    }

    Lexer lexer_;
    Token token_;
    int depth_ = 0;
};

template <typename T>
bool holds(const T& left, Node::Operator op, const T& right) {
    switch (op) {
        case Node::Operator::equal:
            return left == right;
        case Node::Operator::unequal:
            return left != right;
        case Node::Operator::less:
            return left < right;
        case Node::Operator::at_most:
            return left <= right;
        case Node::Operator::more:
            return left > right;
        case Node::Operator::at_least:
            return left >= right;
    }
    return false;
}

bool compare(const std::string& field, Node::Operator op, const Node::Value& value) {
    if (!value.number) return holds(field, op, value.text);
    auto number = to_number(field);
    return number && holds(*number, op, *value.number);
}

bool evaluate(const Node& node, const FieldLookup& lookup) {
    auto part = [&](const NodePtr& child) { return evaluate(*child, lookup); };
    switch (node.kind) {
        case Node::Kind::all_of:
            return std::all_of(node.parts.begin(), node.parts.end(), part);
        case Node::Kind::any_of:
            return std::any_of(node.parts.begin(), node.parts.end(), part);
        case Node::Kind::none_of:
            return std::none_of(node.parts.begin(), node.parts.end(), part);
        default:
            break;
    }
    auto field = lookup(node.field);
    if (node.kind == Node::Kind::is_null)
        return (field && !field->empty()) == node.negated;  // an empty cell holds nothing
    if (!field) return false;
    if (node.kind == Node::Kind::compare) return compare(*field, node.op, node.values[0]);
    if (node.kind == Node::Kind::like)
        return base::is_like(*field, node.values[0].text) != node.negated;
    bool found = std::any_of(node.values.begin(), node.values.end(), [&](const auto& v) {
        return compare(*field, Node::Operator::equal, v);
    });
    return found != node.negated;
}

void collect_fields(const Node& node, std::vector<std::string>& fields) {
    if (!node.field.empty() && std::find(fields.begin(), fields.end(), node.field) == fields.end())
        fields.push_back(node.field);
    for (const auto& part : node.parts) collect_fields(*part, fields);
}

}  // namespace

Filter Filter::parse(std::string_view text) {
    Filter filter;
    if (text.find_first_not_of(" \t\r\n") == text.npos) return filter;
    filter.root_ = Parser(text).parse();
    collect_fields(*filter.root_, filter.fields_);
    return filter;
}

bool Filter::matches(const FieldLookup& field) const {
    return !root_ || evaluate(*root_, field);
}

}  // namespace schema
